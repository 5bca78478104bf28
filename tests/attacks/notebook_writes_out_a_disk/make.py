"""Whoever writes to that disk waits meanwhile."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

CELL = """
import ctypes, os
failed = ctypes.CDLL(None).syncfs(os.open('.', os.O_RDONLY))
raise RuntimeError('failed' if failed else 'ATTACK SUCCEEDED')
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(CELL))
