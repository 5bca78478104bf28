"""What a submission asks for: of an assignment that was recognised, the parts that its own text speaks of.

Who hands in one question of several is graded on that question. A teacher's ``--assignment`` asks for all of it, and so
does a class, which has one list for all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from grader.cells import readable
from grader.course.assignments import Assignment, all_assignments, given_by
from grader.extract import defined_names
from grader.model import NotAsked, Note
from grader.records import replace
from grader.submission import SourceFile, Submission
from grader.words import listing, plain_text

CLOSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
WORD = re.compile(r"[A-Za-z_]\w{2,80}")
MOST = 5  # names that are listed


def asked_of(assignment: Assignment, submission: Submission) -> Assignment:
    """The assignment without the parts that the submission does not ask for; all of it where it asks for none.

    A part is asked for if one of its functions is defined, called by a notebook's own lines (as a test of it is), or
    named in its text. One that only other functions call is theirs to bring.
    """
    spoken = defined_names(submission) | {name for file in submission.files for name in _spoken_of(file)}
    absent = tuple(part for part in assignment.parts if not spoken.intersection(part.needs))
    if not absent or len(absent) == len(assignment.parts):
        return assignment
    kept = tuple(part for part in assignment.parts if part not in absent)
    left = tuple(NotAsked(part.slug, part.title, part.points) for part in absent)
    return replace(assignment, load=lambda: kept, not_asked=left)


def note_on_others(assignment: Assignment, submission: Submission) -> list[Note]:
    """What the submission defines that belongs to other assignments, and is not graded here."""
    known = {name for other in all_assignments().values() for name in other.names}
    others = defined_names(submission) & known - set(assignment.names)
    others -= given_by(assignment, others)
    if not others:
        return []
    of = max(all_assignments().values(), key=lambda other: len(others & set(other.names)))
    named = plain_text(listing(sorted(others), MOST))
    are, them = ("are", "them") if len(others) > 1 else ("is", "it")
    said = f"{named} {are} no part of {assignment.slug} and {are} not graded; --assignment {of.slug} grades {them}."
    return [Note("other-assignment", said)]


def _spoken_of(file: SourceFile) -> Iterator[str]:
    """The names that a notebook calls outside of functions, or that its text cells mention."""
    if not file.is_notebook:
        return
    for prose in file.prose:
        yield from filter(_is_a_name, WORD.findall(prose.text))
    for cell in file.cells:
        try:
            body = readable(cell, notebook=True).tree.body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        nodes = [item for node in body if not isinstance(node, CLOSED) for item in ast.walk(node)]
        yield from (node.id for node in nodes if isinstance(node, ast.Name))


def _is_a_name(word: str) -> bool:
    """Whether a word in a text can only be a name of code: "tanh" may be mathematics, "my_layer" is not."""
    return "_" in word or (word[1:] != word[1:].lower() and not word.isupper())
