"""The copy of a submission as bytes, for a machine that shares no disk, and back. Names and bytes only, no archive."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from grader.intake.snapshot import Snapshot

LENGTH = 8  # bytes that say how long the words before the files are


def packed(words: Mapping[str, Any], copy: Snapshot | None = None) -> bytes:
    """Words, and with them all files of a copy."""
    files: list[Path] = []
    content = copy.content if copy else Path()
    if copy:
        files = [content] if content.is_file() else sorted(file for file in content.rglob("*") if file.is_file())
    data = [file.read_bytes() for file in files]
    listed = [[file.relative_to(content).as_posix(), len(one)] for file, one in zip(files, data, strict=True)]
    header: dict[str, Any] = {"words": dict(words), "files": listed}
    if copy:
        header["copy"] = [content.name, list(copy.unreadable), copy.archives]
    text = json.dumps(header).encode("ascii")
    return b"".join([len(text).to_bytes(LENGTH, "big"), text, *data])


def words_of(parcel: bytes) -> dict[str, Any]:
    """The words of a parcel."""
    return dict(_header(parcel)[0]["words"])


def unpacked(parcel: bytes, folder: Path) -> Snapshot:
    """Write the files of a parcel below ``folder``, private as the copy was; ValueError if a name leads out of it."""
    header, at = _header(parcel)
    name, unreadable, archives = header["copy"]
    content = _below(folder, name)
    whole = memoryview(parcel)
    if [path for path, _ in header["files"]] != ["."]:
        content.mkdir(0o700)
    for path, size in header["files"]:
        place = _below(content, path) if path != "." else content
        place.parent.mkdir(0o700, parents=True, exist_ok=True)
        with open(place, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(whole[at : at + size])
        at += size
    return Snapshot(content, tuple(unreadable), bool(archives))


def _header(parcel: bytes) -> tuple[dict[str, Any], int]:
    """What stands before the files, and where these begin."""
    end = LENGTH + int.from_bytes(parcel[:LENGTH], "big")
    header: dict[str, Any] = json.loads(parcel[LENGTH:end])
    return header, end


def _below(folder: Path, name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise ValueError("a file of a parcel lies outside of it")
    return folder / path
