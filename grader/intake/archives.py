"""Zip and tar archives, unpacked safely into a private folder.

All members are judged before anything is written, and sizes are counted while reading: neither names nor
headers are believed. What is refused would write outside the folder or over itself, fill the disk, or cannot
be read; the sentence says which file, what, and what to do. Limits are those of one student's archive; that of a
class is only listed here, and each student's members are judged and written by themselves.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course.folder import current
from grader.errors import GraderError, HarnessError, Refused
from grader.folders import OUR_TROUBLE, remove
from grader.intake.members import Archive, Member
from grader.intake.naming import is_archive, is_archive_name
from grader.intake.tars import TarArchive, decompressed
from grader.intake.zips import ZipArchive
from grader.limits import (
    CLASS_DIRECTORY,
    CLASS_MEMBERS,
    CLASS_TAR,
    FREE_OF_RATIO,
    MAX_DIRECTORY,
    MAX_FOLDERS,
    MAX_INNER,
    MAX_MEMBER,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_UNPACKED,
)
from grader.machine import system
from grader.records import replace
from grader.words import plain_text

CHUNK = 1 << 16
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,  # NotImplementedError and RecursionError too
    ValueError,  # names that are no UTF-8 too
    LookupError,
    OverflowError,
)


@contextlib.contextmanager
def unpacked(path: Path, shown: Path | None = None) -> Iterator[Path]:
    """Give the folder with an archive's content, which is removed in the end; a path that is none as it is.

    A folder that holds everything is stepped into, as an archive usually has one. Archives inside are not opened.
    ``shown`` is the path for the sentences. Raises Refused for what cannot be taken, HarnessError if the disk fails.
    """
    if not is_archive(path):
        yield path
        return
    try:
        base = Path(tempfile.mkdtemp(prefix="grader-"))  # for us alone: mode 0700
    except OSError as error:
        raise HarnessError(f"{path} cannot be unpacked: there is no room for it ({error.strerror or error}).") from None
    try:
        content = base / "content"
        content.mkdir(0o700)
        with opened(path, shown or path) as archive:
            write(archive, archive.members, shown or path, content)
        yield inner(content)
    finally:
        remove(base)


@contextlib.contextmanager
def opened(path: Path, shown: Path, *, of_class: bool = False) -> Iterator[Archive]:
    """An archive, listed; Refused if it cannot be, or lists too much. Members may have faults: ``judged`` says so."""
    members, listed = (CLASS_MEMBERS, CLASS_DIRECTORY) if of_class else (MAX_MEMBERS, MAX_DIRECTORY)
    with contextlib.ExitStack() as stack:
        with answered(shown):
            file = stack.enter_context(_BoundedFile(path, opener=_without_waiting))
            file.most, file.shown = listed, shown
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # a device could keep us waiting
                raise Refused(f"{shown} is no regular file; give a zip archive.")
            if path.name.lower().endswith(".zip"):
                archive: ZipArchive | TarArchive = ZipArchive(file)
            else:
                archive = TarArchive(_as_plain_tar(path, shown, file, stack, of_class=of_class), members)
        if archive.count > members:
            count = f"{archive.count} files, more than {members}"
            raise Refused(f"{shown} holds {count}; leave out data and environments.")
        yield archive


def _as_plain_tar(
    path: Path, shown: Path, file: _BoundedFile, stack: contextlib.ExitStack, *, of_class: bool
) -> io.FileIO:
    if path.name.lower().endswith(".tar"):
        return file
    size = os.fstat(file.fileno()).st_size
    most = CLASS_TAR if of_class else MAX_UNPACKED
    spool = decompressed(
        file,
        min(most, max(FREE_OF_RATIO, MAX_RATIO * size)),
        f"{shown} unpacks to more than {most >> 20} MB, or to {MAX_RATIO} times its size; leave data sets out.",
    )
    plain = _BoundedFile(os.dup(spool.fileno()))
    spool.close()
    plain.most, plain.shown = file.most, shown
    return stack.enter_context(plain)


class _BoundedFile(io.FileIO):
    """Refuses to read a list of members that would fill the memory."""

    most: int
    shown: Path

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > self.most:
            raise Refused(f"{self.shown} lists far too many files; hand in your notebooks and modules only.")
        return super().read(size) or b""


@contextlib.contextmanager
def answered(shown: Path) -> Iterator[None]:
    """Whatever an archive's readers raise is Refused, trouble with our disk a HarnessError."""
    try:
        yield
    except GraderError:
        raise
    except DAMAGED as error:
        kind = "zip" if shown.name.lower().endswith(".zip") else "tar"
        why = plain_text(f"{type(error).__name__}: {error}", 200)
        raise Refused(f"{shown} is no {kind} archive, or a damaged one ({why}); pack your files again.") from None
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno in OUR_TROUBLE:
            raise HarnessError(f"{shown} could not be unpacked ({why}); mend that and grade it again.") from None
        raise Refused(f"{shown} cannot be unpacked ({why}); pack your files again.") from None


def write(archive: Archive, members: Sequence[Member], shown: Path, folder: Path, below: int = 0) -> None:
    """Write one student's members into a folder, without the first parts of their names; Refused, HarnessError."""
    if len(members) > MAX_MEMBERS:
        raise Refused(f"{shown} holds {len(members)} files, more than {MAX_MEMBERS}; leave out data and environments.")
    for member in members:
        if fault := member.fault:
            raise Refused(f"{shown}: {member.name!r} {fault}.")
    own = [replace(member, parts=member.parts[below:]) for member in members if len(member.parts) > below]
    judge(own, shown)
    with answered(shown):
        _write(archive, own, shown, folder)


def judge(members: Sequence[Member], shown: Path) -> None:
    """Refuse one student's members for what is wrong with them together, or too large."""
    for member in members:
        if member.size > (MAX_INNER if is_archive_name(member.parts[-1]) else MAX_MEMBER):
            raise Refused(f"{shown}: {member.name!r} is larger than {MAX_MEMBER >> 20} MB; leave data sets out.")
    _refuse_clashes(members, shown)
    _refuse_bombs(members, shown)


def _refuse_clashes(members: Sequence[Member], shown: Path) -> None:
    """Refuse names that are one file on some system: equal ones, ones that differ in case, files that are folders.

    Also more folders than MAX_FOLDERS.
    """
    files: set[str] = set()
    folders: set[str] = set()
    for member in members:
        key = unicodedata.normalize("NFC", "/".join(member.parts)).casefold()
        if not member.is_folder:
            if key in files:
                raise Refused(f"{shown} holds {member.name!r} twice; pack your own folder again.")
            files.add(key)
        above = key.split("/")[: None if member.is_folder else -1]
        folders.update(itertools.accumulate(above, "{}/{}".format))
        if len(folders) > MAX_FOLDERS:
            raise Refused(f"{shown} holds more than {MAX_FOLDERS:,} folders; leave out data and environments.")
    if both := files & folders:
        name = plain_text(min(both), 100)
        raise Refused(f"{shown} holds {name!r} as a file and as a folder; pack your own folder again.")


def _refuse_bombs(members: Sequence[Member], shown: Path) -> None:
    """Refuse by what the headers say; what they hide is found while reading."""
    total = sum(member.size for member in members if not is_archive_name(member.parts[-1]))
    if total > MAX_UNPACKED:
        raise Refused(f"{shown} unpacks to more than {MAX_UNPACKED >> 20} MB; leave data sets and environments out.")
    packed = sum(member.packed for member in members)
    if total > FREE_OF_RATIO and total > MAX_RATIO * packed:
        raise Refused(f"{shown} unpacks to {total // max(packed, 1)} times its size, as zip bombs do; leave data out.")


def _write(archive: Archive, members: Sequence[Member], shown: Path, folder: Path) -> None:
    """Write the judged members with permissions of ours, in bounded pieces."""
    room = MAX_UNPACKED + MAX_INNER
    made: set[tuple[str, ...]] = set()
    for member in members:
        for depth in range(1, len(member.parts) + member.is_folder):
            if (above := member.parts[:depth]) not in made:
                with contextlib.suppress(FileExistsError):  # where case does not tell two folders apart
                    folder.joinpath(*above).mkdir(0o700)
                made.add(above)
        place = folder.joinpath(*member.parts)
        if member.is_folder:
            continue
        most = min(room, MAX_INNER if is_archive_name(member.parts[-1]) else min(MAX_MEMBER, MAX_UNPACKED))
        with archive.open(member) as source, open(place, "xb", opener=_private) as target:
            size = 0
            while piece := source.read(CHUNK):
                size += len(piece)
                if size > most:
                    break
                target.write(piece)
        if size != member.size:
            raise Refused(f"{shown}: {member.name!r} does not have the size that it says; pack your own folder again.")
        room -= size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def inner(folder: Path) -> Path:
    """The folder itself, or the one that holds everything; a package stays in its folder, as it is imported by name."""
    while True:
        entries = list(folder.iterdir())
        if len(entries) != 1 or not entries[0].is_dir():
            return folder
        if entries[0].name in current().packages or os.path.exists(entries[0] / "__init__.py"):
            return folder
        folder = entries[0]


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | system.flags("O_NONBLOCK"))  # a pipe would keep us waiting
