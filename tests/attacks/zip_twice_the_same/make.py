"""Whoever looks sees one, whoever unpacks takes the other."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", HONEST)
        archive.writestr("./relu.py", HONEST.replace("dout *", "0 *"))
        archive.writestr("RELU.py", HONEST)
