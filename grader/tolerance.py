"""Whether two arrays are the same to the check that judges them. All functions here are pure.

The last bits of a product differ from processor to processor. What a mistake changes, and so what a student is told,
must not: the limit of the expectation that compares an array decides it, never bits.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from grader.conventions import AROUND, Either
from grader.expectations import (
    UNMARKED,
    Array,
    Arrays,
    Expectation,
    Labels,
    Matches,
    Within,
    rel_errors,
)

# Far above what rounding does, even in training, and far below what tells one mistake from another. It serves where
# no expectation compares an array (a measure reads it), and for what a mistake changes beside what gives it away.
NEAR = Matches("", 1e-9)


def differing(expect: Iterable[Expectation], values: Arrays, right: Arrays) -> dict[str, Array]:
    """The values that are not the right ones; none, unless the check can tell some of them from the right ones.

    Those that are only remarked on never count.
    """
    judges = judges_of(expect)
    unmarked = {item.name for item in expect if isinstance(item, UNMARKED)}
    odd = {name: value for name, value in values.items() if name not in unmarked and not _equal(value, right.get(name))}
    told = {
        name
        for name, value in odd.items()
        if name not in right or not is_same(value, right[name], judges.get(name, NEAR))
    }
    if not told:
        return {}
    return {name: value for name, value in odd.items() if name in told or not is_same(value, right[name], NEAR)}


def is_same(value: Array, right: Array, judge: Expectation) -> bool:
    """Whether a value passes for the right one with ``judge``; NaN and infinities are the same in the same places."""
    kinds = value.dtype.kind + right.dtype.kind
    if value.shape != right.shape or set(kinds) - set("biufc"):
        return np.array_equal(value, right)
    value, right = (item.astype(complex if "c" in kinds else float) for item in (value, right))
    finite = np.isfinite(right)
    if not (finite.all() and np.isfinite(value).all()):  # as nearly all are
        if not (np.array_equal(finite, np.isfinite(value)) and _equal(value[~finite], right[~finite])):
            return False
        value, right = value[finite], right[finite]
    if isinstance(judge, Within):
        difference = np.abs(value - right)
        return bool(np.sum(difference) <= judge.limit if judge.total else np.all(difference <= judge.limit))
    if isinstance(judge, Labels):
        return np.array_equal(value, right)
    compare = judge if isinstance(judge, Matches) else NEAR
    return bool(np.all(rel_errors(value, right, compare.floor) <= compare.limit))


def _equal(value: Array, right: Array | None) -> bool:
    if right is None:
        return False
    return np.array_equal(value, right, equal_nan=value.dtype.kind in "fc" and right.dtype.kind in "fc")


def judges_of(expect: Iterable[Expectation]) -> dict[str, Expectation]:
    """The expectation that compares an array, by the array's name; in a second convention it has a second name."""
    found: dict[str, Expectation] = {}
    for item in expect:
        prefixes = [""]
        while isinstance(item, AROUND):
            prefixes += [item.other] if isinstance(item, Either) else []
            item = item.expectation
        found |= {prefix + item.name: item for prefix in prefixes}
    return found
