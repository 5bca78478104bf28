"""No limit counts it, and nobody removes it."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

CELL = """
import ctypes
libc = ctypes.CDLL(None)
segment = libc.shmget(0, 4096, 0o1600)  # IPC_PRIVATE, IPC_CREAT
failed = segment < 0
libc.shmctl(segment, 0, None)  # where it was made, it need not stay
raise RuntimeError('failed' if failed else 'ATTACK SUCCEEDED')
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(CELL))
