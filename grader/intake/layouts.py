"""What paths hold: one submission each, or a class of them, whose they are, and which of their attempts counts.

A folder is read by the one reader that claims its entries (see ``readers``). Else it is a class of plain folders or
files, sections of such classes, or one student's work: told by what is in it, and refused where both could be.
``--layout`` says it outright. An archive is treated like the folder in it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import Refused
from grader.intake import people, readers
from grader.intake import roster as rosters
from grader.intake.assembly import assembled
from grader.intake.naming import plain_name, student_name
from grader.intake.people import Handed, put_together
from grader.intake.reading_of import reading_of, sections
from grader.intake.trees import Node, OnDisk, Only, Shelf
from grader.intake.uploads import Piece, Upload
from grader.people import Attempt, Person
from grader.words import listing

NONE = Attempt(number=0)
LAYOUTS = ("auto", "one", "class", "sections")


@dataclass(frozen=True, slots=True)
class Entry:
    """A path to grade and whose it is; the person's key is also the name of a folder of reports.

    ``shown`` is the path for people, where the path itself is in a temporary folder. ``named`` says whether the user
    named the path itself, which may then be a link. ``attempt`` is the one to grade, of those that are known; there is
    none where nothing was handed in. ``members`` are the others of a group, who get the same mark. ``reason`` says why
    nothing of it can be read: it is never graded, but has its row. ``on_roster`` is None without a roster.
    """

    person: Person
    path: Path
    shown: Path | None = None
    named: bool = False
    attempt: Attempt = NONE
    attempts: tuple[Attempt, ...] = ()
    members: tuple[Person, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""
    on_roster: bool | None = None

    @property
    def student(self) -> str:
        """The person's key."""
        return self.person.key

    @property
    def is_missing(self) -> bool:
        """Whether nothing was handed in."""
        return bool(self.reason) and not self.attempts


@contextlib.contextmanager
def open_entries(
    paths: Sequence[Path],
    layout: str = "auto",
    leave_out: Path | None = None,
    roster: Path | None = None,
    attempts: str = "latest",
) -> Iterator[list[Entry]]:
    """Give the submissions in the given paths, each person's with a key of their own: path by path, then by name.

    What was unpacked or joined stays until the block ends. ``leave_out`` is the folder of the results, which may stand
    among the submissions. ``attempts`` is "latest", or "all": then a person has an entry for each, oldest first.
    """
    if layout not in (known := (*LAYOUTS, *readers.names())):
        raise Refused(f"There is no layout {layout!r}; there are: {', '.join(known)}.")
    listed = rosters.read(roster) if roster else None
    with contextlib.ExitStack() as stack:
        shelf = Shelf(stack, leave_out)
        uploads = [_uploads(path, layout, shelf) for path in paths]
        place = {id(piece.node): at for at, some in enumerate(uploads) for one in some for piece in one.pieces}
        handed = put_together(upload for some in uploads for upload in some)
        handed.sort(key=lambda one: min((place[id(piece.node)] for piece in one.upload.pieces), default=0))
        if not handed and not listed:
            raise Refused("There is nothing to grade: the folder holds no submission.")
        if listed is None:
            yield [entry for one in handed for entry in _entries(one, shelf, attempts)]
            return
        called = rosters.called(listed, handed)
        entries = [
            replace(entry, on_roster=one.person.key in called.known)
            for one in called.handed
            for entry in _entries(one, shelf, attempts)
        ]
        yield entries + [Entry(person, paths[0], reason=reason, on_roster=True) for person, reason in called.missing]


def _entries(handed: Handed, shelf: Shelf, attempts: str) -> Iterator[Entry]:
    known = handed.attempts
    for upload, attempt in zip(handed.uploads, known, strict=True):
        if attempts == "latest" and upload is not handed.upload:
            continue
        made = assembled(upload, shelf)
        newest = people.newest_of(handed) if attempts == "latest" else ()
        yield Entry(
            handed.person,
            made.path,
            made.shown if made.shown != made.path else None,
            made.named,
            attempt,
            known,
            handed.members,
            (*newest, *upload.notes, *made.notes),
            handed.reason or made.reason,
        )


def _uploads(path: Path, layout: str, shelf: Shelf) -> list[Upload]:
    """The uploads that a path holds."""
    if not os.path.exists(path):
        raise Refused(f"{path} does not exist; give a submission, or a folder or zip of submissions.")
    node = OnDisk(path, shelf, named=True)
    one = [Upload(Person(student_name(path)), (Piece(node, ""),), plain_name=plain_name(path))]
    if layout == "one":
        return one
    if layout == "auto" and (found := _alone(path, shelf, tuple(readers.platforms()))):
        return found
    if layout in readers.names() and not node.is_folder and (found := _alone(path, shelf, (layout,), force=True)):
        return found
    content = node.content
    if content is None:
        if layout != "auto" and not node.is_archive:
            raise Refused(f"{path} is a file; --layout {layout} takes a folder or zip of submissions.")
        return one
    if layout == "sections":
        return sections(content)
    return one if (read := reading_of(content, layout, packed=node.is_archive)) is None else read


def _alone(path: Path, shelf: Shelf, names: Sequence[str], *, force: bool = False) -> list[Upload]:
    """The upload that a path by itself is part of, where a platform gave it its name, so that its person is known."""
    whole = Path(os.path.abspath(path))
    for parent in (whole.parent, whole.parent.parent):
        folder = shelf.folder(parent)
        with contextlib.suppress(Refused):
            for name in names:
                reader = readers.reader(name)
                view = _view(folder, whole, reader)
                if view and (force or reader.claims(view) or reader.claims(folder)):
                    for upload in reader.uploads(view):
                        places = {piece.node.shown for piece in upload.pieces}
                        if not upload.is_plain and folder.shown / whole.relative_to(parent) in places:
                            return [upload]
    return []


def _view(folder: Node, path: Path, reader: readers.Reader) -> Node | None:
    """A folder as if nothing but a path below it were there, and what a reader needs to tell whose it is."""
    child = next((child for child in folder.children if child.name == path.name), None)
    if child is not None:
        beside = getattr(reader, "beside", None)
        return Only(folder, beside(folder, child) if beside else [child])
    student = next((child for child in folder.children if child.name == path.parent.name and child.is_folder), None)
    inside = [child for child in student.children if child.name == path.name] if student else []
    return Only(folder, [Only(student, inside)]) if student and inside else None


def described(entries: Sequence[Entry]) -> str:
    """Who of a roster is missing, and who is not on it: a sentence, empty without a roster."""
    missing = [entry.person.called for entry in entries if entry.is_missing]
    unknown = [entry.person.called for entry in entries if entry.on_roster is False]
    if not any(entry.on_roster is not None for entry in entries):
        return ""
    said = [f"{len(missing)} handed in nothing: {listing(missing, 10)}"] if missing else ["everybody handed in"]
    if unknown:
        said.append(f"not on it: {listing(unknown, 10)}")
    return f"Roster: {'; '.join(said)}."
