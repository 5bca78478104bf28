"""Tars made by hand, honest and otherwise."""

from __future__ import annotations

import io
import tarfile


def tarred(files, mode: str = "gz", change=lambda info: info, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of files by name, compressed by gzip or not; ``change`` may spoil each header."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=f"w:{mode}", format=form) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(change(info), io.BytesIO(content))
    return data.getvalue()


def spoilt(**fields):
    """What changes fields of a header."""

    def change(info):
        for name, value in fields.items():
            setattr(info, name, value)
        return info

    return change
