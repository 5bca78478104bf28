"""Nobody writes into this pipe."""

import os
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    folder = submissions / "attack"
    folder.mkdir()
    os.mkfifo(folder / "data.csv")
    os.mkfifo(folder / "data.py")
    (folder / "layers.ipynb").write_text(honest_notebook("open('data.csv')"))
