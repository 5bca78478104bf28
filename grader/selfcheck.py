"""A student's own work, graded with the public tests: what the commands ``check`` and ``ci`` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.beside import notes_on_what_is_beside
from grader.course.asking import asked_of, assignment_of, note_on_others
from grader.course.assignments import select
from grader.grading import Told, grade_submission
from grader.intake.languages import said_of_languages
from grader.intake.reading import open_submission
from grader.limits import NotebookLimits
from grader.model import Note, Result, Status
from grader.oracle import Oracle
from grader.oracle.recorded import RecordedOracle
from grader.records import dataclass, replace
from grader.sandbox import Box

if TYPE_CHECKING:
    from grader.data_set import DataSet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to check: ``names`` pick parts and checks (none: all); ``assignment`` is recognised if it is None."""

    path: Path
    names: Sequence[str] = ()
    assignment: str | None = None
    data: DataSet | None = None
    compat: bool = False
    notebook: NotebookLimits | None = None


def self_check(wanted: Wanted, box: Box, told: Told | None = None) -> Result:
    """Grade with public seeds and recorded answers, in one's own box; Refused says what cannot be checked.

    ``told`` hears of each check before it is run.
    """
    with open_submission(wanted.path, data=wanted.notebook is not None) as submission:
        assignment = assignment_of(submission, wanted.assignment)
        if not (wanted.assignment or wanted.names):
            assignment = asked_of(assignment, submission)
        checks = select(assignment, list(wanted.names))
        assignment.load()
        oracle: Oracle = RecordedOracle(assignment)
        if wanted.data:
            from grader.oracle.data_set import DataSetOracle

            oracle = DataSetOracle(oracle, wanted.data)
        result = grade_submission(
            *(submission, assignment, checks, oracle, box),
            notebook=wanted.notebook,
            compat=wanted.compat,
            told=told,
        )
        beside: list[Note] = []
        if Status.MISSING in {check.status for check in result.checks}:
            beside += [Note("language", said) for said in said_of_languages(submission)]
        beside += notes_on_what_is_beside(submission, assignment, result.submission.files)
        if not (wanted.assignment or {"not-checked", "glued"} & {note.code for note in (*result.notes, *beside)}):
            beside += note_on_others(assignment, submission)
        return replace(result, notes=(*result.notes, *beside))
