"""The lines of the gradebook: what grading gave, then what people set by hand, then the policy."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from grader.gradebook import Adjustment, Mark, Row
from grader.model import CheckResult, Isolation, PartResult, Result, Status, SubmissionInfo
from grader.people import Attempt, Person
from grader.store import ledger, persons
from grader.store.records import Override
from grader.words import number

DAMAGED = "damaged"


class Policy(Protocol):
    """What decides which attempt counts, and how much of its score; ``grader.policy.Policy`` is one.

    ``text`` is what it was read from: with another text marks may move.
    """

    @property
    def text(self) -> str:
        """What it was read from, "" if there is none."""

    def mark(
        self,
        person: Person,
        attempt: Attempt | None,
        result: Result,
        *,
        max_score: float | None = None,
        now: datetime | None = None,
    ) -> Mark:
        """The mark of an attempt, None if nothing was handed in; ``max_score`` is the class's, where there is none."""

    def counting(self, person: Person, pairs: Sequence[tuple[Attempt, Result]]) -> int:
        """Which of a person's attempts, oldest first, counts."""


class NoPolicy:
    """The latest attempt counts, as it is."""

    text = ""

    def mark(
        self,
        person: Person,
        attempt: Attempt | None,
        result: Result,
        *,
        max_score: float | None = None,
        now: datetime | None = None,
    ) -> Mark:
        """What grading gave."""
        score = result.score if result.status == "graded" else None
        return Mark(score, score, result.max_score)

    def counting(self, person: Person, pairs: Sequence[tuple[Attempt, Result]]) -> int:
        """The latest."""
        return len(pairs) - 1


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a person: their attempts, and the results of those that were graded, oldest first.

    ``overrides`` are what people set by hand, by attempt and place.
    """

    person: Person
    attempts: tuple[Attempt, ...]
    graded: list[tuple[Attempt | None, Result]]
    overrides: Mapping[str, Mapping[str, Override]]

    def row(self, policy: Policy, most: float | None) -> Row:
        """The row of the attempt that counts: raw marks, then overrides, then the policy.

        ``most`` is the class's maximum, for who has none themselves.
        """
        changed = [(attempt, *self._overridden(attempt, result, most)) for attempt, result in self.graded]
        pairs = [(attempt or Attempt(), result) for attempt, result, _ in changed]
        at = policy.counting(self.person, pairs) if len(pairs) > 1 else 0
        (attempt, result), (_, with_overrides, adjustments) = self.graded[at], changed[at]
        now = datetime.now(UTC)
        raw = policy.mark(self.person, attempt, result, max_score=most, now=now)
        if not adjustments:
            return Row(self.person, attempt, result, raw, self.attempts)
        mark = policy.mark(self.person, attempt or Attempt(), with_overrides, max_score=most, now=now)
        mark = replace(mark, raw=raw.raw, adjustments=(*adjustments, *mark.adjustments))
        return Row(self.person, attempt, result, mark, self.attempts)

    def _overridden(
        self, attempt: Attempt | None, result: Result, most: float | None
    ) -> tuple[Result, list[Adjustment]]:
        """A result as people set it by hand, and what that changes."""
        # Those of attempts that were not told apart ("") are of any.
        overrides = {**self.overrides.get("", {}), **self.overrides.get(attempt.id if attempt else "", {})}
        if (whole := overrides.get("")) is not None:
            return _set_whole(result, whole, most)
        adjustments = []
        parts = list(result.parts)
        for i, part in enumerate(parts):
            for check in part.checks:
                override = overrides.get(f"{part.slug}/{check.slug}")
                if override and result.score is not None and check.status is not Status.SKIPPED:
                    adjustments.append(
                        _adjustment(f"{part.slug}/{check.slug}", override, number(check.points), check.points)
                    )
                    parts[i] = _set(parts[i], check, override.points or 0.0)
        if not adjustments or result.score is None:
            return result, []
        score = round(result.score + sum(adjustment.points for adjustment in adjustments), 2)
        return replace(result, parts=tuple(parts), score=score), adjustments


def _set(part: PartResult, check: CheckResult, points: float) -> PartResult:
    checks = tuple(replace(one, points=points) if one is check else one for one in part.checks)
    return replace(part, score=round(part.score + points - check.points, 2), checks=checks)


def _set_whole(result: Result, override: Override, most: float | None) -> tuple[Result, list[Adjustment]]:
    was = "not graded" if result.score is None else number(result.score)
    adjustment = _adjustment("", override, was, result.score or 0.0)
    top = most if result.max_score is None else result.max_score
    # Without its parts: none of them is taken out of a mark that was not made of them.
    return replace(result, status="graded", score=override.points, max_score=top, parts=()), [adjustment]


def _adjustment(place: str, override: Override, was: str, points: float) -> Adjustment:
    now = override.points or 0.0
    sentence = f"{place} set to {number(now)} by hand, was {was}: {override.why}".strip()
    return Adjustment("override", round(now - points, 2), sentence[0].upper() + sentence[1:] if not place else sentence)


def shown(row: Row) -> Result:
    """The row's result under the person's key, with the score that counts."""
    score = row.mark.score
    status = row.result.status if score is None else "graded"
    return replace(row.result, student=row.person.key, status=status, score=score, max_score=row.mark.max_score)


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


def everyone_known(
    db: sqlite3.Connection, keys: Iterable[str] | None = None, read_already: Mapping[str, Result] | None = None
) -> Iterator[Known]:
    """What is known of everyone who has a result, or of those with these keys; in the order of keys.

    ``read_already`` are results of a single person, by attempt, that need not be read again.
    """
    wanted = [key for (key,) in db.execute("select distinct person from results")] if keys is None else keys
    query = "select attempt, result from results where person = ? order by run, saved"
    for key in sorted(wanted, key=in_order):
        attempts = persons.attempts(db, key).get(key, ())
        graded: list[tuple[Attempt | None, Result]] = []
        for attempt, text in db.execute(query, (key,)).fetchall():
            this = next((one for one in attempts if one.id == attempt), None)
            graded.append((this, (read_already or {}).get(attempt) or read(text, key)))
        if graded:
            graded.sort(key=lambda pair: pair[0].number if pair[0] else 0)
            yield Known(persons.people(db, key)[key], attempts, graded, ledger.overrides(db, key).get(key, {}))


def in_order(key: str) -> tuple[str, str]:
    """What people are sorted by: whatever was given first."""
    return key.casefold(), key


def usual_maximum(db: sqlite3.Connection) -> float | None:
    """The maximum that most of the class have: for a mark by hand of what could not be graded."""
    query = "select max from results where max is not null group by max order by count(*) desc limit 1"
    row = db.execute(query).fetchone()
    return row[0] if row else None
