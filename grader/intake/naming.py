"""Names of people's folders and files: made safe for any system, freed of what platforms and browsers add to them."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from grader.digests import sha256
from grader.limits import MAX_STUDENT_NAME
from grader.words import plain_text, readable

NO_NAME = re.compile(r'[\t\n\r\u2028\u2029/\\:*?"<>|]')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # no folders' names on Windows
RESERVED = {"grades.db", "grades.db-journal", "grades.db-wal", "grades.db-shm", "grades.csv", "index.html"}
ENDING = re.compile(r"\.(ipynb|py)(\.txt|\.json)?", re.IGNORECASE)  # mail and browsers add .txt to what they don't know
ARCHIVE = re.compile(r"\.(zip|tar\.gz|tgz|tar)", re.IGNORECASE)
COPY = re.compile(r"\A(?P<of>.+?) ?\((?P<number>[1-9]\d{0,2})\)")  # as browsers name a second download
ATTEMPT = re.compile(r"(?P<of>(?:re)?submission|attempt|try|version|v|abgabe)[ _-]?(?P<number>\d{1,3})", re.IGNORECASE)


def student_name(path: Path) -> str:
    """The student that a path stands for: the folder's name, or the file's without its ending.

    It is plain text of one line, and can be the name of a folder on any system: the byte ff, which no text holds, is
    _xff in it.
    """
    return safe_name(plain_name(path))


def plain_name(path: Path) -> str:
    """The same as it is on the disk: a link's own name, not its target's."""
    return Path(os.path.abspath(path)).name if path.is_dir() else stem_of(path.name)


def safe_name(text: str) -> str:
    """The text as the name of a folder on any system, at most 200 bytes; the same text always gives the same."""
    name = plain_text(NO_NAME.sub("_", readable(text)), MAX_STUDENT_NAME)
    name = name.encode()[:MAX_STUDENT_NAME].decode("utf-8", "ignore").strip(". ")
    return f"{name}_" if DEVICES.fullmatch(name) or name.casefold() in RESERVED else name or "unnamed"


def told_apart(text: str) -> str:
    """The safe name with a few letters that the whole text decides, for where two would be one folder."""
    short = sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:6]
    return f"{safe_name(text).encode()[: MAX_STUDENT_NAME - 7].decode('utf-8', 'ignore')}-{short}"


def on_disk(name: str) -> str:
    """What names have in common that are one folder on some system, as where only case differs."""
    return unicodedata.normalize("NFC", name).casefold()


def is_archive_name(name: str) -> bool:
    """Whether a file of that name is an archive that is read."""
    return bool(ARCHIVE.search(name) and ARCHIVE.fullmatch(ending_of(name)))


def is_archive(path: Path) -> bool:
    """Whether a path is an archive by its name; its content is looked at when it is unpacked."""
    return is_archive_name(path.name) and not path.is_dir()


def ending_of(name: str) -> str:
    """The ending, of two parts where the last says little: .ipynb, .tar.gz, .ipynb.txt."""
    for pattern in (ENDING, ARCHIVE):
        for found in pattern.finditer(name):
            if found.end() == len(name) and found.start():
                return found[0]
    return Path(name).suffix


def stem_of(name: str) -> str:
    """The name without its ending."""
    return name[: len(name) - len(ending_of(name))]


def source_name(name: str) -> str:
    """The name that a notebook or module should have: work.IPYNB and work.ipynb.txt are work.ipynb; others stay."""
    found = ENDING.fullmatch(ending_of(name))
    return f"{stem_of(name)}.{found[1].lower()}" if found else name


def is_source_name(name: str) -> bool:
    """Whether a file of that name is read as a notebook or module."""
    return bool(ENDING.fullmatch(ending_of(name)))


def numbered(name: str) -> tuple[str, int]:
    """What a file's name is a copy of, and the number of the copy: "layers (2).ipynb" is (layers.ipynb, 2)."""
    ending = ending_of(name)
    found = COPY.fullmatch(stem_of(name))
    return (found["of"] + ending, int(found["number"])) if found else (name, 0)


def numbered_folder(name: str) -> tuple[str, int]:
    """The same of a folder: submission2 is (submission, 2); of others it is the name and 0."""
    found = ATTEMPT.fullmatch(name) or COPY.fullmatch(name)
    return (found["of"], int(found["number"])) if found else (name, 0)
