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
    """``raw`` is what grading gave and ``score`` what counts, both None where there is no mark, which is not 0.

    Raw score and maximum are those of the parts that the policy counts. ``late`` is what the policy says, None if it
    says nothing or does not know.
    """

    raw: float | None
    score: float | None
    max_score: float | None
    adjustments: tuple[Adjustment, ...] = ()
    late: bool | None = None

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

    @property
    def excused(self) -> bool:
        """Whether no mark is asked for, by the policy."""
        return any(one.code == "excused" for one in self.mark.adjustments)

    @property
    def late(self) -> bool | None:
        """Whether it was handed in late: by the policy, else as the platform says; None if nobody knows."""
        if self.mark.late is not None or self.attempt is None:
            return self.mark.late
        return self.attempt.late

    @property
    def reason(self) -> str:
        """Why there is no grade, and what was changed of the mark, as sentences; "" if there is nothing to say."""
        said = [one.sentence for one in self.mark.adjustments]
        why = (self.result.reason or "").removesuffix(".")
        if why and not any(sentence.startswith(why) for sentence in said):  # the policy may say it, and by when
            said.insert(0, self.result.reason or "")
        return " ".join(said)


def plain(result: Result) -> Row:
    """The row of a result where nothing is known of people and no policy is applied."""
    score = result.score if result.status == "graded" else None
    mark = Mark(score, score, result.max_score)
    return Row(Person(result.student), Attempt(), result, mark)
