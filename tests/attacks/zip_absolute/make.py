"""An absolute name, and one of a Windows drive."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", HONEST)
        for name in (f"{scene.outside}/planted.py", "//server/planted.py", "C:\\planted.py"):
            archive.writestr(name, HONEST)
