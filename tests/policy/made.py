"""People, attempts and results made by hand, for tests of policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from grader.gradebook import Mark, Row
from grader.model import CheckResult, PartResult, Result, Status
from grader.people import Attempt, Person
from grader.policy import Policy, parse_policy
from tests.results import result

ADA = Person("1234", "Ada Lovelace", "ada", "ada@example.org", "A", "Team 1", "1234", "s-77")
BEN = Person("99", "Ben Okri", "ben", "ben@example.org", "B")
DEADLINE = datetime.fromisoformat("2026-03-05T23:59:00+01:00")


def graded(score: float = 30.0, top: float = 34.0, **changes: object) -> Result:
    """A result of two parts: ``conv`` with two checks, of 20 points, and ``pool`` with the rest."""
    first = min(score, 20.0)
    checks = (check("forward", min(first, 12.0), 12.0), check("backward", max(first - 12.0, 0.0), 8.0))
    conv = PartResult("conv", "Convolution", first, 20.0, checks)
    pool = PartResult("pool", "Pooling", score - first, top - 20.0, (check("all", score - first, top - 20.0),))
    return replace(result("ada", score, max_score=top, parts=(conv, pool)), **changes)


def check(slug: str, points: float, top: float) -> CheckResult:
    """A check of a few points."""
    return CheckResult(slug, f"{slug.capitalize()} pass.", Status.PASSED, points, top, 0.1)


def after(late: timedelta | None, flag: bool | None = None, number: int = 1) -> Attempt:
    """An attempt so long after the deadline; None if nobody knows when."""
    when = "" if late is None else (DEADLINE + late).isoformat()
    return Attempt(str(number), number, when, flag)


def policy(text: str) -> Policy:
    """A policy with the usual deadline."""
    return parse_policy(f"deadline = 2026-03-05T23:59:00+01:00\n{text}")


def mark(text: str, late: timedelta | None, score: float = 30.0, flag: bool | None = None) -> Mark:
    """Ada's mark."""
    return policy(text).mark(ADA, after(late, flag), graded(score))


def apply(rule: Policy, row: Row, *, max_score: float | None = None) -> Row:
    """The row with its mark by a policy, whatever its mark was before."""
    return replace(row, mark=rule.mark(row.person, row.attempt, row.result, max_score=max_score))
