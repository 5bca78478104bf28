"""The whole machine waits meanwhile."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

CELL = """
import ctypes, platform
number = {'x86_64': 162, 'aarch64': 81}[platform.machine()]  # sync
failed = ctypes.CDLL(None).syscall(ctypes.c_long(number))
raise RuntimeError('failed' if failed else 'ATTACK SUCCEEDED')
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(CELL))
