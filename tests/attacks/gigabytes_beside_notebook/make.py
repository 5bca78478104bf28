"""A copy of it would fill any disk."""

import os
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    for name in ("data.npy", "data.py"):
        (folder / name).touch()
        os.truncate(folder / name, 1 << 40)
    (folder / "layers.ipynb").write_text(honest_notebook("open('data.npy')"))
