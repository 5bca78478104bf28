"""Zips made by hand, honest and otherwise."""

from __future__ import annotations

import json
import stat
import struct
import zipfile
from pathlib import Path

from tests.conftest import notebook_json

NOTEBOOK = json.dumps(notebook_json(["def f(x):\n    return x\n"])).encode()


def write_zip(path: Path, members, method=zipfile.ZIP_DEFLATED) -> Path:
    """Write a zip of (name or ZipInfo, bytes) pairs, or of a mapping of them; ZipInfo takes any name as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pairs = members.items() if isinstance(members, dict) else members
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in pairs:
            archive.writestr(name, data, None if isinstance(name, zipfile.ZipInfo) else method)
    return path


def special(name: str, mode: int) -> zipfile.ZipInfo:
    """The header of a member with a Unix mode, such as a symbolic link's."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def link(name: str) -> zipfile.ZipInfo:
    """The header of a symbolic link; its content is the target."""
    return special(name, stat.S_IFLNK | 0o777)


def patched(path: Path, *changes: tuple[int, int, str, int], at: int = 0) -> Path:
    """Change fields of a member's headers: (offset in the local one, in the central one, struct format, value)."""
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        local = archive.infolist()[at].header_offset
        central = archive.start_dir
    for _ in range(at):
        central = data.index(b"PK\x01\x02", central + 4)
    for in_local, in_central, form, value in changes:
        struct.pack_into(form, data, local + in_local, value)
        struct.pack_into(form, data, central + in_central, value)
    path.write_bytes(data)
    return path
