"""The kernel's own folder of itself has them."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

CELL = """
with open('/proc/thread-self/net/fib_trie') as file:
    raise RuntimeError('ATTACK SUCCEEDED ' + file.read()[:100])
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(CELL))
