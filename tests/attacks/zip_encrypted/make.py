"""The flag alone: the content is as it was."""

import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    path = submissions / "attack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("relu.py", HONEST)
    data = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    path.write_bytes(data)
