"""What archives of all kinds hold, and what is wrong with a member by its name."""

from __future__ import annotations

import unicodedata
from typing import IO, Any, Protocol

from grader.limits import MAX_FILE_NAME, MAX_FOLDERS_DEEP, MAX_PATH
from grader.records import dataclass
from grader.words import plain_text

LEFT_OUT_FOLDERS = {"__MACOSX", "__pycache__", ".ipynb_checkpoints", "node_modules", "site-packages", "venv", ".venv"}
LEFT_OUT_FILES = {".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r"}


@dataclass(frozen=True, slots=True)
class Member:
    """Something in an archive: the parts of its name, its bytes unpacked and packed, and what is wrong with it.

    ``header`` is the archive's own record of it, with the ``whole`` name.
    """

    header: Any
    whole: str
    parts: tuple[str, ...]
    is_folder: bool
    size: int
    packed: int
    fault: str = ""

    @property
    def name(self) -> str:
        """Its name as sentences show it."""
        return plain_text(self.whole, 100)


class Archive(Protocol):
    """An open archive: ``members`` without what systems and tools add."""

    members: list[Member]

    def open(self, member: Member) -> IO[bytes]:
        """The bytes of a member, to be read in pieces."""


def parts_of(name: str) -> tuple[str, ...]:
    """The folders and the file of a member's name."""
    return tuple(part for part in name.split("/") if part not in ("", "."))


def fault_of_name(name: str) -> str:
    """What is wrong with a name on any system; empty if nothing is."""
    parts = parts_of(name)
    if max((len(part.encode("utf-8", "replace")) for part in parts), default=0) > MAX_FILE_NAME:
        return "has too long a name"
    if len(name.encode("utf-8", "replace")) > MAX_PATH:
        return "has too long a name"
    if name.startswith("/") or (name[1:2] == ":" and name[0].isascii() and name[0].isalpha()):
        return "is an absolute path"
    if "\\" in name:
        return "has a backslash in its name"
    if any(map(leads_out, parts)):
        return "leads out of the folder that is being unpacked"
    if any(unicodedata.category(character) == "Cc" for character in name.removesuffix("Icon\r")):
        return "has a control character in its name"
    return "lies in too many folders" if len(parts) > MAX_FOLDERS_DEEP else ""


def leads_out(part: str) -> bool:
    """Whether a part of a name is the folder above on some system: Windows drops the dots and spaces at an end."""
    return not part.rstrip(". ")


def is_left_out(parts: tuple[str, ...]) -> bool:
    """What systems and tools add to a folder: never anyone's answer, and not written."""
    return not parts or parts[-1] in LEFT_OUT_FILES or not LEFT_OUT_FOLDERS.isdisjoint(parts)
