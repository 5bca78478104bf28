"""Exercises with two conventions, of which either is right if all that is returned follows the same one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.expectations import (
    Arrays,
    Expectation,
    Matches,
    OnlyIf,
    Otherwise,
    Values,
    Verdict,
    Within,
    gate,
    plain,
)
from grader.model import Curve, Note
from grader.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Convention:
    """What a course says of its two conventions: the reference's, and the other.

    The scenario returns each array by its name and once more with ``other`` before it: of the reference, the second is
    right in the other convention. ``names`` are what the two are called, the reference's first. The array ``told_by``
    tells which one a student has: ``is_other(got, want)`` is called if it and its second pass the gate, and gives None
    where they tell neither.
    """

    names: tuple[str, str]
    told_by: str
    is_other: Callable[[Arrays, Arrays], bool | None]
    other: str


@dataclass(frozen=True, slots=True)
class Either:
    """Takes an array in either convention: the one that ``told_by`` has, whatever else may be wrong with that.

    Where it has neither it chooses nothing, so that its own mistake does not cost the others: then the convention that
    all of them together are nearer to will do.
    """

    expectation: Expectation
    convention: Convention

    @property
    def name(self) -> str:
        """The array that it is about."""
        return self.expectation.name

    @property
    def limit(self) -> float:
        """The largest ``measured`` that passes."""
        return self.expectation.limit

    @property
    def other(self) -> str:
        """What stands before the names of the arrays in the other convention."""
        return self.convention.other

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict | Note | Curve | None:
        """Judge by the convention that is told, or by the one that all that is returned comes nearer to."""
        kind = self._told(got, want)
        if kind is None:
            kind = min(("", self.other), key=lambda one: self._off(got, want, one))
        right = {**want, self.name: want[kind + self.name]}
        said = self.expectation.judge(got, right, inputs, public)
        return replace(said, convention=self.convention.names[bool(kind)]) if isinstance(said, Verdict) else said

    def _told(self, got: Values, want: Arrays) -> str | None:
        """ "" for the reference's convention, ``other`` for the other, None for neither."""
        names = (self.convention.told_by, self.other + self.convention.told_by)
        if any(gate(name, got, want[name]) for name in names):
            return None
        is_other = self.convention.is_other({name: plain(got[name]) for name in names}, want)
        return None if is_other is None else self.other * is_other

    def _off(self, got: Values, want: Arrays, kind: str) -> float:
        """How far everything that has two conventions is from one of them, as far as it can be compared."""
        names = [name for name in want if self.other + name in want and not gate(name, got, want[name])]
        others = [name for name in names if name != self.convention.told_by] or names
        return float(sum(np.sum(np.abs(plain(got[name]) - want[kind + name])) for name in others))


AROUND = (OnlyIf, Either, Otherwise)  # they hold another ``expectation``


def either_of(expectation: Expectation) -> Either | None:
    """The expectation with two conventions that this one is or holds, if there is one."""
    while isinstance(expectation, AROUND):
        if isinstance(expectation, Either):
            return expectation
        expectation = expectation.expectation
    return None


def with_limit(expectation: Expectation, limit: float) -> Expectation:
    """The same with another limit, if it compares numbers."""
    if isinstance(expectation, AROUND):
        return replace(expectation, expectation=with_limit(expectation.expectation, limit))
    return replace(expectation, limit=limit) if isinstance(expectation, (Matches, Within)) else expectation
