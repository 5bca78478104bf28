"""First a link, then a file that is written through it."""

import stat
import zipfile
from pathlib import Path

from tests.attacks.scene import HONEST, Scene


def make(submissions: Path, scene: Scene) -> None:
    with zipfile.ZipFile(submissions / "attack.zip", "w") as archive:
        archive.writestr("relu.py", HONEST)
        for name, target in (("solutions.py", scene.fill_in("@SOLUTIONS@")), ("out", str(scene.outside))):
            link = zipfile.ZipInfo(name)
            link.create_system = 3  # Unix: the high half of the attributes is the file's mode
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(link, target)
        archive.writestr("out/planted.py", HONEST)
