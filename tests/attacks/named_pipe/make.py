"""Nobody writes into this pipe."""

import os
from pathlib import Path

from tests.attacks.scene import Scene


def make(submissions: Path, scene: Scene) -> None:
    os.mkfifo(submissions / "attack.ipynb")
