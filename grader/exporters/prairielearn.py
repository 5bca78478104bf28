"""PrairieLearn's ``/grade/results/results.json``: https://docs.prairielearn.com/externalGrading/.

What was not graded is not gradable, which costs no attempt. A test without points would disable the points of all, so a
skipped check has 0 of 0. The file may have 1 MB at most.
"""

from __future__ import annotations

import json
from typing import Any

from grader.exporters.lines import reasons
from grader.exporters.rows import deductions, verdict
from grader.feedback.cleaning import for_student
from grader.gradebook import Row
from grader.model import CheckResult, PartResult, Status
from grader.words import inert

LARGEST = 1_000_000  # bytes


def text(row: Row) -> str:
    """The JSON text of one person's results; of one that is too large the details are left out."""
    whole = results(for_student(row))
    if len(json.dumps(whole)) > LARGEST:
        whole["tests"] = [test | {"output": ""} for test in whole["tests"]]
        whole["message"] += "\nThe details were left out, as they are too long for PrairieLearn."
    return json.dumps(whole, indent=1) + "\n"


def results(row: Row) -> dict[str, Any]:
    """The object; its ``score`` is the share of the points, from 0 to 1."""
    if row.mark.score is None or not row.mark.max_score:
        return {"gradable": False, "format_errors": [verdict(row)], "message": verdict(row), "tests": []}
    return {
        "gradable": True,
        "score": min(1.0, max(0.0, round(row.mark.score / row.mark.max_score, 6))),
        "message": "\n".join([verdict(row), *deductions(row)]),
        "output": "\n".join(inert(note.sentence) for note in row.result.notes),
        "tests": [_test(part, check) for part in row.result.parts for check in part.checks],
    }


def _test(part: PartResult, check: CheckResult) -> dict[str, Any]:
    counts = check.status is not Status.SKIPPED
    return {
        "name": inert(f"{part.slug}/{check.slug}"),
        "description": inert(check.title),
        "points": check.points if counts else 0,
        "max_points": check.max_points if counts else 0,
        "message": check.status.replace("_", " ").capitalize() + ".",
        "output": "\n".join(reasons(check)),
    }
