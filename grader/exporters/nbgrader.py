"""The CSV of ``nbgrader export`` (nbgrader/plugins/export.py): its columns, in its order.

nbgrader writes 0.0 for whoever handed nothing in, and quotes nothing. Here what has no mark has an empty cell, and a
name with a comma is quoted.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.exporters.cells import line
from grader.gradebook import Row
from grader.words import number

COLUMNS = [
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
]


def text(rows: Sequence[Row]) -> str:
    """The CSV text of a class."""
    return line(COLUMNS) + "".join(line(_cells(row)) for row in rows)


def _cells(row: Row) -> list[str]:
    first, last = _names(row.person.name)
    points = (row.mark.raw, row.mark.deducted, row.mark.score, row.mark.max_score)
    return [
        row.result.assignment or "",
        "",
        row.attempt.submitted_at if row.attempt else "",
        row.person.key,
        last,
        first,
        row.person.email,
        *("" if value is None else number(value) for value in points),
    ]


def _names(name: str) -> tuple[str, str]:
    """First and last name: of "Last, First" as it says, else the last word is the last name."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.strip().rpartition(" ")
    return first, last
