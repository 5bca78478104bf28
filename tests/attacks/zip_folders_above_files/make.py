"""Folders above a file are in no list of the archive's, and each takes an inode."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", HONEST)
        for n in range(2_000):
            archive.writestr(f"{n}/" + "d/" * 57 + "x.py", "")
