"""Axes of length 1 where there should be none: (1, D) for (D,), or (1,) for one number. All functions here are pure.

Students sum with ``keepdims=True`` and go on with rows. The numbers are right, and the course's notebook, whose checks
broadcast, accepts them: so do we, with a sentence about it. Matrices and images are held to their shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from grader.expectations import Array, Arrays, NotAnArray, Values
from grader.words import listing

Value = TypeVar("Value", Array, Array | NotAnArray)
MOST = 8  # axes of an array that is taken for a vector; a shape of hundreds is no slip


def fitted(values: Mapping[str, Value], want: Arrays) -> dict[str, Value | Array]:
    """The values, those that have only axes of length 1 too many in the shape of the expected vector or number."""
    return {**values, **{name: value.reshape(want[name].shape) for name, value in _too_many_axes(values, want)}}


def forgiven_shapes(values: Values, want: Arrays) -> dict[str, tuple[int, ...]]:
    """The shapes in which such values came back."""
    return {name: value.shape for name, value in _too_many_axes(values, want)}


def said_of_shapes(values: Values, want: Arrays, right: Mapping[str, bool]) -> str:
    """The sentence about such values among those that were judged, and maybe found right; "" if there are none."""
    odd = {name: value for name, value in _too_many_axes(values, want) if name in right}
    if not odd:
        return ""
    words = [f"{name} has shape {value.shape} instead of {want[name].shape}" for name, value in odd.items()]
    rest = "the numbers are right" if all(right[name] for name in odd) else "it was compared in that shape"
    return f"{listing(words)}: {rest}."


def _too_many_axes(values: Mapping[str, Array | NotAnArray], want: Arrays) -> Iterator[tuple[str, Array]]:
    """The values in question."""
    for name, value in values.items():
        right = want.get(name)
        if isinstance(value, NotAnArray) or right is None or right.ndim > 1 or not right.ndim < value.ndim <= MOST:
            continue
        if [n for n in value.shape if n != 1] == [n for n in right.shape if n != 1]:
            yield name, value
