"""What is in a copy: its archives are opened, also those in archives, and its notebooks and modules named as such."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from grader.errors import Refused
from grader.intake.documents import is_staffs, why_unread
from grader.intake.naming import is_archive, is_archive_name, is_source_name, source_name, stem_of
from grader.intake.snapshot import SKIPPED_FOLDERS, Snapshot, free_place, private_folder
from grader.limits import MAX_UNPACKED, MOST_ARCHIVES, MOST_NESTED
from grader.records import replace
from grader.words import readable


@contextlib.contextmanager
def unzipped(copy: Snapshot, shown: Path) -> Iterator[Snapshot]:
    """The copy itself, or what is in its archives where it has no notebook or module beside them; gone in the end."""
    with contextlib.ExitStack() as stack:
        taken = copy
        if is_archive(copy.content):
            taken = replace(taken, content=_tidied(stack.enter_context(_unpacked(copy.content, shown))))
        for _ in range(MOST_NESTED):
            found = _archives_alone(taken.content)
            if not found:
                break
            taken = _opened(found, taken, shown, stack)
        yield _with_what_is_there(taken)


def _opened(found: list[Path], taken: Snapshot, shown: Path, stack: contextlib.ExitStack) -> Snapshot:
    """The content of archives that lie side by side: each in a folder of its own, unless there is one only."""
    if len(found) > MOST_ARCHIVES:
        raise Refused(f"{shown} holds {len(found)} archives and no notebook; hand in the files, or one zip of them.")
    where = [shown / readable(path.relative_to(taken.content).as_posix()) for path in found]
    if len(found) == 1:
        return replace(taken, content=_tidied(stack.enter_context(_unpacked(found[0], where[0]))))
    folder = stack.enter_context(private_folder())
    told: list[str] = []
    for path, its_shown in zip(found, where, strict=True):
        try:
            with _unpacked(path, its_shown) as content:
                os.rename(content, free_place(folder / stem_of(path.name)))
        except Refused as error:
            told.append(str(error))
        if _size(folder) > MAX_UNPACKED:
            raise Refused(f"{shown} unpacks to more than {MAX_UNPACKED >> 20} MB; leave data sets out.")
    if len(told) == len(found):
        raise Refused(told[0])
    return replace(taken, content=_tidied(folder), unreadable=(*taken.unreadable, *told))


def _unpacked(path: Path, shown: Path) -> AbstractContextManager[Path]:
    from grader.intake.archives import unpacked  # most hand in no archive

    return unpacked(path, shown)


def _archives_alone(folder: Path) -> list[Path]:
    """The archives below a folder that holds no notebook or module; none if it does."""
    found = []
    for path in _files(folder) if folder.is_dir() else ():
        if is_source_name(path.name):
            return []
        if is_archive_name(path.name):
            found.append(path)
    return sorted(found)


def _with_what_is_there(taken: Snapshot) -> Snapshot:
    """With a sentence on what else is there, where nothing can be graded."""
    names = []
    for path in _files(taken.content) if taken.content.is_dir() else ():
        if is_source_name(path.name):
            return taken
        if not is_staffs(path.name):
            names.append(path.name)
    if any(map(is_archive_name, names)):
        return replace(taken, archives=True)
    return replace(taken, unreadable=(*taken.unreadable, why_unread(sorted(names)))) if names else taken


def _tidied(folder: Path) -> Path:
    """The folder, its notebooks and modules under the names that they should have: work.IPYNB is work.ipynb."""
    for path in list(_files(folder)):
        if is_source_name(path.name) and (name := source_name(path.name)) != path.name:
            os.rename(path, free_place(path.with_name(name)))
    return folder


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder where code may lie."""
    for here, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS]
        yield from (Path(here, name) for name in names if not name.startswith("."))


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in _files(folder))
