"""A zip of another's, unpacked and graded as one's own."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(scene.folder / "other.zip", "w") as archive:
        archive.writestr("relu.py", HONEST)
    (submissions / "attack.zip").symlink_to(scene.folder / "other.zip")
