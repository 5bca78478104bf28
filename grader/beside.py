"""What lies beside the files that a student's own check graded, in words: copies, what is untouched, other exercises.

None of it carries marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.cells import readable
from grader.course.assignments import Assignment, recognise
from grader.errors import Refused
from grader.mangled import content
from grader.model import Note
from grader.names import Definition, is_unfilled, left_none
from grader.records import replace
from grader.submission import SourceFile, Submission
from grader.words import listing, plain_text

MOST = 5  # notes of one kind
Defined = dict[str, Definition]


def notes_on_what_is_beside(submission: Submission, assignment: Assignment, graded: Sequence[str]) -> list[Note]:
    """What to say of the other files of a submission; ``graded`` are those that code was taken from."""
    found = [Note("unreadable", f"Left out: {plain_text(said)}") for said in submission.unreadable[:MOST]]
    others = [file for file in submission.files if file.path not in graded]
    if not (others and graded):
        return found
    counted = _merged([_definitions(file, assignment) for file in submission.files if file.path in graded])
    copies = [note for file in others if (note := _copy(file, _definitions(file, assignment), counted, graded))]
    return [*found, *copies[:MOST], *list(_other_exercises(submission, others, assignment))[:MOST]]


def _copy(file: SourceFile, here: Defined, counted: Defined, graded: Sequence[str]) -> Note | None:
    """That a file holds the same again, or only the starter's stubs; what differs is said where it was extracted."""
    both = here.keys() & counted.keys()
    named, taken = plain_text(file.path, 200), plain_text(listing(list(graded), 3))
    if not both:
        return None
    if all(content(here[name]) == content(counted[name]) for name in both):
        return Note("copy", f"{named} holds a copy of what was checked; {taken} counts.")
    if all(is_unfilled(node) or next(left_none(node), None) for node in here.values()):
        return Note("untouched", f"{named} is not filled in; {taken}, where it is written, was checked.")
    return None


def _other_exercises(submission: Submission, others: Sequence[SourceFile], assignment: Assignment) -> Iterator[Note]:
    """The notebooks that look like another assignment."""
    found: dict[str, list[str]] = {}
    for file in [file for file in others if file.is_notebook]:
        try:
            other = recognise(replace(submission, files=(file,)))
        except Refused:
            continue
        if not set(other.names) & set(assignment.names):
            found.setdefault(other.slug, []).append(file.path)
    for slug, files in found.items():
        named = plain_text(listing(files, 3))
        yield Note("not-checked", f"{named} looks like {slug}, which was not checked: --assignment {slug} does that.")


def _definitions(file: SourceFile, assignment: Assignment) -> Defined:
    """The functions and classes of the assignment that a file defines, the last of each name."""
    found: Defined = {}
    for cell in file.cells:
        try:
            body = readable(cell, notebook=file.is_notebook).tree.body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        found |= {node.name: node for node in body if isinstance(node, Definition) and node.name in assignment.needs}
    return found


def _merged(several: Sequence[Defined]) -> Defined:
    return {name: node for one in several for name, node in one.items()}
