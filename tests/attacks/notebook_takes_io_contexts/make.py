"""Whoever has them all keeps every database of the machine from starting."""

from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook

CELL = """
import ctypes, platform
context = ctypes.c_ulong(0)
number = {'x86_64': 206, 'aarch64': 0}[platform.machine()]  # io_setup
failed = ctypes.CDLL(None).syscall(ctypes.c_long(number), ctypes.c_uint(1024), ctypes.byref(context))
raise RuntimeError('failed' if failed else 'ATTACK SUCCEEDED')
"""


def make(submissions: Path, scene: Scene) -> None:
    (submissions / "attack.ipynb").write_text(honest_notebook(CELL))
