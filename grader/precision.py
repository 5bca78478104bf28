"""What is forgiven to float32 must not hide a known mistake.

Arrays that pass only since float32 is no more precise are compared with what known mistakes give. Rounding goes in
all directions: where what came back is much nearer to a mistake than to what is right, the mistake was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from grader.conventions import AROUND, either_of
from grader.expectations import FLOAT32, Expectation, Matches, Verdict, Within
from grader.judging import Played
from grader.model import CheckResult
from grader.oracle import Oracle
from grader.outcome import Outcome
from grader.records import replace
from grader.spec import Check

if TYPE_CHECKING:
    from grader.mistakes import Ignored, Mistake

# How much nearer, by how many numbers there are: few may be nearer by chance.
NEARER = ((16, 0.3), (4, 0.1))


def is_forgiven(result: CheckResult) -> bool:
    """Whether something passed since float32 is no more precise: only then ``strictly`` has anything to look at."""
    return any(array.rule == FLOAT32 for entry in result.audit for array in entry.arrays)


def strictly(check: Check, played: list[Played], oracle: Oracle) -> tuple[Check, list[Played]]:
    """The same, but with nothing forgiven to float32 where a known mistake explains what came back."""
    forgiven = {item.case.name: names for item in played if (names := _forgiven(check, item))}
    if not forgiven or check.needs_data:
        return check, played
    from grader.mistakes import ignored  # needed by few

    known: tuple[Mistake | Ignored, ...] = (*oracle.catalogue.mistakes_of(check.part), *ignored(check))
    if not any(_explains(check, played, forgiven, oracle, mistake) for mistake in known):
        return check, played
    return replace(check, expect=tuple(map(_strict, check.expect))), [_in_float64(item) for item in played]


def _forgiven(check: Check, item: Played) -> dict[str, str]:
    """The arrays that are right to float32 only, and what is put before the name of the right one."""
    found = {}
    for expectation in check.expect if item.transcript.outcome == Outcome.RETURNED else ():
        said = expectation.judge(item.values, item.want, item.inputs, False)
        if not (isinstance(said, Verdict) and said.rule == FLOAT32):
            continue
        name, before = expectation.name, ""
        if either := either_of(expectation):
            if name == either.convention.told_by:
                continue  # it is what chooses the convention
            right = expectation.judge({**item.values, name: item.want[name]}, item.want, item.inputs, False)
            before = "" if isinstance(right, Verdict) and right.ok else either.other
        found[name] = before
    return found


def _explains(
    check: Check,
    played: Sequence[Played],
    forgiven: Mapping[str, Mapping[str, str]],
    oracle: Oracle,
    mistake: Mistake | Ignored,
) -> bool:
    """Whether all that was forgiven is much nearer to what a mistake gives, seen over all cases."""
    right = wrong = 0.0
    count = 0
    for item in played:
        names = forgiven.get(item.case.name, {})
        given = oracle.mistaken(check, item.case, mistake) if names else {}
        if given is None:
            return False
        for name, before in names.items():
            got, want = np.asarray(item.values[name], dtype=float), item.want[before + name]
            mistaken = given.get(before + name, want)
            if mistaken.shape != want.shape or mistaken.dtype.kind != "f":
                return False
            size = max(float(np.linalg.norm(want)), 1e-300)
            right += (float(np.linalg.norm(got - want)) / size) ** 2
            wrong += (float(np.linalg.norm(got - mistaken)) / size) ** 2
            count += got.size
    return any(count >= least and np.sqrt(wrong) < nearer * np.sqrt(right) for least, nearer in NEARER)


def _strict(expectation: Expectation) -> Expectation:
    if isinstance(expectation, AROUND):
        return replace(expectation, expectation=_strict(expectation.expectation))
    return replace(expectation, single=False) if isinstance(expectation, (Matches, Within)) else expectation


def _in_float64(item: Played) -> Played:
    values = {
        name: value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype == np.float32 else value
        for name, value in item.transcript.values.items()
    }
    return replace(item, transcript=replace(item.transcript, values=values))
