"""Write feedback as a folder or a zip, whole or not at all."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterable
from pathlib import Path

from grader.errors import Refused

STAMP = (1980, 1, 1, 0, 0, 0)  # the same reports give the same zip


def check_place(out: Path, source: Path, *, must_be_zip: str = "") -> None:
    """Refuse a place that could not be filled, or in which reports of others lie; ``must_be_zip`` names the layout."""
    if out.absolute() == source.absolute():
        raise Refused(f"{out} is the folder of the results; choose another --out for what students may see.")
    if is_zip(out):
        if out.is_dir():
            raise Refused(f"{out} is a folder; choose another name for the zip.")
    elif must_be_zip:
        raise Refused(f"{must_be_zip.capitalize()} takes a zip; name one, such as --out {out}.zip.")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{out} is there already and not empty; choose a new folder, so that nobody gets an old report.")


def is_zip(out: Path) -> bool:
    """Whether a zip is asked for."""
    return out.suffix.lower() == ".zip"


def write(files: Iterable[tuple[str, str]], out: Path) -> int:
    """Write files, given as path and text; returns how many. Refused if that cannot be done."""
    try:
        return _write_zip(files, out) if is_zip(out) else _write_folder(files, out)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror or error}.") from None


def _write_zip(files: Iterable[tuple[str, str]], out: Path) -> int:
    draft = out.with_name(f".{out.name}.new")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, text in files:
                entry = zipfile.ZipInfo(path, STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, text.encode())
            count = len(archive.infolist())
        os.replace(draft, out)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write_folder(files: Iterable[tuple[str, str]], out: Path) -> int:
    count = 0
    for path, text in files:
        place = out / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
        count += 1
    return count
