"""One copy of what was handed in, into a private folder: what is read, hashed, graded and run is this, and stays.

A folder may live: its owner can put a link in the place of a file while it is read. Each file and folder below the
given path is therefore opened by its own name in a folder that is open already, never through a link, and looked at
once it is open. Without descriptors of folders (Windows) the same is done by paths, which leaves that race.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.errors import HarnessError, Refused
from grader.folders import OUR_TROUBLE, remove
from grader.intake.documents import is_staffs, why_unread
from grader.intake.members import LEFT_OUT_FILES
from grader.intake.naming import is_archive, is_archive_name, is_source_name, source_name
from grader.limits import (
    MAX_ARCHIVE,
    MAX_ARCHIVES,
    MAX_DATA,
    MAX_DATA_FILE,
    MAX_DATA_FILES,
    MAX_ENTRIES,
    MAX_FILE,
    MAX_FILES,
    MAX_FOLDER,
    MAX_FOLDERS_DEEP,
)
from grader.machine import system
from grader.records import dataclass, field, replace

SOURCES = (".ipynb", ".py")
SKIPPED_FOLDERS = {"__pycache__", "node_modules", "site-packages", "venv", "env", "build", "datasets"}
NEVER_COPIED = {".git", ".ipynb_checkpoints", "__pycache__"}
CHUNK = 1 << 20
LINK = "is a link; hand in the files themselves"

# O_NONBLOCK: opening a pipe must not wait for who writes into it. O_NOCTTY: a terminal must not become ours.
READ = os.O_RDONLY | system.flags("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY")
NO_LINK, FOLDER = system.flags("O_NOFOLLOW"), system.flags("O_DIRECTORY")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy that is there while it is open: the file or folder ``content``, and what of it could not be taken.

    ``archives`` says whether archives lie in it that are not opened.
    """

    content: Path
    unreadable: tuple[str, ...] = ()
    archives: bool = False


def copied(path: Path, folder: Path, shown: Path, *, follow: bool = True, data: bool = False) -> Snapshot:
    """Copy what was handed in into ``folder`` as it is; an archive, or the only one in a folder, stays one.

    ``follow``: the path itself may be a link, as who named it wanted that one. ``data``: also take the files that
    a notebook may read. ``shown`` is the path for the sentences. Raises Refused for what cannot be taken.
    """
    if not follow and path.is_symlink():
        raise Refused(f"{shown} {LINK}.")
    target = folder / (source_name(os.path.basename(os.path.abspath(path))) or "submission")  # of "." and ".." too
    if not path.is_dir():
        most = MAX_ARCHIVE if is_archive(path) else MAX_FILE
        with _answered(shown):
            _copy(_opener(follow=follow)(str(path), READ), target, shown, most)
        return Snapshot(target)
    target.mkdir(0o700)
    with contextlib.ExitStack() as stack:
        with _answered(shown):
            root = stack.enter_context(_entered(path, follow=follow))
        copying = _Copying(target, shown, data)
        copying.folder(root, Path(), can_hold_sources=True)
        archives = [] if copying.sources else copying.archives[: MAX_ARCHIVES + 1]
        if len(archives) == 1:  # Moodle gives every student's upload a folder
            place = folder / f"only-{archives[0].name}"
            copying.archive(root, archives[0], place)
            return Snapshot(place)
        for archive in archives:
            copying.archive(root, archive, free_place(target / archive))
        if not copying.sources and not archives and copying.others:
            copying.unreadable.append(why_unread(copying.others))
        return Snapshot(target, tuple(copying.unreadable), bool(copying.archives))


def moved(copy: Snapshot, folder: Path) -> Snapshot:
    """A copy with its content in another folder of the same disk; it is no longer where it was."""
    return replace(copy, content=copy.content.rename(folder / copy.content.name))


def free_place(place: Path) -> Path:
    """The path, or one beside it with a number where that is taken."""
    others = (place.with_name(f"{place.stem}_{number}{place.suffix}") for number in itertools.count(2))
    return next(way for way in itertools.chain([place], others) if not os.path.lexists(way))


@contextlib.contextmanager
def reached(folder: Path, place: Path) -> Iterator[Path]:
    """A path to ``place`` below ``folder``, through no link that is or will be there; Linux only.

    HarnessError if it does not lie below, OSError if there is a link on the way.
    """
    inside = place.relative_to(folder) if place.is_relative_to(folder) else Path()
    if not inside.name or ".." in inside.parts:
        raise HarnessError("What is to be copied does not lie in the folder of its submission.")
    with contextlib.ExitStack() as stack:
        here = stack.enter_context(_entered(folder, follow=False))
        for part in inside.parts[:-1]:
            here = stack.enter_context(here.enter(part))
        yield Path(f"/proc/self/fd/{here.where}", inside.name)


def beginning(path: Path, size: int) -> bytes:
    """The first bytes of a regular file; none of what is a link, a pipe or cannot be read."""
    with contextlib.suppress(OSError), open(_opener(follow=False)(str(path), READ), "rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            return file.read(size)
    return b""


@dataclass(slots=True)
class _Copying:
    """One folder on its way into ``target``: what was taken so far, and what could not be."""

    target: Path
    shown: Path
    data: bool
    sources: int = 0
    seen: int = 0
    source_bytes: int = 0
    data_files: int = 0
    data_bytes: int = 0
    unreadable: list[str] = field(default_factory=list)
    archives: list[Path] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def folder(self, here: _Folder, below: Path, *, can_hold_sources: bool) -> None:
        """Copy the files of a folder, then those of the folders in it, in a stable order."""
        try:
            entries = sorted(here.entries(MAX_ENTRIES - self.seen + 1), key=lambda entry: entry.name)
        except OSError as error:
            self.unreadable.append(f"{self.shown / below} cannot be read: {error.strerror}.")
            return
        self.seen += len(entries)
        if self.seen > MAX_ENTRIES:
            raise Refused(f"{self.shown} holds more than {MAX_ENTRIES:,} files; give the folder of one submission.")
        folders, names = list[str](), list[str]()
        for entry in entries:
            if not entry.is_symlink():
                (folders if entry.is_dir(follow_symlinks=False) else names).append(entry.name)
        if "pyvenv.cfg" in names or "conda-meta" in folders or ("bin" in folders and here.holds_activate()):
            return  # a virtual environment of any name
        for name in names:
            own = can_hold_sources and not name.startswith(".")
            is_source = own and is_source_name(name)
            if own and is_archive_name(name):
                self.archives.append(below / name)
            elif own and not is_source and name not in LEFT_OUT_FILES and not is_staffs(name):
                self.others.append(name)
            if is_source or self.data:
                self._file(here, below / name, is_source=is_source)
        for name in folders if len(below.parts) < MAX_FOLDERS_DEEP else ():
            can = can_hold_sources and not name.startswith(".") and name not in SKIPPED_FOLDERS
            if can or (self.data and name not in NEVER_COPIED):
                self._enter(here, below / name, can_hold_sources=can)

    def _enter(self, here: _Folder, below: Path, *, can_hold_sources: bool) -> None:
        try:
            inner = here.enter(below.name)
        except OSError as error:
            if can_hold_sources:
                self.unreadable.append(f"{self.shown / below} cannot be read: {error.strerror}.")
            return
        with inner as folder:
            self.folder(folder, below, can_hold_sources=can_hold_sources)

    def _file(self, here: _Folder, below: Path, *, is_source: bool) -> None:
        if is_source:
            self.sources += 1
            if self.sources > MAX_FILES:
                raise Refused(
                    f"{self.shown} holds more than {MAX_FILES} source files; give the folder of one submission."
                )
        elif self.data_files >= MAX_DATA_FILES:
            return
        most = MAX_FILE if is_source else min(MAX_DATA_FILE, MAX_DATA - self.data_bytes)
        place = free_place(self.target / (below.with_name(source_name(below.name)) if is_source else below))
        try:
            with _answered(self.shown / below):
                place.parent.mkdir(0o700, parents=True, exist_ok=True)
                size = _copy(here.open(below.name), place, self.shown / below, most)
        except Refused as error:
            if is_source:
                self.unreadable.append(str(error))
            return
        if is_source:
            self.source_bytes += size
            if self.source_bytes > MAX_FOLDER:
                raise Refused(
                    f"{self.shown} holds more code than one submission should; give the folder of the assignment."
                )
        else:
            self.data_bytes += size
            self.data_files += 1

    def archive(self, root: _Folder, below: Path, place: Path) -> None:
        """Copy an archive below the folder to a place of ours; Refused if it cannot be."""
        with contextlib.ExitStack() as stack, _answered(self.shown / below):
            here = root
            for part in below.parts[:-1]:
                here = stack.enter_context(here.enter(part))
            place.parent.mkdir(0o700, parents=True, exist_ok=True)
            _copy(here.open(below.name), place, self.shown / below, MAX_ARCHIVE)


class _Folder:
    """An open folder; a context manager. ``where`` is its descriptor, or its path where there are none."""

    def __init__(self, where: int | str) -> None:
        self.where = where

    def __enter__(self) -> _Folder:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self.where, int):
            os.close(self.where)

    def entries(self, most: int) -> list[os.DirEntry[str]]:
        """What is in it, at most so many."""
        with os.scandir(self.where) as found:
            return [entry for entry, _ in zip(found, range(most), strict=False)]

    def open(self, name: str, flags: int = READ) -> int:
        """A descriptor of what has that name in it; OSError if it is a link."""
        if isinstance(self.where, int):
            return os.open(name, flags | NO_LINK, dir_fd=self.where)
        return _opener(follow=False)(os.path.join(self.where, name), flags)

    def enter(self, name: str) -> _Folder:
        """A folder in it; OSError if it is a link."""
        if isinstance(self.where, int):
            return _Folder(self.open(name, READ | FOLDER))
        return _Folder(os.path.join(self.where, name))

    def opener(self, name: str) -> Callable[[str, int], int]:
        """What opens the file of that name, as ``open`` wants it."""
        return lambda path, flags: self.open(name, READ | flags)

    def holds_activate(self) -> bool:
        """Whether it has the ``bin/activate`` of a virtual environment."""
        with contextlib.suppress(OSError), self.enter("bin") as inside:
            return any(entry.name == "activate" for entry in inside.entries(MAX_ENTRIES))
        return False


def _entered(path: Path, *, follow: bool) -> _Folder:
    if not system.OPENS_BELOW:
        return _Folder(str(path))
    return _Folder(os.open(path, READ | FOLDER | (0 if follow else NO_LINK)))


def _opener(*, follow: bool) -> Callable[[str, int], int]:
    def opened(path: str, flags: int) -> int:
        if not follow and not NO_LINK and os.path.islink(path):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return os.open(path, READ | flags | (0 if follow else NO_LINK))

    return opened


@contextlib.contextmanager
def _answered(shown: Path) -> Iterator[None]:
    """Trouble with a file of theirs is Refused, trouble with our disk a HarnessError."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        if error.errno == errno.ELOOP:
            raise Refused(f"{shown} {LINK}.") from None
        if error.errno in OUR_TROUBLE:
            raise HarnessError(f"{shown} could not be copied ({why}); mend that and grade it again.") from None
        raise Refused(f"{shown} cannot be read: {why}.") from None


def _copy(source: int, place: Path, shown: Path, most: int) -> int:
    """Copy an open file, of at most so many bytes, and close it: how many there were. Refused if it is no file."""
    with open(source, "rb", buffering=0) as file:
        status = os.fstat(source)
        if not stat.S_ISREG(status.st_mode):  # a pipe or device would keep us waiting
            raise Refused(f"{shown} is no regular file; give a notebook, a .py file or a folder.")
        size = 0
        if status.st_size <= most:
            with open(place, "xb", opener=_private) as copy:
                while size <= most and (piece := file.read(CHUNK)):
                    size += copy.write(piece)
        if max(size, status.st_size) > most:  # it may grow meanwhile
            place.unlink(missing_ok=True)
            raise Refused(f"{shown} is larger than {most >> 20} MB; clear its outputs and save it again.")
        return size


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder that nobody else may enter; HarnessError if there is no room for one."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="grader-"))  # for us alone: mode 0700
    except OSError as error:
        raise HarnessError(f"There is no room for a copy of a submission ({error.strerror or error}).") from None
    try:
        yield folder
    finally:
        remove(folder)
