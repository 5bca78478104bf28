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
    parts = list(dict.fromkeys(part.slug for result in results for part in result.parts))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*FIXED, *parts, "seed", "reason"])
    for result in results:
        judged = [part for part in result.parts if any(check.status is not Status.SKIPPED for check in part.checks)]
        scores = {part.slug: number(part.score) for part in judged if result.status == "graded"}
        writer.writerow(
            [
                _inert(result.student),
                result.assignment or "",
                result.status,
                "" if result.score is None else number(result.score),
                "" if result.max_score is None else number(result.max_score),
                *(scores.get(part, "") for part in parts),
                "" if result.seed is None else result.seed,
                _inert(result.reason or ""),
            ]
        )
    return text.getvalue()


def _inert(text: str) -> str:
    """A cell that a spreadsheet takes as text, never as a formula (OWASP, "CSV Injection")."""
    clean = inert(text)
    return f"'{clean}" if FORMULA.match(clean) else clean
