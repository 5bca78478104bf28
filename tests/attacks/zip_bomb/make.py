"""Zeros, packed."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene

MEGABYTES = 300


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", HONEST)
        with archive.open("zeros.py", "w") as zeros:
            for _ in range(MEGABYTES):
                zeros.write(bytes(1 << 20))
