"""What a submission asks for: of an assignment that was recognised, the parts that its own text speaks of.

Who hands in one question of several is graded on that question. A teacher's ``--assignment`` asks for all of it, and so
does a class, which has one list for all.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from grader.cells import readable
from grader.course.assignments import Assignment, all_assignments, find_assignment, given_by, recognise
from grader.errors import NothingFound
from grader.extract import defined_names
from grader.forms import classes_of
from grader.intake.languages import refuse_other_languages, said_of_languages
from grader.model import NotAsked, Note
from grader.records import replace
from grader.spec import Part
from grader.submission import SourceFile, Submission
from grader.words import listing, plain_text

CLOSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
WORD = re.compile(r"[A-Za-z_]\w{2,80}")
MOST = 5  # names that are listed


def assignment_of(submission: Submission, named: str | None) -> Assignment:
    """The assignment that is ``named``, or else recognised.

    Refused where there is none of that name; NothingFound where none is recognised, or it is no code with NumPy.
    """
    try:
        assignment = find_assignment(named) if named else recognise(submission)
    except NothingFound as error:
        raise NothingFound(" ".join(said_of_languages(submission)) or str(error)) from None
    refuse_other_languages(submission, assignment.names, assignment.allow)
    return assignment


def asked_of(assignment: Assignment, submission: Submission) -> Assignment:
    """The assignment without the parts that the submission does not ask for; all of it where it asks for none.

    A part is asked for if one of its functions is defined, called by a notebook's own lines (as a test of it is), or
    named in its text. One that only other functions call is theirs to bring. A check that ``asks`` for functions of its
    own is asked for likewise, where its part is.
    """
    spoken = defined_names(submission) | {name for file in submission.files for name in _spoken_of(file)}
    spoken |= classes_of(submission, [frame for part in assignment.parts for frame in part.frames])
    kept = [_asked(part, spoken) for part in assignment.parts if spoken.intersection(part.needs)]
    if not kept or kept == list(assignment.parts):
        return assignment
    left = tuple(item for part in assignment.parts for item in _not_asked(part, kept))
    return replace(assignment, load=lambda: tuple(kept), not_asked=left)


def _asked(part: Part, spoken: set[str]) -> Part:
    """The part with the checks that are asked for."""
    checks = {slug: check for slug, check in part.checks.items() if not check.asks or spoken.intersection(check.asks)}
    return part if checks == part.checks or not checks else replace(part, checks=checks)


def _not_asked(part: Part, kept: Sequence[Part]) -> Iterator[NotAsked]:
    """What is not asked of a part: all of it, or some of its checks."""
    there = next((one for one in kept if one.slug == part.slug), None)
    if there is None:
        yield NotAsked(part.slug, part.title, part.points)
        return
    for check in part.checks.values():
        if check.slug not in there.checks:
            yield NotAsked(check.name, f"{part.title}, {check.slug}", check.points)


def note_on_others(assignment: Assignment, submission: Submission) -> list[Note]:
    """What the submission defines that belongs to other assignments, and is not graded here."""
    known = {name for other in all_assignments().values() if other.recognised for name in other.names}
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
