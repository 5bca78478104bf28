"""The lines of the gradebook: what grading gave, then what people set by hand, then the policy."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from grader.gradebook import Adjustment, Mark, Row
from grader.model import CheckResult, Isolation, Result, Status, SubmissionInfo
from grader.store import ledger, persons
from grader.store.records import Override
from grader.words import number

DAMAGED = "damaged"


class Policy(Protocol):
    """What decides which attempt counts, and how much of its score.

    ``text`` is what it was read from: with another text marks may move.
    """

    @property
    def text(self) -> str:
        """What it was read from, "" if there is none."""

    def counted(self, rows: Sequence[Row]) -> Row:
        """The row that counts of a person's, one for each graded attempt, oldest first, with its mark."""


class NoPolicy:
    """The latest attempt counts, as it is: by the times of handing in if all are known, else what was graded last."""

    text = ""

    def counted(self, rows: Sequence[Row]) -> Row:
        """The row of the latest attempt."""
        return latest(rows)


def latest(rows: Sequence[Row]) -> Row:
    """The row of the latest attempt: by the times of handing in where all are known, else the last one."""
    times = [row.attempt.submitted_at if row.attempt else "" for row in rows]
    return rows[times.index(max(times))] if all(times) else rows[-1]


def marked(result: Result, overrides: Mapping[str, Override], most: float | None) -> Mark:
    """The mark of a result with a person's overrides, by place; ``most`` is the maximum where it has none itself."""
    if (whole := overrides.get("")) is not None:
        return _set_whole(result, whole, most)
    if result.score is None:
        return Mark(None, None, result.max_score)
    adjustments = [
        _adjusted(f"{part.slug}/{check.slug}", check, override)
        for part in result.parts
        for check in part.checks
        if (override := overrides.get(f"{part.slug}/{check.slug}")) and check.status is not Status.SKIPPED
    ]
    score = round(result.score + sum(adjustment.points for adjustment in adjustments), 2)
    return Mark(result.score, score if adjustments else result.score, result.max_score, tuple(adjustments))


def _set_whole(result: Result, override: Override, most: float | None) -> Mark:
    points = override.points or 0.0
    was = "not graded" if result.score is None else number(result.score)
    sentence = f"Set to {number(points)} by hand, was {was}: {override.why}"
    change = Adjustment("override", round(points - (result.score or 0.0), 2), sentence)
    return Mark(result.score, points, most if result.max_score is None else result.max_score, (change,))


def _adjusted(place: str, check: CheckResult, override: Override) -> Adjustment:
    points = override.points or 0.0
    sentence = f"{place} set to {number(points)} by hand, was {number(check.points)}: {override.why}"
    return Adjustment("override", round(points - check.points, 2), sentence)


def shown(row: Row) -> Result:
    """The row's result under the person's key, with the score that counts."""
    return replace(row.result, student=row.person.key, score=row.mark.score, max_score=row.mark.max_score)


def read(text: str, person: str) -> Result:
    """A stored result; one that is damaged is not graded, and says so."""
    try:
        return Result.from_dict(json.loads(text))
    except Exception:  # whatever a damaged file holds
        return Result(
            assignment=None,
            student=person,
            submission=SubmissionInfo("", ""),
            status="not_graded",
            reason="Its stored result is damaged; grade it again.",
            score=None,
            max_score=None,
            seed=None,
            public=False,
            versions={},
            isolation=Isolation(""),
            schema=DAMAGED,
        )


def is_damaged(result: Result) -> bool:
    """Whether it stands for a stored result that cannot be read."""
    return result.schema == DAMAGED


def candidates(
    db: sqlite3.Connection, person: str | None = None, known: Mapping[str, Result] | None = None
) -> dict[str, list[Row]]:
    """The rows of everyone, or of one person, one for each graded attempt, oldest first; people in the order of keys.

    ``known`` are results of that person, by attempt, that need not be read again.
    """
    people, attempts, overrides = persons.people(db, person), persons.attempts(db, person), ledger.overrides(db, person)
    where, values = ("", ()) if person is None else ("where person = ?", (person,))
    found = defaultdict[str, list[Row]](list)
    query = f"select person, attempt, result from results {where} order by run, saved"
    for key, attempt, text in db.execute(query, values):
        result = (known or {}).get(attempt) or read(text, key)
        own, all_of = overrides.get(key, {}), attempts.get(key, ())
        mark = marked(result, own, usual_maximum(db) if "" in own else None)
        this = next((one for one in all_of if one.id == attempt), None)
        found[key].append(Row(people[key], this, result, mark, all_of))
    for rows in found.values():
        rows.sort(key=lambda row: row.attempt.number if row.attempt else 0)
    return dict(sorted(found.items(), key=lambda item: (item[0].casefold(), item[0])))


def row_of(db: sqlite3.Connection, policy: Policy, person: str, known: Mapping[str, Result] | None = None) -> Row:
    """The row of a person who has a result."""
    return policy.counted(candidates(db, person, known)[person])


def usual_maximum(db: sqlite3.Connection) -> float | None:
    """The maximum that most of the class have: for a mark by hand of what could not be graded."""
    query = "select max from results where max is not null group by max order by count(*) desc limit 1"
    row = db.execute(query).fetchone()
    return row[0] if row else None
