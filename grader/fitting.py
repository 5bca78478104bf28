"""How well what a mistake gives fits what a student's code gave. All functions here are pure.

A mistake is *certain* only if it gives every array of every case that failed, within the limit of the check. It may be
*likely* if it gives those of half of them, and in the others nothing that it would spoil is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from grader.conventions import either_of
from grader.evidence import SAME
from grader.expectations import (
    OWN,
    UNMARKED,
    Array,
    Arrays,
    Expectation,
    Labels,
    Matches,
    NotAnArray,
    OnlyIf,
    Values,
    Verdict,
    Within,
    plain,
    rel_errors,
)
from grader.judging import Graded, Played
from grader.oracle import Answers
from grader.outcome import Outcome
from grader.spec import Case, Check
from grader.tolerance import judges_of

Found = TypeVar("Found")
LARGEST = 8  # bytes of a number that is a Python float
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


def is_certain(one: Graded, variant: GivenBy) -> bool:
    """Whether a mistake explains all that failed of a check, and nothing that passed speaks against it.

    Most end at the first case, and so before they are played in the others.
    """
    failed = explainable(one)
    explains = bool(failed) and all(may_explain(one, item, variant(one.check, item.case)) for item in failed)
    return explains and not _contradicted(one, variant)


def explainable(one: Graded) -> list[Played]:
    """The cases that failed, the quickest first; none where no mistake can explain all of them.

    Nothing explains what never ended, nor what only raised.
    """
    return _once(one.kept, ("explainable",), lambda: _explainable(one))


def _explainable(one: Graded) -> list[Played]:
    failed = [item for item in quickest_first(one) if item.case.name not in one.passed]
    returned = [item for item in failed if item.transcript.outcome == Outcome.RETURNED]
    return failed if returned and len(returned) + sum(map(_raised_of_itself, failed)) == len(failed) else []


def quickest_first(one: Graded) -> list[Played]:
    """All cases of a check, those first in which a mistake is played soonest."""
    return _once(one.kept, ("quickest first",), lambda: sorted(one.played, key=_takes))


def _takes(item: Played) -> tuple[int, int]:
    """How long a case takes: the student's code in hundredths of a second, of which only the length in bits counts, as
    times vary; and how many numbers go in.
    """
    return int(100 * item.transcript.seconds).bit_length(), sum(value.size for value in item.inputs.values())


def takes_long(one: Graded) -> bool:
    """Whether the quickest case that failed took the student's code hundredths of a second, as trainings do."""
    return any(_takes(item)[0] > 0 for item in explainable(one)[:1])


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
            if given is not None and reproduces(one, item, given):
                explains.add(item.case.name)
            else:
                unlike.append((item, given))
    numbers = len(explains)
    if not numbers:
        return None
    if _contradicted(one, variant):
        return None
    raised = (item for item in failed if _raised_of_itself(item))
    explains |= {item.case.name for item in raised if variant(one.check, item.case) is None}
    spoils = any(_spoils(one, item, given) for item, given in unlike)
    return Fit(frozenset(explains), numbers, len(failed), spoils)


def _contradicted(one: Graded, variant: GivenBy) -> bool:
    """Whether a case that passed would not have, with the mistake."""
    passed = (item for item in one.played if item.case.name in one.passed)
    return any(fails(one, item, variant(one.check, item.case)) for item in passed)


def fails(one: Graded, item: Played, given: Answers) -> bool:
    """Whether what a mistake gives would not have passed; what passed by the student's own functions tells nothing."""
    if given is None:
        return True
    wrong = _spoilt(one, item, given)
    return bool(wrong) and bool(wrong - _once(item.kept, ("by own",), lambda: _by_own(one.check, item)))


def may_explain(one: Graded, item: Played, given: Answers) -> bool:
    """Whether a failed case ended as the mistake makes it end."""
    if given is None:
        return _raised_of_itself(item)
    return item.transcript.outcome == Outcome.RETURNED and reproduces(one, item, given)


def _raised_of_itself(item: Played) -> bool:
    """Whether a case raised, and not by an assert: that is the student's own word, and no known mistake's."""
    return item.transcript.outcome == Outcome.RAISED and (item.transcript.error or {}).get("type") != "AssertionError"


def reproduces(one: Graded, item: Played, given: Arrays) -> bool:
    """Whether a mistake gives the student's arrays, and not the right ones, in one of the conventions of the check."""
    return bool(given) and any(_gives(one, item, given, convention) for convention in _conventions(one))


def same_as(item: Played, name: str, arrays: Arrays) -> bool:
    """Whether an array of the student's is the one of that name."""
    return name in arrays and distance(item, name, arrays[name]) <= SAME


def distance(item: Played, name: str, array: Array | None) -> float:
    """How far an array of the student's is from another: the largest relative error, infinite for another shape."""
    return _distance(item.values.get(name), array)


def gives(one: Graded, item: Played, name: str, array: Array) -> bool:
    """Whether this is the student's array of that name: within the limit, and much nearer than the right one."""
    of = next(of for of in _compared(one) if of.name == name)
    if _is_far(item, of, array):
        return False
    apart = _distance(item.values.get(name), array, of.floor)
    return apart <= of.limit and 10 * apart <= _off(item, name, name)


def _spoils(one: Graded, item: Played, given: Answers) -> bool:
    """Whether a mistake would have made something wrong that is right: all of it, where it raises."""
    if given is None:
        return True
    wrong = _once(item.kept, ("wrong",), lambda: wrong_names(one.check, item, item.values))
    return bool(given) and not _spoilt(one, item, given) <= wrong


def wrong_names(check: Check, item: Played, values: Values) -> set[str]:
    """The names of what is judged wrong of these values."""
    return _wrong_of(check.expect, item, values)


def _wrong_of(expect: Iterable[Expectation], item: Played, values: Values) -> set[str]:
    said = {one.name: one.judge(values, item.want, item.inputs, False) for one in expect}
    return {name for name, verdict in said.items() if isinstance(verdict, Verdict) and not verdict.ok}


def _spoilt(one: Graded, item: Played, given: Arrays) -> set[str]:
    """The names of what a mistake makes wrong, all else being right.

    What is judged by itself is judged only where the mistake changes it: the rest is the same for all mistakes.
    """
    if not given:
        return set()
    alone, others = _once(one.kept, ("judged",), lambda: _by_what_they_read(one.check.expect))
    wrong = _once(item.kept, ("wrong of what is right",), lambda: _wrong_of(alone, item, item.want))
    told = [*(of for of in alone if of.name in given), *others]
    return {name for name in wrong if name not in given} | _wrong_of(told, item, {**item.want, **given})


def _by_what_they_read(expect: Iterable[Expectation]) -> tuple[list[Expectation], list[Expectation]]:
    """Those that look at no array but that of their name, and the others that judge."""
    alone: list[Expectation] = []
    others: list[Expectation] = []
    for one in expect:
        inner = one
        while isinstance(inner, OnlyIf):
            inner = inner.expectation
        if not isinstance(inner, UNMARKED):
            (alone if isinstance(inner, (Labels, Matches, Within)) else others).append(one)
    return alone, others


def _by_own(check: Check, item: Played) -> set[str]:
    """The names of what was judged by the student's own functions."""
    said = {one.name: one.judge(item.values, item.want, item.inputs, False) for one in check.expect}
    return {name for name, verdict in said.items() if isinstance(verdict, Verdict) and verdict.rule == OWN}


@dataclass(frozen=True, slots=True)
class _Compared:
    """How an array is compared with what a mistake gives; ``two``: the check takes it in either of two conventions."""

    name: str
    limit: float
    floor: float
    two: bool


def _compared(one: Graded) -> list[_Compared]:
    """The arrays of a check that are compared."""
    return _once(one.kept, ("compared",), lambda: list(_all_compared(one.check)))


def _all_compared(check: Check) -> Iterator[_Compared]:
    judges = judges_of(check.expect)
    for of in check.expect:
        if not isinstance(of, UNMARKED):
            judge, two = judges.get(of.name), either_of(of) is not None
            numbers = (min(SAME, judge.limit), judge.floor) if isinstance(judge, Matches) else (SAME, 0.0)
            yield _Compared(of.name, *numbers, two)


def _conventions(one: Graded) -> list[str]:
    """What stands before the names of the arrays in each of the conventions of a check."""
    others = (of.other for of in map(either_of, one.check.expect) if of)
    return _once(one.kept, ("conventions",), lambda: list(dict.fromkeys(["", *others])))


def _gives(one: Graded, item: Played, given: Arrays, convention: str) -> bool:
    """Whether a mistake gives the student's values: much nearer to them than the right ones are, which may be near too.

    What it does not change is the same for all mistakes, and is looked at first; then numbers; whole arrays at last.
    """
    places = [(of, _place(of, item, given, convention)) for of in _compared(one)]
    places = [(of, place) for of, place in places if place in given or place in item.want]
    changed = [(of, given[place]) for of, place in places if place in given]
    apart = []
    for of, place in places:
        if place not in given:
            apart.append(_off(item, of.name, place, of.floor))
            if not apart[-1] <= of.limit:
                return False
    if any(_is_far(item, of, array) for of, array in changed):
        return False  # so most end
    for of, array in changed:
        apart.append(_distance(item.values.get(of.name), array, of.floor))
        if not apart[-1] <= of.limit:
            return False
    wrong = max((_off(item, of.name, place) for of, place in places), default=0.0)
    return wrong > 0 and all(distance <= wrong / 10 for distance in apart)


def _place(of: _Compared, item: Played, given: Arrays, convention: str) -> str:
    """The name of what stands for an array in a convention."""
    other = convention + of.name
    return other if of.two and (other in given or other in item.want) else of.name


def _off(item: Played, name: str, place: str, floor: float = 0.0) -> float:
    """How far an array of the student's is from a right one, which may have another name."""
    return _once(
        item.kept,
        ("off", name, place, floor),
        lambda: _distance(item.values.get(name), item.want.get(place), floor),
    )


def _is_far(item: Played, of: _Compared, array: Array) -> bool:
    """Whether one number shows that an array of the student's is farther from another than the limit: a quick look."""
    spot = _once(item.kept, ("spot", of.name), lambda: _spot(item, of.name))
    if spot is None or array.dtype.kind != "f" or array.itemsize > LARGEST:
        return False
    shape, place, value = spot
    if array.shape != shape:
        return True
    other = float(array.item(place))
    apart = abs(value - other)
    if not apart / max(1e-8, abs(value) + abs(other)) > of.limit:
        return False
    return apart > of.floor and apart > 1e-13 * float(np.abs(array).max())  # see rel_errors; not where one is NaN


def _spot(item: Played, name: str) -> tuple[tuple[int, ...], int, float] | None:
    """The shape of an array of the student's, and the place and value of the number that is farthest off."""
    got, want = item.values.get(name), item.want.get(name)
    if not isinstance(got, np.ndarray) or got.dtype.kind != "f" or got.itemsize > LARGEST or not got.size:
        return None
    off = got - want if want is not None and want.shape == got.shape and want.dtype.kind in "biuf" else got
    place = int(np.argmax(np.abs(off)))
    value = float(got.item(place))
    return (got.shape, place, value) if np.isfinite(value) else None


def _once(kept: dict[tuple[object, ...], Any], key: tuple[object, ...], find: Callable[[], Found]) -> Found:
    if key not in kept:
        kept[key] = find()
    found: Found = kept[key]
    return found


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
