"""A line of the gradebook: a person, what they handed in, its result, and their mark once the policy is applied.

Every export is a function of these rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Result
from grader.people import Attempt, Person


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What the policy or a person changed of a mark: ``points`` (below 0 for a deduction), and why as a sentence.

    ``code`` is late, override, cap, ...
    """

    code: str
    points: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Mark:
    """``raw`` is what grading gave and ``score`` what counts, both None where there is no mark, which is not 0."""

    raw: float | None
    score: float | None
    max_score: float | None
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def deducted(self) -> float | None:
        """The points between raw score and score, as a number to subtract; None without a mark."""
        return None if self.raw is None or self.score is None else round(self.raw - self.score, 2)


@dataclass(frozen=True, slots=True)
class Row:
    """One person of one class. ``attempt`` is the one that counts, None if nothing was handed in.

    ``result`` is that attempt's; each member of a group has a row with the same result. ``attempts`` are all that are
    known, oldest first.
    """

    person: Person
    attempt: Attempt | None
    result: Result
    mark: Mark
    attempts: tuple[Attempt, ...] = ()
