"""Grade one submission, from its copy to what is kept of it. Whatever happens comes back as an Answer."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.batch.ingredients import ingredients
from grader.course.asking import asked_of, assignment_of
from grader.course.assignments import Assignment, all_assignments, recognise, select
from grader.errors import Interrupted, Refused
from grader.exporters import html
from grader.grading import grade_submission, not_graded, versions
from grader.intake.newest import is_filled
from grader.intake.reading import read_copy
from grader.intake.snapshot import Snapshot
from grader.limits import JUDGE_SIZE, SEARCHED, NotebookLimits
from grader.lock import memory
from grader.model import Note, Result, Status
from grader.oracle import Oracle
from grader.sandbox import Box
from grader.submission import Submission
from grader.words import plain_text
from grader.worker.processes import Host, host_of

AGAIN = "It was graded again, with nothing beside it:"
# Of Python and of the system, where a limit of threads was reached: by neighbours, if they run as the same user.
NO_THREAD = ("can't start new thread", "Resource temporarily unavailable")
STARVABLE = {Status.GRADER_ERROR, Status.CRASHED, Status.TIMED_OUT}  # what may come of too little memory


@dataclass(frozen=True, slots=True)
class Terms:
    """What all of a class are graded by; ``assignment`` None recognises each, ``data`` is the data set's folder.

    ``recognised`` says that the assignment is what most of the class look like: who looks like another is told of.
    ``alone``: it is one submission, of no class, and is graded on what its own text asks for.
    ``seconds`` is what the student processes of one submission may take in all, ``search`` how many variants of its
    functions are tried for the line that makes wrong what no mistake explains. ``again`` says what ran out when it
    was graded before: now nothing else is graded.
    """

    seed: int
    assignment: str | None = None
    recognised: bool = False
    alone: bool = False
    only: tuple[str, ...] = ()
    notebook: NotebookLimits | None = None
    time_factor: float = 1.0
    compat: bool = False
    data: str | None = None
    seconds: float = 600.0
    search: int = SEARCHED
    again: str = ""

    @property
    def size(self) -> int:
        """The bytes of memory that one submission and its judge may take."""
        roles = ["worker", "kernel"] if self.notebook else ["worker"]
        return JUDGE_SIZE + max(memory(role, [self.data] if self.data else []) for role in roles)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Terms:
        """From what ``asdict`` made of them, perhaps by way of JSON."""
        notebook = fields["notebook"]
        limits = NotebookLimits(**notebook) if notebook else None
        return cls(**{**fields, "only": tuple(fields["only"]), "notebook": limits})


@dataclass(frozen=True, slots=True)
class Order:
    """A submission to grade: its student, its path for people, its copy, and the key of the result that there is.

    ``notes`` are what is to be said of how it was handed in.
    """

    student: str
    shown: str
    copy: Snapshot
    known: str = ""
    notes: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Order:
        """From what ``as_dict`` made of it, perhaps by way of JSON."""
        copy = fields["copy"]
        snapshot = Snapshot(Path(copy["content"]), tuple(copy["unreadable"]), bool(copy["archives"]))
        return cls(fields["student"], fields["shown"], snapshot, fields["known"], tuple(fields["notes"]))

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        fields = asdict(self)
        return fields | {"copy": fields["copy"] | {"content": str(self.copy.content)}}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of a graded submission: its JSON ``text``, its ``page``, and the ``key`` of what it depends on.

    ``refused`` if the input could not be taken, ``failed`` if the grader failed, ``known`` if the result with that key
    is there already: then there is nothing else. ``seconds`` that it took, where who waits cannot tell: on a worker.
    """

    key: str = ""
    text: str = ""
    page: str = ""
    refused: bool = False
    failed: bool = False
    known: bool = False
    seconds: float = 0.0


def answered(order: Order, terms: Terms, oracle: Oracle, given: Box | Host) -> Answer:
    """Grade a submission; no trouble with it is anyone else's. Interrupted if the box is closed meanwhile."""
    host = host_of(given)
    try:
        with read_copy(order.copy, order.student, Path(order.shown)) as submission:
            return _graded(submission, order, terms, oracle, host)
    except Interrupted:
        raise
    except Refused as error:
        return without_grade(
            order.student, order.shown, in_it(str(error), order.shown), terms, host.level, refused=True
        )
    except Exception as error:  # a bug of ours costs one row, and no mark
        reason = f"The grader itself failed: {type(error).__name__}: {error}"
        return without_grade(order.student, order.shown, reason, terms, host.level)


def in_it(sentence: str, shown: str) -> str:
    """A sentence on what a submission holds, with places in it instead of paths: where it lies is said beside it."""
    return sentence.replace(f"{shown}{os.sep}", "").replace(f"{shown} ", f"{Path(shown).name} ")


def without_grade(student: str, shown: str, reason: str, terms: Terms, level: str, *, refused: bool = False) -> Answer:
    """What is kept of a submission that has no grade, for a reason that is said."""
    result = not_graded(student, shown, plain_text(reason), terms.assignment, level)
    return Answer("", *rendered(result), refused=refused, failed=not refused)


def may_have_starved(answer: Answer) -> bool:
    """Whether some of it came to no end, as it may when memory or processes run out."""
    if answer.failed:
        return True
    with contextlib.suppress(Exception):  # what judges is not believed to speak in any form
        fields = json.loads(answer.text)
        notebook = fields.get("notebook") or {}
        checks = [check for part in fields["parts"] for check in part["checks"]]
        return bool(notebook.get("trouble")) or any(check["status"] in STARVABLE for check in checks)
    return False


def lacking(answer: Answer) -> str:
    """What it says itself that there was no more of, in words; whoever makes it up is graded twice."""
    return "no more threads could be started" if any(words in answer.text for words in NO_THREAD) else ""


def likeness(order: Order) -> str:
    """The assignment that a submission looks most like; empty if it looks like none, or cannot be read."""
    with contextlib.suppress(Exception), read_copy(order.copy, order.student, Path(order.shown)) as submission:
        return recognise(submission).slug
    return ""


def rendered(result: Result) -> tuple[str, str]:
    """The result's JSON text and its page; what cannot be shown raises here, where it costs its own submission only.

    Whether the table and the page of the class can show it is for who reads the text, and believes none of it.
    """
    text, page = result.to_json(), html.report(result, index_href="../index.html")
    for written in (text, page):
        written.encode()
    return text, page


def _graded(submission: Submission, order: Order, terms: Terms, oracle: Oracle, host: Host) -> Answer:
    assignment = assignment_of(submission, terms.assignment)
    if terms.alone:
        assignment = asked_of(assignment, submission)
    checks = select(assignment, list(terms.only))
    key = _key(submission, ingredients(assignment, checks), order, terms, oracle, host.level)
    if key == order.known:
        return Answer(key, known=True)
    result = grade_submission(
        submission,
        assignment,
        checks,
        oracle,
        host,
        notebook=terms.notebook,
        time_factor=terms.time_factor,
        compat=terms.compat,
        seconds=terms.seconds,
        search=terms.search,
    )
    said = (Note("handed-in", plain_text(sentence)) for sentence in order.notes)
    result = replace(result, notes=(*said, *_notes_on_others(submission, assignment), *result.notes))
    if terms.recognised:
        result = replace(result, notes=(*_note_on_likeness(submission, assignment), *result.notes))
    if terms.again:
        result = replace(result, notes=(Note("again", f"{AGAIN} {plain_text(terms.again)}."), *result.notes))
    return Answer(key, *rendered(result))


def _note_on_likeness(submission: Submission, assignment: Assignment) -> list[Note]:
    """That a submission looks like another assignment than that of its class."""
    with contextlib.suppress(Refused):
        other = recognise(submission)
        if other.slug != assignment.slug:
            said = f"This looks like {other.slug} ({other.title}); it was graded as {assignment.slug}, as the class is."
            return [Note("another-assignment", said)]
    return []


def _notes_on_others(submission: Submission, assignment: Assignment) -> Iterator[Note]:
    """That notebooks of other assignments are there too; staff look where only the one not graded is filled in."""
    files = {file.path.rpartition("/")[2]: file for file in submission.files if file.is_notebook}
    own = files.get(assignment.notebook)
    for other in all_assignments().values():
        file = files.get(other.notebook)
        if file is None or file is own or not other.template or set(other.names) <= set(assignment.names):
            continue
        state = "filled in" if is_filled(file) else "not filled in"
        said = f"{file.path} ({other.slug}) is here too, {state}; {assignment.slug} was graded"
        if own and is_filled(file) and not is_filled(own):
            yield Note("another-assignment", plain_text(f"{said}, and nothing in {own.path} is filled in."))
        else:
            yield Note("other-notebook", plain_text(f"{said}."))


def _key(
    submission: Submission, made_of: Mapping[str, str], order: Order, terms: Terms, oracle: Oracle, level: str
) -> str:
    """All that a result depends on, by name, as JSON: with the same key it need not be made anew."""
    installed = {name: version for name, version in versions(oracle.public).items() if name != "grader"}
    named = {
        "submission": submission.sha256,
        "handed_in": order.notes,
        **made_of,
        "seed": oracle.seed,
        "isolation": level,
        **installed,
        "recognised": terms.recognised,
        "alone": terms.alone,
        "notebook": asdict(terms.notebook) if terms.notebook else None,
        "time_factor": terms.time_factor,
        "seconds": terms.seconds,
        "search": terms.search,
        "data": oracle.data.digest if oracle.data else "",
        "compat": terms.compat,
    }
    return json.dumps(named, sort_keys=True)
