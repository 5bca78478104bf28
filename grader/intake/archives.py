"""Zip archives, unpacked safely into a private folder.

All members are judged before anything is written, and sizes are counted while reading: neither names nor
headers are believed. What is refused would write outside the folder or over itself, fill the disk, or cannot
be read; the sentence says which file, what, and what to do.
"""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import stat
import struct
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import HarnessError, Refused
from grader.folders import remove
from grader.words import plain_text

MAX_MEMBERS = 20_000
MAX_FOLDERS = 4_000  # each is a file of its own on the disk, whether or not the archive names it
MAX_DIRECTORY = 4 << 20  # bytes of the archive's list of members: zipfile reads it in one piece
MAX_MEMBER = 100 << 20  # bytes unpacked
MAX_UNPACKED = 300 << 20  # bytes in all
MAX_RATIO = 100  # unpacked to packed, of archives over FREE_OF_RATIO: arrays of zeros are no bombs
FREE_OF_RATIO = 50 << 20
MAX_NAME, MAX_PATH, MAX_DEPTH = 255, 1000, 60  # bytes, bytes, folders
CHUNK = 1 << 16
HEADER_SIZE = 30  # of a member, without its name
ENCRYPTED = 0x1 | 0x40  # flag bits: with a password, with a certificate
UTF8 = 0x800

# Deflate unpacks in bounded pieces; zipfile's bzip2 and LZMA do not, and homework never has them.
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
LEFT_OUT_FOLDERS = {"__MACOSX", "__pycache__", ".ipynb_checkpoints", "node_modules", "site-packages", "venv", ".venv"}
LEFT_OUT_FILES = {".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r"}
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,  # NotImplementedError too
    ValueError,  # names that are no UTF-8 too
    LookupError,
    OverflowError,
)
OUR_TROUBLE = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EROFS, errno.ENOMEM}


def is_zip(path: Path) -> bool:
    """Whether a path is a zip by its name; its content is looked at when it is unpacked."""
    return path.suffix.lower() == ".zip" and not path.is_dir()


@contextlib.contextmanager
def unpacked(path: Path, shown: Path | None = None) -> Iterator[Path]:
    """Give the folder with a zip's content, which is removed in the end; a path that is no zip as it is.

    A folder that holds everything is stepped into, as a zip usually has one. Archives inside are not opened.
    ``shown`` is the path for the sentences. Raises Refused for what cannot be taken, HarnessError if the disk fails.
    """
    if not is_zip(path):
        yield path
        return
    try:
        base = Path(tempfile.mkdtemp(prefix="grader-"))  # for us alone: mode 0700
    except OSError as error:
        raise HarnessError(f"{path} cannot be unpacked: there is no room for it ({error.strerror or error}).") from None
    try:
        content = base / "content"
        content.mkdir(0o700)
        _unpack(path, shown or path, content)
        yield _inner(content)
    finally:
        remove(base)


@dataclass(frozen=True, slots=True)
class Member:
    """A member that is to be written: its header and the parts of its name."""

    info: zipfile.ZipInfo
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name as sentences show it."""
        return plain_text("/".join(self.parts), 100)


class _BoundedFile(io.FileIO):
    """Refuses to read a list of members that would fill the memory."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise Refused(f"{self.name} lists far too many files; hand in your notebooks and modules only.")
        return super().read(size) or b""


def _unpack(path: Path, shown: Path, folder: Path) -> None:
    try:
        with _BoundedFile(path, opener=_without_waiting) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a device could keep us waiting
                raise Refused(f"{shown} is no regular file; give a zip archive.")
            with zipfile.ZipFile(file) as archive:
                members = _judged(archive, shown)
                _write(archive, members, shown, folder)
    except DAMAGED as error:
        why = plain_text(f"{type(error).__name__}: {error}", 200)
        raise Refused(f"{shown} is no zip archive, or a damaged one ({why}); zip your files again.") from None
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno in OUR_TROUBLE:
            raise HarnessError(f"{shown} could not be unpacked ({why}); mend that and grade it again.") from None
        raise Refused(f"{shown} cannot be unpacked ({why}); zip your files again.") from None


def _judged(archive: zipfile.ZipFile, shown: Path) -> list[Member]:
    """The members to write; Refused for the first fault of any."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Refused(f"{shown} holds {len(infos)} files, more than {MAX_MEMBERS}; leave out data and environments.")
    members = []
    for info in infos:
        name = _name(info)
        if fault := _fault_of_name(name):
            raise Refused(f"{shown}: {plain_text(name, 100)!r} {fault}; zip your own folder again.")
        member = Member(info, _parts(name))
        if _is_left_out(member.parts):
            continue
        if fault := _fault(info):
            raise Refused(f"{shown}: {member.name!r} {fault}.")
        members.append(member)
    _refuse_clashes(members, shown)
    _refuse_bombs(archive, members, shown)
    return members


def _name(info: zipfile.ZipInfo) -> str:
    """The member's whole name. Many tools write UTF-8 without saying so, which zipfile takes for code page 437."""
    if not info.flag_bits & UTF8:
        with contextlib.suppress(UnicodeError):
            return info.orig_filename.encode("cp437").decode("utf-8")
    return info.orig_filename


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.split("/") if part not in ("", "."))


def _fault_of_name(name: str) -> str | None:
    """What is wrong with a name on any system; None if nothing is."""
    parts = _parts(name)
    if max((len(part.encode()) for part in parts), default=0) > MAX_NAME or len(name.encode()) > MAX_PATH:
        return "has too long a name"
    if name.startswith("/") or (name[1:2] == ":" and name[0].isascii() and name[0].isalpha()):
        return "is an absolute path"
    if "\\" in name:
        return "has a backslash in its name"
    if any(not part.rstrip(". ") for part in parts):  # Windows drops the dots and spaces at an end: ".. " is ".."
        return "leads out of the folder that is being unpacked"
    if any(unicodedata.category(character) == "Cc" for character in name.removesuffix("Icon\r")):
        return "has a control character in its name"
    return "lies in too many folders" if len(parts) > MAX_DEPTH else None


def _is_left_out(parts: tuple[str, ...]) -> bool:
    """What systems and tools add to a folder: never anyone's answer, and not written."""
    return not parts or parts[-1] in LEFT_OUT_FILES or not LEFT_OUT_FOLDERS.isdisjoint(parts)


def _fault(info: zipfile.ZipInfo) -> str | None:
    """What is wrong with a member, and what to do; None if nothing is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a symbolic link; put the file itself into the zip"
    if kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG):
        return "is a special file; hand in your notebooks and modules only"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted; zip your files again without a password"
    if info.compress_type not in METHODS:
        return f"is compressed by method {info.compress_type}, which is not read; make an ordinary zip (deflate)"
    if info.file_size > MAX_MEMBER:
        return f"is larger than {MAX_MEMBER >> 20} MB; leave data sets out"
    return None


def _refuse_clashes(members: list[Member], shown: Path) -> None:
    """Refuse names that are one file on some system: equal ones, ones that differ in case, files that are folders.

    Also more folders than MAX_FOLDERS.
    """
    files: set[str] = set()
    folders: set[str] = set()
    for member in members:
        key = unicodedata.normalize("NFC", "/".join(member.parts)).casefold()
        if not member.info.is_dir():
            if key in files:
                raise Refused(f"{shown} holds {member.name!r} twice; zip your own folder again.")
            files.add(key)
        above = key.split("/")[: None if member.info.is_dir() else -1]
        folders.update(itertools.accumulate(above, "{}/{}".format))
        if len(folders) > MAX_FOLDERS:
            raise Refused(f"{shown} holds more than {MAX_FOLDERS:,} folders; leave out data and environments.")
    if both := files & folders:
        name = plain_text(min(both), 100)
        raise Refused(f"{shown} holds {name!r} as a file and as a folder; zip your own folder again.")


def _refuse_bombs(archive: zipfile.ZipFile, members: list[Member], shown: Path) -> None:
    """Refuse by what the headers say; what they hide is found while reading."""
    total = sum(member.info.file_size for member in members)
    if total > MAX_UNPACKED:
        raise Refused(f"{shown} unpacks to more than {MAX_UNPACKED >> 20} MB; leave data sets and environments out.")
    packed = sum(member.info.compress_size for member in members)
    if total > FREE_OF_RATIO and total > MAX_RATIO * packed:
        raise Refused(f"{shown} unpacks to {total // max(packed, 1)} times its size, as zip bombs do; leave data out.")
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise Refused(f"{shown} holds files that share their bytes, as zip bombs do; zip your own folder again.")
        end = info.header_offset + HEADER_SIZE + info.compress_size


def _write(archive: zipfile.ZipFile, members: list[Member], shown: Path, folder: Path) -> None:
    """Write the judged members with permissions of ours, in bounded pieces."""
    room = MAX_UNPACKED
    made: set[tuple[str, ...]] = set()
    for member in members:
        for depth in range(1, len(member.parts) + member.info.is_dir()):
            if (above := member.parts[:depth]) not in made:
                with contextlib.suppress(FileExistsError):  # where case does not tell two folders apart
                    folder.joinpath(*above).mkdir(0o700)
                made.add(above)
        place = folder.joinpath(*member.parts)
        if member.info.is_dir():
            continue
        with archive.open(member.info) as source, open(place, "xb", opener=_private) as target:
            size = 0
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > min(room, MAX_MEMBER):
                    break
                target.write(piece)
        if size != member.info.file_size:
            raise Refused(f"{shown}: {member.name!r} does not have the size that it says; zip your own folder again.")
        room -= size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _inner(folder: Path) -> Path:
    """The folder itself, or the one that holds everything; a package stays in its folder, as it is imported by name."""
    while True:
        entries = list(folder.iterdir())
        if len(entries) != 1 or not entries[0].is_dir():
            return folder
        if entries[0].name == "cs231n" or os.path.exists(entries[0] / "__init__.py"):
            return folder
        folder = entries[0]


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # a pipe would keep us waiting
