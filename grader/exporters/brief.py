"""What the files of a class show of a result, and no more: of a class of thousands only that is kept in memory."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import TypeVar

from grader.gradebook import Row
from grader.model import CheckResult, Finding

LOOKED_AT = frozenset({"sandbox", "differences"})  # the notes on checks that the class's page shows
Kept = TypeVar("Kept", bound=Hashable)


class Briefs:
    """Makes rows brief. What many results share, such as titles and sentences, is kept once."""

    def __init__(self) -> None:
        self._same: dict[Hashable, Hashable] = {}

    def of(self, row: Row) -> Row:
        """The row, of whose result grades.csv and the class's page would show the same."""
        result, one = row.result, self._one
        parts = tuple(
            replace(part, slug=one(part.slug), title=one(part.title), checks=tuple(map(self._check, part.checks)))
            for part in result.parts
        )
        brief = replace(result, parts=parts, questions=(), versions={}, notes=tuple(map(one, result.notes)))
        return replace(row, result=brief)

    def _check(self, check: CheckResult) -> CheckResult:
        wrong = [] if check.diagnosis or check.error else [one for one in check.findings if not one.ok]
        return CheckResult(
            slug=self._one(check.slug),
            title=self._one(check.title),
            status=check.status,
            points=check.points,
            max_points=check.max_points,
            seconds=check.seconds,
            findings=tuple(map(self._finding, wrong[:1])),
            diagnosis=tuple(map(self._one, check.diagnosis[:1])),
            notes=tuple(self._one(note) for note in check.notes if note.code in LOOKED_AT),
            error=self._one(replace(check.error, traceback="", source="")) if check.error else None,
        )

    def _finding(self, finding: Finding) -> Finding:
        return self._one(replace(finding, cases=(), evidence=None))

    def _one(self, value: Kept) -> Kept:
        """The first of all values that are equal to it."""
        return self._same.setdefault(value, value)  # type: ignore[return-value]
