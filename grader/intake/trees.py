"""What was given to be graded as a tree of names, alike for a folder and for the archive of one.

Nothing of an archive is unpacked until somebody's upload is taken from it: then that person's files are judged, and
written, by themselves. So limits, bombs and clashes cost nobody else.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader.errors import Refused
from grader.intake.archives import opened, write
from grader.intake.members import LEFT_OUT_FILES, LEFT_OUT_FOLDERS, Archive, Member, leads_out
from grader.intake.naming import is_archive_name
from grader.intake.snapshot import beginning, private_folder
from grader.limits import MOST_LISTED
from grader.words import readable


class Shelf:
    """What is open while a class is graded: archives, and a private folder for what is taken from them.

    ``left_out`` is a folder that is not looked at: that of the results may stand among the submissions.
    """

    def __init__(self, stack: contextlib.ExitStack, left_out: Path | None = None) -> None:
        self._stack = stack
        self._count = 0
        self._folders: dict[Path, OnDisk] = {}
        self.left_out = os.path.abspath(left_out) if left_out else ""

    @cached_property
    def _room(self) -> Path:
        return self._stack.enter_context(private_folder())

    def new_folder(self) -> Path:
        """An empty folder of its own."""
        self._count += 1
        folder = self._room / str(self._count)
        folder.mkdir(0o700)
        return folder

    def folder(self, path: Path) -> OnDisk:
        """A folder on the disk, which is listed once."""
        if path not in self._folders:
            self._folders[path] = OnDisk(path, self)
        return self._folders[path]

    def opened(self, path: Path, shown: Path) -> Archive:
        """An archive of a class, open until the end; Refused if it cannot be listed."""
        return self._stack.enter_context(opened(path, shown, of_class=True))


class Node:
    """A file, folder or link. ``shown`` is its path for people; ``fault`` says why nothing of it can be taken."""

    name: str
    shown: Path
    is_folder = False
    is_link = False
    fault = ""
    shelf: Shelf

    @property
    def is_archive(self) -> bool:
        """Whether it is a file that is named as an archive."""
        return not (self.is_folder or self.is_link) and is_archive_name(self.name)

    @cached_property
    def children(self) -> tuple[Node, ...]:
        """What is in a folder, by name, without what systems and tools add and what is hidden; nothing of a file."""
        return tuple(sorted(self._listed(), key=lambda node: node.name)) if self.is_folder else ()

    def _listed(self) -> list[Node]:
        raise NotImplementedError

    def has(self, name: str) -> bool:
        """Whether a folder holds that, hidden or not."""
        return any(child.name == name for child in self.children)

    def beginning(self, size: int) -> bytes:
        """The first bytes of a file; none of what cannot be read."""
        return b""

    def taken(self) -> Path:
        """Where it is on the disk; of an archive, it is unpacked there. Refused, or HarnessError."""
        raise NotImplementedError

    @cached_property
    def content(self) -> Node | None:
        """The folder that it is or, of an archive, that is in it; None of what is neither or cannot be listed."""
        if self.is_folder:
            return self
        if self.is_archive:
            with contextlib.suppress(Refused):
                return packed(self.shelf.opened(self.taken(), self.shown), self.shown, self.name, self.shelf)
        return None

    def walk(self, deepest: int = 12) -> Iterator[Node]:
        """Everything below a folder, nearest first."""
        level: list[Node] = [self]
        for _ in range(deepest):
            level = [child for node in level for child in node.children]
            yield from level


def _is_junk(name: str, *, is_folder: bool) -> bool:
    if name.startswith(".") or name.startswith("~$"):  # hidden, and the locks of office programs
        return True
    return name in (LEFT_OUT_FOLDERS if is_folder else LEFT_OUT_FILES)


class OnDisk(Node):
    """What is on the disk; ``named`` says that the user named this path, which may then be a link."""

    def __init__(self, path: Path, shelf: Shelf, *, named: bool = False) -> None:
        self.path, self.shelf, self.named = path, shelf, named
        self.name = path.name or Path(os.path.abspath(path)).name
        self.shown = Path(readable(str(path)))
        self.is_link = not named and path.is_symlink()
        self.is_folder = not self.is_link and path.is_dir()

    def _listed(self) -> list[Node]:
        found: list[Node] = []
        try:
            with os.scandir(self.path) as entries:
                for entry in entries:
                    if len(found) > MOST_LISTED:
                        raise Refused(
                            f"{self.shown} holds more than {MOST_LISTED:,} files; give a folder of submissions."
                        )
                    is_junk = _is_junk(entry.name, is_folder=entry.is_dir(follow_symlinks=False))
                    if not is_junk and os.path.abspath(entry.path) != self.shelf.left_out:
                        found.append(OnDisk(self.path / entry.name, self.shelf))
        except OSError as error:
            if self.named:
                raise Refused(f"{self.shown} cannot be read: {error.strerror or error}.") from None
        return found

    def has(self, name: str) -> bool:
        """Whether a folder holds that, hidden or not."""
        return os.path.lexists(self.path / name)

    def beginning(self, size: int) -> bytes:
        """The first bytes of a file."""
        return b"" if self.is_folder or self.is_link else beginning(self.path, size)

    def taken(self) -> Path:
        """Its path."""
        return self.path


class Only(Node):
    """A folder of which only some entries are looked at."""

    def __init__(self, of: Node, children: Iterable[Node]) -> None:
        self.name, self.shown, self.shelf, self.is_folder = of.name, of.shown, of.shelf, True
        self._children = list(children)

    def _listed(self) -> list[Node]:
        return self._children


@dataclass(slots=True)
class _Grown:
    """A folder or file of an archive while its tree grows: its own member, those in it, and what is below."""

    member: Member | None = None
    faults: list[Member] = field(default_factory=list)
    below: dict[str, _Grown] = field(default_factory=dict)


def packed(archive: Archive, shown: Path, name: str, shelf: Shelf) -> Node:
    """The tree of an archive; Refused if nothing in it can be taken."""
    root = _Grown()
    for member in archive.members:
        parts = member.parts
        if member.fault:
            safe = next((depth for depth, part in enumerate(parts) if leads_out(part)), len(parts))
            parts = parts[:safe] or parts[-1:] or ("unnamed",)
        here = root
        for part in parts:
            here = here.below.setdefault(part, _Grown())
        if member.fault:
            here.faults.append(member)
        elif here.member is None or not member.is_folder:
            here.member = member if here.member is None else here.member
            if here.member is not member:
                here.faults.append(member)  # the same name twice: it is refused when it is taken
    if archive.members and all(member.fault for member in archive.members):
        first = archive.members[0]
        raise Refused(f"{shown}: {first.name!r} {first.fault}.")
    return InArchive(archive, root, (), name, shown, shelf)


class InArchive(Node):
    """What is in an archive."""

    def __init__(
        self, archive: Archive, grown: _Grown, parts: tuple[str, ...], name: str, shown: Path, shelf: Shelf
    ) -> None:
        self._archive, self._grown, self._parts = archive, grown, parts
        self.name, self.shown, self.shelf = name, shown, shelf
        self.is_folder = bool(grown.below) or not parts or (grown.member is not None and grown.member.is_folder)
        if grown.faults and not self.is_folder and grown.member is None:
            self.fault = f"{shown.parent}: {grown.faults[0].name!r} {grown.faults[0].fault}."
        elif grown.below and grown.member is not None and not grown.member.is_folder:
            self.fault = f"{shown} is a file and a folder; pack your own folder again."

    def _listed(self) -> list[Node]:
        found = [
            InArchive(self._archive, grown, (*self._parts, name), name, self.shown / readable(name), self.shelf)
            for name, grown in self._grown.below.items()
        ]
        return [child for child in found if child.fault or not _is_junk(child.name, is_folder=child.is_folder)]

    def has(self, name: str) -> bool:
        """Whether a folder holds that, hidden or not."""
        return name in self._grown.below

    def beginning(self, size: int) -> bytes:
        """The first bytes of a file."""
        member = self._grown.member
        if self.is_folder or member is None or member.fault:
            return b""
        # Whatever is damaged in it is told when it is taken.
        with contextlib.suppress(Exception), self._archive.open(member) as file:
            return file.read(size)
        return b""

    def taken(self) -> Path:
        """Where it was unpacked."""
        return self._taken

    @cached_property
    def _taken(self) -> Path:
        if self.fault:
            raise Refused(self.fault)
        members = list(_members(self._grown))
        folder = self.shelf.new_folder()
        name = self._parts[-1] if self._parts else "content"
        if self.is_folder:
            (folder / name).mkdir(0o700)
            write(self._archive, members, self.shown, folder / name, len(self._parts))
        else:
            write(self._archive, members, self.shown, folder, len(self._parts) - 1)
        return folder / name


def _members(grown: _Grown) -> Iterator[Member]:
    """All members below, those with faults too."""
    if grown.member is not None and (grown.below or not grown.member.is_folder):
        yield grown.member
    yield from grown.faults
    for below in grown.below.values():
        yield from _members(below)
