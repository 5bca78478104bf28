"""The file's name is the student's; its last byte begins a character and does not end it."""

import os
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    Path(os.fsdecode(os.fsencode(submissions) + b"/attack-\xff.py")).write_text(HONEST)
