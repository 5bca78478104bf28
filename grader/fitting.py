"""How well what a mistake gives fits what a student's code gave. All functions here are pure.

A mistake is *certain* only if it gives every array of every case that failed, within the limit of the check. It may be
*likely* if it gives those of half of them, and in the others nothing that it would spoil is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.conventions import either_of
from grader.evidence import SAME
from grader.expectations import (
    OWN,
    UNMARKED,
    Array,
    Arrays,
    Expectation,
    Matches,
    NotAnArray,
    Values,
    Verdict,
    plain,
    rel_errors,
)
from grader.judging import Graded, Played
from grader.oracle import Answers
from grader.outcome import Outcome
from grader.spec import Case, Check
from grader.tolerance import judges_of

GivenBy = Callable[[Check, Case], Answers]  # what a mistake gives in a case: {} where that is the right answer


@dataclass(frozen=True, slots=True)
class Fit:
    """How a mistake fits a check: the failed cases that it ``explains``, of how many ``failed``.

    ``numbers`` of them it explains by numbers, the others as it raises there too. ``spoils`` says that in some failed
    case an array is right that the mistake would have made wrong.
    """

    explains: frozenset[str]
    numbers: int
    failed: int
    spoils: bool

    @property
    def certain(self) -> bool:
        """Whether it explains all that failed."""
        return len(self.explains) == self.failed

    @property
    def likely(self) -> bool:
        """Whether it explains half of what failed, and nothing speaks against it."""
        return not self.certain and not self.spoils and 2 * self.numbers >= self.failed


def fit(one: Graded, variant: GivenBy) -> Fit | None:
    """How well a mistake explains a check; None if it explains nothing, or a passed case shows that it was not made.

    A case that never ended counts as failed, and nothing explains it.
    """
    failed = [item for item in one.played if item.case.name not in one.passed]
    explains: set[str] = set()
    unlike: list[tuple[Played, Answers]] = []
    for item in failed:
        if item.transcript.outcome == Outcome.RETURNED:
            given = variant(one.check, item.case)
            if given is not None and reproduces(one.check, item, given):
                explains.add(item.case.name)
            else:
                unlike.append((item, given))
    numbers = len(explains)
    if not numbers:
        return None  # so most mistakes end, before they are played in the other cases
    passed = (item for item in one.played if item.case.name in one.passed)
    if any(fails(one.check, item, variant(one.check, item.case)) for item in passed):
        return None
    raised = (item for item in failed if _raised_of_itself(item))
    explains |= {item.case.name for item in raised if variant(one.check, item.case) is None}
    spoils = any(_spoils(one.check, item, given) for item, given in unlike)
    return Fit(frozenset(explains), numbers, len(failed), spoils)


def fails(check: Check, item: Played, given: Answers) -> bool:
    """Whether what a mistake gives would not have passed; what passed by the student's own functions tells nothing."""
    if given is None:
        return True
    wrong = wrong_names(check, item, {**item.want, **given}) if given else set()
    return bool(wrong) and bool(wrong - _by_own(check, item))


def may_explain(check: Check, item: Played, given: Answers) -> bool:
    """Whether a failed case ended as the mistake makes it end."""
    if given is None:
        return _raised_of_itself(item)
    return item.transcript.outcome == Outcome.RETURNED and reproduces(check, item, given)


def _raised_of_itself(item: Played) -> bool:
    """Whether a case raised, and not by an assert: that is the student's own word, and no known mistake's."""
    return item.transcript.outcome == Outcome.RAISED and (item.transcript.error or {}).get("type") != "AssertionError"


def reproduces(check: Check, item: Played, given: Arrays) -> bool:
    """Whether a mistake gives the student's arrays, and not the right ones, in one of the conventions of the check."""
    conventions = dict.fromkeys(["", *(one.other for one in map(either_of, check.expect) if one)])
    return bool(given) and any(_gives(check, item, {**item.want, **given}, convention) for convention in conventions)


def same_as(item: Played, name: str, arrays: Arrays) -> bool:
    """Whether an array of the student's is the one of that name."""
    return name in arrays and distance(item, name, arrays[name]) <= SAME


def distance(item: Played, name: str, array: Array | None) -> float:
    """How far an array of the student's is from another: the largest relative error, infinite for another shape."""
    return _distance(item.values.get(name), array)


def gives(check: Check, item: Played, name: str, array: Array) -> bool:
    """Whether this is the student's array of that name: within the limit, and much nearer than the right one."""
    judge = judges_of(check.expect).get(name)
    apart = _distance(item.values.get(name), array, _floor(judge))
    return apart <= _limit(judge) and 10 * apart <= distance(item, name, item.want.get(name))


def _spoils(check: Check, item: Played, given: Answers) -> bool:
    """Whether a mistake would have made something wrong that is right: all of it, where it raises."""
    if given is None:
        return True
    return bool(given) and not wrong_names(check, item, {**item.want, **given}) <= wrong_names(check, item, item.values)


def wrong_names(check: Check, item: Played, values: Values) -> set[str]:
    """The names of what is judged wrong of these values."""
    said = {one.name: one.judge(values, item.want, item.inputs, False) for one in check.expect}
    return {name for name, verdict in said.items() if isinstance(verdict, Verdict) and not verdict.ok}


def _by_own(check: Check, item: Played) -> set[str]:
    """The names of what was judged by the student's own functions."""
    said = {one.name: one.judge(item.values, item.want, item.inputs, False) for one in check.expect}
    return {name for name, verdict in said.items() if isinstance(verdict, Verdict) and verdict.rule == OWN}


def _gives(check: Check, item: Played, values: Arrays, convention: str) -> bool:
    """Whether these values are the student's: much nearer to them than the right ones are, which may be near too."""
    got, judges = item.values, judges_of(check.expect)
    others = {one.name for one in check.expect if convention and either_of(one) and convention + one.name in values}
    names = {  # of each array, and of what stands for it in the convention
        expectation.name: (convention if expectation.name in others else "") + expectation.name
        for expectation in check.expect
        if expectation.name in values and not isinstance(expectation, UNMARKED)
    }
    apart = []
    for name, place in names.items():
        apart.append(_distance(got.get(name), values[place], _floor(judges.get(name))))
        if not apart[-1] <= _limit(judges.get(name)):
            return False  # so most end, at the first array
    wrong = max((_distance(got.get(name), item.want.get(place)) for name, place in names.items()), default=0.0)
    return wrong > 0 and all(distance <= wrong / 10 for distance in apart)


def _limit(judge: Expectation | None) -> float:
    return min(SAME, judge.limit) if isinstance(judge, Matches) else SAME


def _floor(judge: Expectation | None) -> float:
    return judge.floor if isinstance(judge, Matches) else 0.0


def _distance(x: object, y: object, floor: float = 0.0) -> float:
    """The largest relative error; NaN and infinities agree, as a mistake may give itself away by where they stand."""
    if isinstance(x, NotAnArray) and isinstance(y, np.ndarray):
        return 0.0 if y.dtype.kind == "U" and x.kind == str(y) else np.inf  # what a mistake leaves out
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)) or x.shape != y.shape:
        return np.inf
    if x.dtype.kind not in "biuf" or y.dtype.kind not in "biuf":
        return np.inf
    x, y = plain(x), plain(y)
    finite = np.isfinite(x)
    if finite.all() and np.isfinite(y).all():
        return float(rel_errors(x, y, floor).max(initial=0.0))
    if not np.array_equal(finite, np.isfinite(y)) or not np.array_equal(x[~finite], y[~finite], equal_nan=True):
        return np.inf
    return float(rel_errors(x[finite], y[finite], floor).max(initial=0.0))
