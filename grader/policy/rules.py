"""A class's policy, and the mark that it makes of a raw score: pure, so that changing it needs no grading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from grader.errors import Refused
from grader.gradebook import Adjustment, Mark
from grader.model import Result
from grader.people import Attempt, Person
from grader.policy.dropping import exact, left_out, names_in
from grader.policy.lateness import LATE, Amount, Deduction, Terms, adjusted, without_time
from grader.policy.words import did_you_mean, figure, points
from grader.times import moment
from grader.words import listing

ROUNDINGS = {"half-up": ROUND_HALF_UP, "half-even": ROUND_HALF_EVEN}
ATTEMPTS = ("latest", "best", "first")


@dataclass(frozen=True, slots=True)
class Extensions:
    """More time, or a deadline of their own, by names of people, sections and groups; the most generous one counts."""

    people: Mapping[str, timedelta | datetime] = field(default_factory=dict)
    sections: Mapping[str, timedelta | datetime] = field(default_factory=dict)
    groups: Mapping[str, timedelta | datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rounding:
    """Marks are rounded to so many decimals; ``ties`` is one of ROUNDINGS."""

    decimals: int
    ties: str = "half-up"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a course makes of raw scores; docs/policy.md has the keys of the file. One without rules changes nothing.

    People are named by key, login, email, registrar's or platform's id. ``missing`` is the mark of who handed in
    nothing, None for none. ``text`` is the file's, ``parse_policy`` reads it again.
    """

    deadline: datetime | None = None
    timezone: tzinfo | None = None
    grace: timedelta = timedelta()
    late_days: int = 0
    late_days_left: Mapping[str, int] = field(default_factory=dict)
    late_deduction: Amount | None = None
    deduction: Deduction | None = None
    extensions: Extensions = field(default_factory=Extensions)
    drop: tuple[str, ...] = ()
    drop_lowest: int = 0
    attempts: str = "latest"
    missing: float | None = None
    excused: tuple[str, ...] = ()
    rounding: Rounding | None = None
    text: str = field(default="", compare=False)

    def mark(
        self,
        person: Person,
        attempt: Attempt | None,
        result: Result,
        *,
        max_score: float | None = None,
        now: datetime | None = None,
    ) -> Mark:
        """The mark of one attempt. What is not graded has none, which is not 0.

        Where who handed in nothing gets 0, ``max_score`` is what it is out of, and ``now`` is when that is asked:
        nobody misses a deadline that is still to come.
        """
        if _named(self.excused, person):
            return Mark(None, None, result.max_score, (Adjustment("excused", 0.0, "Excused: no mark is asked for."),))
        if result.status != "graded" or result.score is None:
            if attempt is None:
                return self._missing(person, max_score if result.max_score is None else result.max_score, now)
            return Mark(None, None, result.max_score)
        raw, top, found = self._counted(result)
        late, costs = self._lateness(person, attempt or Attempt(), raw, top)
        score = raw + sum((exact(one.points) for one in costs), Decimal())
        rounded = self._rounded(score, top)
        if rounded != score:
            said = f"Rounded from {figure(score)} to {figure(rounded)}."
            costs = [*costs, Adjustment("rounding", float(rounded - score), said)]
        return Mark(float(raw), float(rounded), float(top), (*found, *costs), late)

    def counting(self, person: Person, pairs: Sequence[tuple[Attempt, Result]]) -> int:
        """Which of the attempts, oldest first, counts; of equally good ones the later. There is at least one."""
        if self.attempts == "best":
            scores = [self.mark(person, attempt, result).score for attempt, result in pairs]
            return max(range(len(pairs)), key=lambda i: (-1.0 if (score := scores[i]) is None else score, i))
        return 0 if self.attempts == "first" else len(pairs) - 1

    def deadline_of(self, person: Person) -> datetime | None:
        """When somebody has to hand in, extensions included."""
        if self.deadline is None:
            return None
        given = [more for name, more in self.extensions.people.items() if _is(name, person)]
        given += [more for name, more in self.extensions.sections.items() if _same(name, person.section)]
        given += [more for name, more in self.extensions.groups.items() if _same(name, person.group)]
        own = [self.deadline + more if isinstance(more, timedelta) else more for more in given]
        return max([self.deadline, *own])

    def late_days_of(self, person: Person) -> int:
        """How many late days somebody has."""
        left = [days for name, days in self.late_days_left.items() if _is(name, person)]
        return max(left, default=self.late_days)

    def remarks(self, people: Sequence[Person], results: Iterable[Result] = ()) -> list[str]:
        """What the policy names and the class has not, each a sentence; Refused where a name is that of several."""
        known = [name for person in people for name in names_of(person)]
        said = [
            *self._unknown("excused", self.excused, people, known),
            *self._unknown("[extensions.people]", self.extensions.people, people, known),
            *self._unknown("[late_days_left]", self.late_days_left, people, known),
        ]
        sections, groups = [person.section for person in people], [person.group for person in people]
        for kind, names, there in (
            ("sections", self.extensions.sections, sections),
            ("groups", self.extensions.groups, groups),
        ):
            absent = [name for name in names if not any(_same(name, other) for other in there)]
            said += [
                f'[extensions.{kind}] names "{name}", where nobody is{did_you_mean(name, there)}' for name in absent
            ]
        graded = list(dict.fromkeys(name for result in results for name in names_in(result)))
        absent = [name for name in self.drop if graded and name not in graded]
        return said + [f'drop names "{name}", which was not graded{did_you_mean(name, graded)}' for name in absent]

    def _unknown(self, key: str, names: Iterable[str], people: Sequence[Person], known: Sequence[str]) -> list[str]:
        said = []
        for name in names:
            found = [person.key for person in people if _is(name, person)]
            if len(found) > 1:
                raise Refused(f'The policy\'s {key} names "{name}", which is {listing(found, 4)}; give the key of one.')
            if not found:
                said.append(f'{key} names "{name}", who is not in the class{did_you_mean(name, known)}')
        return said

    def _missing(self, person: Person, top: float | None, now: datetime | None) -> Mark:
        own = self.deadline_of(person)
        if self.missing is None or (own and now and now <= own):
            return Mark(None, None, top)
        until = f" by {moment(own)}" if own else ""
        said = f"Nothing was handed in{until}: {points(self.missing)}."
        return Mark(self.missing, self.missing, top, (Adjustment("missing", 0.0, said),))

    def _lateness(
        self, person: Person, attempt: Attempt, raw: Decimal, top: Decimal
    ) -> tuple[bool | None, list[Adjustment]]:
        """Whether an attempt is late, None if the policy cannot tell, and what that changes."""
        own, terms = self.deadline_of(person), None
        if self.deadline and own:
            days = self.late_days_of(person)
            terms = Terms(self.deadline, own, self.grace, days, self.deduction, self.late_deduction)
        submitted = self._submitted(attempt)
        if terms and submitted:
            found = adjusted(submitted, attempt.late, terms, raw, top)
            return any(one.code == LATE for one in found), found
        if terms or self.late_deduction:
            return None, without_time(attempt.late, terms, self.late_deduction, raw, top)
        return None, []

    def _submitted(self, attempt: Attempt) -> datetime | None:
        """When it was handed in; None if that is unknown, as where a time without offset could be anywhere's."""
        try:
            when = datetime.fromisoformat(attempt.submitted_at)
        except ValueError:
            return None
        if when.tzinfo is None and self.timezone is None:
            return None
        # Times of one zone are subtracted as clocks show them, not as they pass; those of UTC are not.
        return (when if when.tzinfo else when.replace(tzinfo=self.timezone)).astimezone(UTC)

    def _counted(self, result: Result) -> tuple[Decimal, Decimal, list[Adjustment]]:
        """Raw score and maximum of what counts, and what does not."""
        absent = left_out(result, self.drop, self.drop_lowest)
        said = [
            Adjustment("dropped", 0.0, f"Not counted: {one.title} ({figure(one.score)} of {points(one.top)}).")
            for one in absent
        ]
        raw = exact(result.score or 0.0) - sum((one.score for one in absent), Decimal())
        top = exact(result.max_score or 0.0) - sum((one.top for one in absent), Decimal())
        return max(raw, Decimal()), max(top, Decimal()), said

    def _rounded(self, score: Decimal, top: Decimal) -> Decimal:
        if self.rounding is None:
            return score
        step = Decimal(1).scaleb(-self.rounding.decimals)
        return min(score.quantize(step, ROUNDINGS[self.rounding.ties]), max(top, score))


def names_of(person: Person) -> list[str]:
    """All by which a policy may name somebody."""
    return list(filter(None, (person.key, person.login, person.email, person.sis_id, person.lms_id)))


def _named(names: Iterable[str], person: Person) -> bool:
    return any(_is(name, person) for name in names)


def _is(name: str, person: Person) -> bool:
    return any(_same(name, own) for own in names_of(person))


def _same(name: str, other: str) -> bool:
    return bool(other) and name.strip().casefold() == other.strip().casefold()
