"""``grades.csv``: one row a submission, one column a part. What was not graded has no score, which is not 0."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from grader.model import Result, Status
from grader.words import inert, number

# Spreadsheets skip white space before a formula, and take the full-width signs of East Asian keyboards as well.
FORMULA = re.compile(r"\A(?:[\t\n]|\s*+[=+\-@\uff1d\uff0b\uff0d\uff20])")
FIXED = ["student", "assignment", "status", "score", "max_score"]


def grades(results: Sequence[Result]) -> str:
    """The CSV text, rows in the given order, parts in the order in which they first occur."""
    return Table().text(results)


class Table:
    """The CSV text of a class as it grows: a row is made once, and anew only where there are other columns."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._rows: dict[str, tuple[Result, str]] = {}

    def text(self, results: Sequence[Result]) -> str:
        """As ``grades`` has it; of the same results once more it takes a fraction of the time."""
        parts = list(dict.fromkeys(part.slug for result in results for part in result.parts))
        if parts != self._parts:
            self._parts, self._rows = parts, {}
        return _line([*FIXED, *parts, "seed", "reason"]) + "".join(map(self._row, results))

    def _row(self, result: Result) -> str:
        known, text = self._rows.get(result.student, (None, ""))
        if known is not result:
            text = _line(_cells(result, self._parts))
            self._rows[result.student] = result, text
        return text


def _cells(result: Result, parts: Sequence[str]) -> list[object]:
    judged = [part for part in result.parts if any(check.status is not Status.SKIPPED for check in part.checks)]
    scores = {part.slug: number(part.score) for part in judged if result.status == "graded"}
    return [
        _inert(result.student),
        result.assignment or "",
        result.status,
        "" if result.score is None else number(result.score),
        "" if result.max_score is None else number(result.max_score),
        *(scores.get(part, "") for part in parts),
        "" if result.seed is None else result.seed,
        _inert(result.reason or ""),
    ]


def _line(cells: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


def _inert(text: str) -> str:
    """A cell that a spreadsheet takes as text, never as a formula (OWASP, "CSV Injection")."""
    clean = inert(text)
    return f"'{clean}" if FORMULA.match(clean) else clean
