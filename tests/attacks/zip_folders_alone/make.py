"""None is a file, and none has a size."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", HONEST)
        for n in range(19_000):
            archive.mkdir(f"d{n}")
