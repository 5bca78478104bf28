"""Names with two dots, with both kinds of slashes."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", HONEST)
        for name in ("../planted.py", "../" * 9 + "planted.py", "deep/../../planted.py", "..\\planted.py"):
            archive.writestr(name, HONEST)
