"""Facts that hold of every wrong array in every case that failed: as sure as a known mistake. All functions are pure.

Evidence (grader.evidence) is what one array of one case shows. What all of them show alike, such as a factor that is
the number of samples in each case, or gradients that are returned in none, is what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from grader.evidence import REARRANGED, equal, telling
from grader.expectations import UNMARKED, Array, Arrays, Below, NotAnArray, Verdict, plain
from grader.judging import Graded, Played
from grader.measures import Measured
from grader.model import Diagnosis
from grader.outcome import Outcome
from grader.regions import sizes
from grader.tolerance import judges_of

MOST = 2  # different facts that are told together; more of them hide something else
POWERS = {1: "too large by a factor that is {}", -1: "too small by a factor that is {}"}
SIMPLE = (2.0, 0.5)  # factors that may be meant where there is one number only
Told = Callable[[str, bool], str]  # from the names of the arrays, and whether they are several, to the sentence


def facts(one: Graded) -> tuple[Diagnosis, ...]:
    """What holds of every wrong array of a check in all cases that failed; nothing if something is left over."""
    failed = [item for item in one.played if item.case.name not in one.passed]
    if not failed or any(item.transcript.outcome != Outcome.RETURNED for item in failed):
        return ()
    measured = {name for name, judge in judges_of(one.check.expect).items() if isinstance(judge, (Below, Measured))}
    held: dict[str, dict[str, Told]] = {}  # of each array, the facts by what they say
    for item in failed:
        for name in _wrong(one, item):
            found = dict(_of(name, item, number=name not in measured))
            held[name] = {key: told for key, told in held.get(name, found).items() if key in found}
    if not held or not all(held.values()):
        return ()
    arrays: dict[str, list[str]] = {}
    for name, found in held.items():
        shared = next((key for key in found if key in arrays), next(iter(found)))
        arrays.setdefault(shared, []).append(name)
    if len(arrays) > MOST:
        return ()
    return tuple(
        # with the check in its code: that another has the same is no reason to charge it less
        Diagnosis(f"{one.check.name}: {key}", _sentence(held[names[0]][key], names), True)
        for key, names in arrays.items()
    )


def _sentence(told: Told, names: Sequence[str]) -> str:
    *first, last = names
    return told(f"{', '.join(first)} and {last}" if first else last, bool(first))


def _wrong(one: Graded, item: Played) -> Iterator[str]:
    """The arrays that are judged wrong, in the order of the check."""
    for expectation in one.check.expect:
        if isinstance(expectation, UNMARKED):
            continue
        said = expectation.judge(item.values, item.want, item.inputs, False)
        if isinstance(said, Verdict) and not said.ok:
            yield expectation.name


def _of(name: str, item: Played, *, number: bool) -> Iterator[tuple[str, Told]]:
    """The facts that hold of an array in one case: a key that is the same in other cases, and what to say.

    Of a single number only if it is compared with that of the reference, and no figure that is below a limit.
    """
    got, want = item.values.get(name), item.want.get(name)
    if isinstance(got, NotAnArray) and got.kind == "None":
        yield (
            "absent",
            lambda names, many: f"Nothing is returned for {names}: {_it(many)} {_is(many)} None.",
        )
    if not isinstance(got, np.ndarray) or want is None or not (want.ndim or number):
        return
    if any(array.dtype.kind not in "biuf" or not np.isfinite(array).all() for array in (got, want)):
        return
    got, want = plain(got), plain(want)
    numbers = {key: plain(value) for key, value in item.inputs.items() if value.dtype.kind in "biuf"}
    if want.any() and not got.any():
        yield "zero", lambda names, many: f"{names} {_is(many)} 0 everywhere, and should not be."
    elif want.ndim == 0 or telling(want):
        yield from _factors(got, want, numbers)
        yield from _rearranged(got, want, numbers)
        yield from _others(name, got, item.want)


def _factors(got: Array, want: Array, inputs: Arrays) -> Iterator[tuple[str, Told]]:
    """One factor everywhere: a number, or something that is counted, which may be another number in other cases."""
    at = np.unravel_index(np.argmax(np.abs(want)), want.shape)
    factor = float(got[at] / want[at]) if got.shape == want.shape and want[at] else 0.0
    if not 1e-9 < abs(factor) < 1e9 or not equal(got, factor * want) or equal(got, want):
        return
    sign = " and of the wrong sign" if factor < 0 else ""
    if abs(factor + 1) <= 1e-7:
        yield "sign", lambda names, many: f"{names} {'have' if many else 'has'} the wrong sign everywhere."
    elif want.ndim or abs(factor) in SIMPLE:
        times = f"{factor:.6g} times"
        yield times, lambda names, many: f"{names} {_is(many)} {times} what {_it(many)} should be."
    for text, n in sizes(inputs).items():
        for power, words in POWERS.items():
            if n > 1 and abs(abs(factor) / float(n) ** power - 1) <= 1e-7:
                said = words.format(text) + sign
                yield said, lambda names, many, said=said: f"{names} {_is(many)} {said}."  # type: ignore[misc]


def _it(many: bool) -> str:
    return "they" if many else "it"


def _is(many: bool) -> str:
    return "are" if many else "is"


def _rearranged(got: Array, want: Array, inputs: Arrays) -> Iterator[tuple[str, Told]]:
    """The right values in other places, plus or minus an input, or an input itself."""
    for look in REARRANGED if want.ndim else ():
        found = look("{}", got, want, inputs)
        if found:
            text = found.sentence
            yield text, lambda names, many, text=text: _for_each(text, names)  # type: ignore[misc]


def _for_each(text: str, names: str) -> str:
    first, *rest = names.replace(" and ", ", ").split(", ")
    return text.format(first) + (f" So it is with {' and '.join(rest)}." if rest else "")


def _others(name: str, got: Array, want: Arrays) -> Iterator[tuple[str, Told]]:
    """What should have been returned under another name."""
    for other, value in want.items():
        if other == name or value.dtype.kind not in "biuf" or not value.ndim:
            continue
        if telling(plain(value)) and equal(got, plain(value)):
            yield f"is {other}", lambda names, many, other=other: f"{names} is what {other} should be."  # type: ignore[misc]
