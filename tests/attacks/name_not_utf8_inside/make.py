"""A folder and a notebook in it, named in Latin-1; the notebook is run too."""

import os
from pathlib import Path

from tests.attacks.scene import Scene, honest_notebook


def make(submissions: Path, scene: Scene) -> None:
    folder = os.fsencode(submissions) + b"/attack/l\xf6sung"
    os.makedirs(folder)
    Path(os.fsdecode(folder + b"/\xfcbung.ipynb")).write_text(honest_notebook())
