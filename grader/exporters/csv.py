"""``grades.csv``: one row a person, one column a part and a check. What was not graded has no score, which is not 0.

It begins with a BOM, by which spreadsheets know that it is UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from grader.gradebook import Row, plain
from grader.model import CheckResult, Result, Status
from grader.words import inert, number

# Spreadsheets skip white space before a formula, and take the full-width signs of East Asian keyboards as well.
FORMULA = re.compile(r"\A(?:[\t\n]|\s*+[=+\-@\uff1d\uff0b\uff0d\uff20])")
BOM = "\ufeff"
FIXED = [
    *("student", "name", "login", "email", "section", "group", "attempt", "submitted_at", "late"),
    *("assignment", "status", "reason", "raw_score", "deductions", "score", "max_score"),
]
Shape: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]  # the parts of a result and their checks
UNJUDGED = (Status.SKIPPED, Status.GRADER_ERROR)


def grades(rows: Sequence[Row | Result]) -> str:
    """The CSV text, rows in the given order, parts and checks in the order in which they first occur.

    A Result is the row of somebody of whom only that is known.
    """
    return Table().text(rows)


class Table:
    """The CSV text of a class as it grows: a row is made once, and anew only where there are other columns."""

    def __init__(self) -> None:
        self._columns: list[str] = []
        self._rows: dict[str, tuple[Row | Result, str]] = {}
        self._shapes: dict[str, tuple[Result, Shape]] = {}
        self._same: dict[Shape, Shape] = {}

    def text(self, rows: Sequence[Row | Result]) -> str:
        """As ``grades`` has it; of the same rows once more it takes a fraction of the time."""
        columns = _columns({id(shape): shape for shape in map(self._shape, rows)}.values())
        if columns != self._columns:
            self._columns, self._rows = columns, {}
        return BOM + _line([*FIXED, *columns]) + "".join(map(self._row, rows))

    def _shape(self, row: Row | Result) -> Shape:
        """The parts and checks of a row; those that have the same are given the very same."""
        key, result = (row.person.key, row.result) if isinstance(row, Row) else (row.student, row)
        known = self._shapes.get(key)
        if known is None or known[0] is not result:
            shape = tuple((part.slug, tuple(check.slug for check in part.checks)) for part in result.parts)
            known = self._shapes[key] = result, self._same.setdefault(shape, shape)
        return known[1]

    def _row(self, row: Row | Result) -> str:
        key = row.person.key if isinstance(row, Row) else row.student
        known, text = self._rows.get(key, (None, ""))
        if known is None or not _is_same(known, row):
            text = _line(_cells(row if isinstance(row, Row) else plain(row), self._columns))
            self._rows[key] = row, text
        return text


def _is_same(one: Row | Result, other: Row | Result) -> bool:
    """Whether two rows are of the same result, which is told by identity: comparing takes as long as printing."""
    if isinstance(one, Row) and isinstance(other, Row):
        same = one.result is other.result
        return same and (one.person, one.attempt, one.mark) == (other.person, other.attempt, other.mark)
    return one is other


def _columns(shapes: Iterable[Shape]) -> list[str]:
    """Those of the parts, then those of their checks."""
    parts: dict[str, dict[str, None]] = {}
    for shape in shapes:
        for part, checks in shape:
            parts.setdefault(part, {}).update(dict.fromkeys(f"{part}/{check}" for check in checks))
    return [*parts, *(name for names in parts.values() for name in names)]


def _cells(row: Row, columns: Sequence[str]) -> list[object]:
    person, attempt, result, mark = row.person, row.attempt, row.result, row.mark
    points = _points(result) if result.status == "graded" else {}
    return [
        *map(_inert, (person.key, person.name, person.login, person.email, person.section, person.group)),
        attempt.number if attempt else "",
        _inert(attempt.submitted_at) if attempt else "",
        {True: "yes", False: "no", None: ""}[row.late],
        result.assignment or "",
        "excused" if row.excused else result.status,
        _inert(row.reason),
        *map(_number, (mark.raw, mark.deducted, mark.score, mark.max_score)),
        *(points.get(name, "") for name in columns),
    ]


def _points(result: Result) -> dict[str, str]:
    """The points of parts and checks that were judged."""
    found = {}
    for part in result.parts:
        judged: list[CheckResult] = [check for check in part.checks if check.status not in UNJUDGED]
        if any(check.status is not Status.SKIPPED for check in part.checks):
            found[part.slug] = number(part.score)
        found |= {f"{part.slug}/{check.slug}": number(check.points) for check in judged}
    return found


def _number(value: float | None) -> str:
    return "" if value is None else number(value + 0.0)  # no -0


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _inert(text: str) -> str:
    """A cell that a spreadsheet takes as text, never as a formula (OWASP, "CSV Injection")."""
    clean = inert(text)
    return f"'{clean}" if FORMULA.match(clean) else clean
