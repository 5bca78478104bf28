"""What a policy does not count: parts and checks that it names, and the parts that went worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from grader.model import PartResult, Result, Status


@dataclass(frozen=True, slots=True)
class Tally:
    """Points of a part or a check."""

    title: str
    score: Decimal
    top: Decimal


def left_out(result: Result, drop: Sequence[str], lowest: int) -> list[Tally]:
    """The parts and checks named ``part`` or ``part/check`` in ``drop``, and of the other parts the ``lowest`` ones.

    Those are the parts with the smallest share of their points, and of equal ones that with more points to lose; one
    part is always left.
    """
    found, kept = [], []
    for part in result.parts:
        named = {check.slug: f"{part.slug}/{check.slug}" in drop for check in part.checks}
        if part.slug in drop:
            found.append(_tally(part, named, whole=True))
            continue
        found += [
            Tally(f"{part.title} – {check.title.removesuffix('.')}", exact(check.points), exact(check.max_points))
            for check in part.checks
            if named[check.slug] and check.status is not Status.SKIPPED
        ]
        kept.append(_tally(part, named, whole=False))
    worst = sorted((part for part in kept if part.top), key=lambda part: (part.score / part.top, -part.top))
    return found + worst[: max(0, min(lowest, len(worst) - 1))]


def names_in(result: Result) -> list[str]:
    """All that ``drop`` can name of a result."""
    return [name for part in result.parts for name in (part.slug, *(f"{part.slug}/{c.slug}" for c in part.checks))]


def exact(value: float) -> Decimal:
    """A number as it is written, so that sums and halves have no binary remainder."""
    return round(Decimal(str(value)), 6)


def _tally(part: PartResult, named: dict[str, bool], *, whole: bool) -> Tally:
    """A part's points, without checks that were skipped (they are in no score) or, unless it is the whole, named."""
    counted = [c for c in part.checks if c.status is not Status.SKIPPED and (whole or not named[c.slug])]
    score = sum((exact(check.points) for check in counted), Decimal())
    return Tally(part.title, score, sum((exact(check.max_points) for check in counted), Decimal()))
