"""As many as it gets, and no end."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

CELL = """
import threading
import numpy as np
matrix, go = np.ones((200, 200)), threading.Event()
def work():
    go.wait()
    while True:
        matrix @ matrix
threading.stack_size(1 << 18)
try:
    for _ in range(200):
        threading.Thread(target=work, daemon=True).start()
except RuntimeError:
    go.set()
    work()
raise ValueError('ATTACK SUCCEEDED')
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(CELL))
