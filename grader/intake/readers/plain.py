"""Plain folders: ``student/``, ``student.ipynb``, ``student.zip``, or a clone of each student's repository.

Files of one name are one student's: ``ada.ipynb`` with ``ada.py``, and ``ada (1).ipynb`` is a newer ``ada.ipynb``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.intake.documents import is_staffs
from grader.intake.naming import is_archive_name, is_source_name, numbered, safe_name, source_name, stem_of
from grader.intake.snapshot import SKIPPED_FOLDERS
from grader.intake.trees import Node
from grader.intake.uploads import Piece, Upload
from grader.people import Person

STUDENTS = {"build", "env", "datasets"}  # of the folders that are skipped elsewhere, what could be a student's name
UNPACKED = "{} was not read: the folder {} beside it was."


def claims(folder: Node) -> bool:
    """It is what is left."""
    return False


def uploads(folder: Node) -> list[Upload]:
    """One for each name, also for what cannot be read; none for what teachers keep there."""
    return uploads_of(folder.children)


def candidates(children: Iterable[Node]) -> list[Node]:
    """Of a folder's entries those that somebody may have handed in."""
    return [
        child
        for child in children
        if (
            child.name not in SKIPPED_FOLDERS - STUDENTS
            if child.is_folder
            else not is_staffs(child.name) or child.fault
        )
    ]


def uploads_of(children: Iterable[Node]) -> list[Upload]:
    """The same of some of a folder's entries."""
    found = candidates(children)
    named = {child.name for child in found}
    groups: dict[str, dict[int, list[Node]]] = {}
    for child in found:
        name, number = child.name, 0
        if not child.is_folder and not (child.is_link and not _is_named_as_file(child)):
            base, number = numbered(source_name(child.name))
            is_copy = number and any(source_name(other) == base for other in named)
            name, number = (stem_of(base), number) if is_copy else (stem_of(child.name), 0)
        groups.setdefault(name, {}).setdefault(number, []).append(child)
    return [
        _upload(name, number, nodes)
        for name, by_number in groups.items()
        for number, nodes in sorted(by_number.items())
    ]


def _upload(name: str, number: int, nodes: Sequence[Node]) -> Upload:
    notes: tuple[str, ...] = ()
    folders = [node for node in nodes if node.is_folder]
    if folders and (packed := [node for node in nodes if node.is_archive]):
        notes = (UNPACKED.format(packed[0].shown.name, folders[0].shown.name),)
        nodes = [node for node in nodes if node not in packed]
    pieces = tuple(Piece(node, "") for node in nodes)
    attempt = str(number) if number else ""
    return Upload(Person(safe_name(name)), pieces, attempt, (number,), notes=notes, plain_name=name)


def _is_named_as_file(link: Node) -> bool:
    return is_source_name(link.name) or is_archive_name(link.name)
