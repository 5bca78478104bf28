"""Gradescope's ``results.json``: https://gradescope-autograders.readthedocs.io/en/latest/specs/.

All text is declared as plain text. Every check is visible, since one that is not hides the student's total. Without a
mark there is no score at all, and Gradescope says that the autograder failed; a check that was skipped has no score.
"""

from __future__ import annotations

import json
from typing import Any

from grader.exporters.lines import reasons
from grader.exporters.rows import deductions, status, verdict
from grader.feedback.cleaning import for_student
from grader.gradebook import Row
from grader.model import CheckResult, PartResult, Status
from grader.words import inert


def text(row: Row) -> str:
    """The JSON text of one person's results."""
    return json.dumps(results(for_student(row)), indent=1, ensure_ascii=False) + "\n"


def results(row: Row) -> dict[str, Any]:
    """The object; ``score`` is the mark, which goes before the sum of the checks."""
    marked = row.mark.score is not None
    tests = [_test(part, check, marked=marked) for part in row.result.parts for check in part.checks]
    said = [verdict(row), *deductions(row), *(inert(note.sentence) for note in row.result.notes)]
    return {
        **({"score": row.mark.score} if marked else {}),
        "execution_time": round(sum(check.seconds for check in row.result.checks), 2),
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {"assignment": row.result.assignment, "status": status(row), "raw_score": row.mark.raw},
    }


def _test(part: PartResult, check: CheckResult, *, marked: bool) -> dict[str, Any]:
    said = reasons(check)
    if check.status is not Status.PASSED:
        said.insert(0, f"{check.status.replace('_', ' ').capitalize()}.")
    test: dict[str, Any] = {"name": inert(f"{part.slug}/{check.slug}: {check.title}"), "output": "\n".join(said)}
    if marked and check.status not in (Status.SKIPPED, Status.GRADER_ERROR):
        test["score"] = check.points
        test["max_score"] = check.max_points
        test["status"] = "passed" if check.status is Status.PASSED else "failed"
    return test | {"visibility": "visible"}
