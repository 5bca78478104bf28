"""When something was handed in against a deadline, what that costs, and the sentence that says so. All pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from grader.gradebook import Adjustment
from grader.policy.words import figure, points
from grader.times import count, moment, span

DAY = timedelta(days=1)
CENT = Decimal("0.01")

LATE, IN_TIME, UNKNOWN = "late", "in-time", "late-unknown"  # codes of adjustments


@dataclass(frozen=True, slots=True)
class Amount:
    """What is deducted: points, or percent of the maximum (``of`` is max) or of the score before it (score)."""

    value: Decimal
    of: str = "points"

    def points(self, raw: Decimal, top: Decimal) -> Decimal:
        """In points, for a raw score out of ``top``."""
        share = {"max": top, "score": raw}.get(self.of)
        return self.value if share is None else self.value * share / 100

    def __str__(self) -> str:
        if self.of == "points":
            return points(self.value)
        return f"{figure(self.value)} % of the {'maximum' if self.of == 'max' else 'score'}"


@dataclass(frozen=True, slots=True)
class Deduction:
    """What lateness costs: ``amount`` for each ``unit`` (a day or an hour) that is ``started``, else that is full.

    At most ``cap`` is deducted; after ``nothing_after`` nothing counts.
    """

    amount: Amount | None = None
    unit: timedelta = DAY
    started: bool = True
    cap: Amount | None = None
    nothing_after: timedelta | None = None

    def units(self, late: timedelta) -> int:
        """How many units a span of lateness counts as."""
        return -(-late // self.unit) if self.started else late // self.unit

    def days(self, late: timedelta) -> int:
        """The late days that it takes: full ones where full days are deducted, else started ones."""
        full = not self.started and self.unit == DAY
        return late // DAY if full else -(-late // DAY)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one person: the deadline of all, their own (later with an extension), and their late days."""

    deadline: datetime
    own: datetime
    grace: timedelta
    late_days: int
    deduction: Deduction | None
    flat: Amount | None


def adjusted(submitted: datetime, late_flag: bool | None, terms: Terms, raw: Decimal, top: Decimal) -> list[Adjustment]:
    """What the time of an attempt changes of its raw score; ``late_flag`` is what the platform says.

    Nothing is said of who is in time in every respect.
    """
    late = submitted - terms.own
    if late > timedelta():
        where = f"Handed in {span(late)} after {_deadline(terms)}"
        if late <= terms.grace:
            return [Adjustment(IN_TIME, 0.0, f"{where}, within the grace of {span(terms.grace)}: nothing deducted.")]
        cost, why = _cost(late, terms, raw, top)
        return [Adjustment(LATE, -float(cost), f"{where}: {why}.")]
    if submitted > terms.deadline:
        over = (
            f"Handed in {span(submitted - terms.deadline)} after the deadline of the class ({moment(terms.deadline)})"
        )
        return [Adjustment(IN_TIME, 0.0, f"{over}, and in time by the extension to {moment(terms.own)}.")]
    if late_flag:
        return [
            Adjustment(IN_TIME, 0.0, f"Late to the platform, and in time by the deadline here ({moment(terms.own)}).")
        ]
    return []


def without_time(late_flag: bool | None, terms: Terms | None, flat: Amount | None, raw: Decimal, top: Decimal) -> list[
    Adjustment
]:  # fmt: skip
    """The same where nobody knows when it was handed in: nothing is deducted on a guess."""
    extended = terms is not None and terms.own > terms.deadline
    if late_flag and flat and not extended:
        cost = _rounded(min(flat.points(raw, top), raw))
        return [Adjustment(LATE, -float(cost), f"Late, as the platform says: {points(cost)} deducted.")]
    if late_flag:
        why = "how late is unknown" if not extended else "whether the extension covers it is unknown"
        return [Adjustment(UNKNOWN, 0.0, f"Late, as the platform says, but {why}: nothing deducted.")]
    if late_flag is None and terms is not None:
        when = f"The deadline was {moment(terms.own)}; when this was handed in is unknown"
        return [Adjustment(UNKNOWN, 0.0, f"{when}, so whether it was late is too: nothing deducted.")]
    return []


def _deadline(terms: Terms) -> str:
    longer = terms.own > terms.deadline
    return f"the {'extended ' if longer else ''}deadline ({moment(terms.own)})"


def _cost(late: timedelta, terms: Terms, raw: Decimal, top: Decimal) -> tuple[Decimal, str]:
    """The points that lateness costs, at most the raw score, and the half sentence that says why."""
    rule = terms.deduction or Deduction()
    if rule.nothing_after is not None and late > rule.nothing_after:
        return raw, f"nothing counts after {span(rule.nothing_after)}, so {points(raw)} deducted"
    used = min(terms.late_days, rule.days(late))
    left = max(late - used * DAY, timedelta())
    said = f"{count(used, 'late day')} used of {terms.late_days}, " if terms.late_days else ""
    if not left or not (rule.amount or terms.flat):
        return Decimal(), f"{said}nothing deducted"
    if rule.amount is None:
        assert terms.flat is not None
        return _limited(terms.flat.points(raw, top), f"{said}{terms.flat} for being late", rule, raw, top)
    units = rule.units(left)
    kind = f"{'started' if rule.started else 'full'} {'day' if rule.unit == DAY else 'hour'}"
    if not units:
        return Decimal(), f"{said}no {kind}, nothing deducted"
    words = f"{said}{'then ' if used else ''}{count(units, kind)} at {rule.amount}"
    return _limited(units * rule.amount.points(raw, top), words, rule, raw, top)


def _limited(cost: Decimal, words: str, rule: Deduction, raw: Decimal, top: Decimal) -> tuple[Decimal, str]:
    """The cost within the cap and the raw score, which is said where it matters."""
    most = rule.cap.points(raw, top) if rule.cap else None
    if most is not None and most < min(cost, raw):
        capped = _rounded(most)
        return capped, f"{words}, but at most {rule.cap}, so {points(capped)} deducted"
    if raw < cost:
        return raw, f"{words}, more than there is, so {points(raw)} deducted"
    exact = _rounded(cost)
    return exact, f"{words}, so {points(exact)} deducted"


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
