"""Who believes the directory unpacks too much."""

import struct
import zipfile
from pathlib import Path

from tests.attacks.scene import Scene

MEGABYTES = 100


def make(submissions: Path, scene: Scene) -> None:
    path = submissions / "attack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("relu.py", bytes(MEGABYTES << 20))
    true, said = struct.pack("<I", MEGABYTES << 20), struct.pack("<I", 100)
    path.write_bytes(path.read_bytes().replace(true, said))
