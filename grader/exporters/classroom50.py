"""Classroom 50's ``result.json``, schema ``classroom50/result/v1``: https://github.com/foundation50/classroom50.

Its scores are whole numbers. Rounding would move marks, so all are in hundredths of a point, for everyone alike. It
cannot say "not graded": then there is no file, and its runner calls that an infrastructure error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.errors import Refused
from grader.exporters.lines import reasons
from grader.exporters.rows import verdict
from grader.feedback.cleaning import for_student
from grader.gradebook import Row
from grader.model import CheckResult, PartResult, Status
from grader.words import inert, listing

HUNDREDTHS = 100
# What the runner says in its environment; it stamps owner and assignment_type itself.
NEEDED = {
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
}
OPTIONAL = {"assignment_type": "ASSIGNMENT_TYPE", "owner": "OWNER"}


def text(row: Row, environment: Mapping[str, str], now: datetime) -> str:
    """The JSON text of one person's result; Refused without a mark, or outside of the runner's environment."""
    return json.dumps(result(for_student(row), environment, now), indent=1) + "\n"


def result(row: Row, environment: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The object."""
    if row.mark.score is None or row.mark.max_score is None:
        raise Refused(f"{row.person.key} has no mark, and Classroom 50 takes nothing else: {verdict(row)}")
    missing = [name for name in NEEDED.values() if not environment.get(name)]
    if missing:
        raise Refused(f"classroom50 is written in a job of Classroom 50, which sets {listing(missing)}; set them.")
    highest = _whole(row.mark.max_score)
    optional = {field: name for field, name in OPTIONAL.items() if environment.get(name)}
    return {
        "schema": "classroom50/result/v1",
        **{field: environment[name] for field, name in (NEEDED | optional).items()},
        "review": environment.get("REVIEW_URL") or environment["COMMIT_URL"],
        "datetime": _submitted(row, now).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": min(_whole(row.mark.score), highest),
        "max-score": highest,
        "tests": [_test(part, check) for part in row.result.parts for check in part.checks if _counts(check)],
    }


def _submitted(row: Row, now: datetime) -> datetime:
    when = row.attempt.submitted_at if row.attempt else ""
    return datetime.fromisoformat(when) if when else now


def _counts(check: CheckResult) -> bool:
    return check.status is not Status.SKIPPED  # it is not failed, and no word for it is here


def _test(part: PartResult, check: CheckResult) -> dict[str, Any]:
    return {
        "test-name": inert(f"{part.slug}/{check.slug}"),
        "passed": check.status is Status.PASSED,
        "score": min(_whole(check.points), _whole(check.max_points)),
        "max-score": _whole(check.max_points),
        "message": "\n".join(reasons(check)),
    }


def _whole(points: float) -> int:
    return max(0, round(points * HUNDREDTHS))
