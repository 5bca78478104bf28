"""Relations of a wrong array to the right one by their places and shapes: written in part, turned, not summed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from grader.evidence import orders, rearranged, same
from grader.expectations import Array, plain
from grader.records import dataclass
from grader.regions import IMAGES, Inputs, side

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """What is told of an array: the sentence has a place for its {name}; ``made`` is what it makes of the right one."""

    code: str
    sentence: str
    hint: str
    made: Array

    @property
    def key(self) -> Key:
        """It is the same relation in another case."""
        return self.code, self.sentence


def places(want: Array, inputs: Inputs) -> Iterator[Relation]:
    """Right but for places that were never written, or written in part only."""
    hint = "From where to where does each loop run, and what is written in it?"
    edges = [(axis, end) for axis in range(want.ndim) for end in (-1, 0) if want.shape[axis] > 1]
    for axis, end in edges:
        which, each = "last" if end else "first", side(axis, want, inputs)
        yield Relation(
            f"zero-{which}-{axis}",
            f"{{name}} is zero in the {which} {each}; the rest is right.",
            hint,
            _cut(want, (axis, end)),
        )
        yield Relation(
            f"in-part-{which}-{axis}",
            f"Only the {which} {each} of {{name}} is right; the rest is zero.",
            hint,
            want - _cut(want, (axis, end)),
        )
    for (one, end), (two, other) in combinations(edges, 2):
        if one != two and end == other and two >= want.ndim - 2:
            which, names = "last" if end else "first", (side(one, want, inputs), side(two, want, inputs))
            sentence = f"{{name}} is zero in the {which} {names[0]} and the {which} {names[1]}; the rest is right."
            yield Relation(f"zero-{which}-{one}-{two}", sentence, hint, _cut(want, (one, end), (two, other)))


def _cut(want: Array, *places: tuple[int, int]) -> Array:
    """The array with zeros at an index of an axis, or of several."""
    made = np.array(want, dtype=float)
    for axis, index in places:
        np.moveaxis(made, axis, 0)[index] = 0
    return made


def spread(want: Array, inputs: Inputs) -> Iterator[Relation]:
    """One index of an axis, or the mean or sum over it, in the place of all; or running sums."""
    for axis in (axis for axis in range(want.ndim) if want.shape[axis] > 1):
        each = side(axis, want, inputs)
        for code, words, one in (
            ("first", f"every {each} of {{name}} is the first one", want.take([0], axis)),
            ("last", f"every {each} of {{name}} is the last one", want.take([-1], axis)),
            ("mean", f"every {each} of {{name}} is the mean of all", want.mean(axis, keepdims=True)),
            ("sum", f"every {each} of {{name}} is the sum of all", want.sum(axis, keepdims=True)),
        ):
            made = np.broadcast_to(one, want.shape)
            yield Relation(
                f"{code}-of-{axis}", f"{words[0].upper()}{words[1:]}.", f"Follow the index of the {each}.", made
            )
        if want.shape[axis] > 2:
            sentence = f"{{name}} is a running sum: each {each} adds to the one before it."
            yield Relation(f"running-{axis}", sentence, "What is reset to 0, and when?", np.cumsum(want, axis))


def turned(want: Array) -> Iterator[Relation]:
    """The right values in other places of the same shape."""
    hint = "In which order are its axes, at each step?"
    for code, words, array in rearranged(want):
        if code in ("flipped", "shifted", "rotated"):
            yield Relation(code, f"{{name}} is the right array {words}.", hint, array)
    for order in orders(want):
        sentence = f"{{name}} is the right array with its axes in the order {order}, put into the right shape."
        yield Relation("axes-mixed-up", sentence, hint, want.transpose(order).reshape(want.shape))


def other_shapes(want: Array, inputs: Inputs, got: Array) -> Iterator[Relation]:
    """The right values in another shape, not summed yet, or summed too far."""
    if got.size == want.size and want.size:
        sentence = "{name} has the right values in the right order; only its shape is wrong."
        yield Relation("other-shape", sentence, "Compare its shape with what it belongs to.", want.reshape(got.shape))
        if got.ndim == want.ndim == 2:
            yield Relation("transposed", "{name} is transposed.", "Compare its shape with what it belongs to.", want.T)
    if got.ndim > want.ndim:
        yield from _not_reduced(want, inputs, got)
    for axes in _subsets(want.ndim):
        for kept in (False, True):
            for how, words, function in (("sum", "summed", np.sum), ("mean", "averaged", np.mean)):
                made = np.asarray(function(want, axis=axes, keepdims=kept))
                if made.shape == got.shape:
                    each = " and ".join(f"the {_plural(side(axis, want, inputs))}" for axis in axes)
                    sentence = f"{{name}} is {words} over {each} as well."
                    yield Relation(f"{how}-of-{axes}", sentence, "Over which axes does the sum go?", made)


def _not_reduced(want: Array, inputs: Inputs, got: Array) -> Iterator[Relation]:
    """Not summed or averaged over an axis: the sum or mean of what came back is the right array."""
    for axes in _subsets(got.ndim):
        for how, words, function in (("sum", "summed", np.sum), ("mean", "averaged", np.mean)):
            reduced = np.asarray(function(got, axis=axes))
            if reduced.shape == want.shape and same(plain(reduced), want):
                copies = not np.ptp(got, axis=axes).any()
                each = " and ".join(f"the {_plural(side(axis, got, inputs))}" for axis in axes)
                if got.ndim == 1:
                    each = "its entries"
                sentence = f"{{name}} is not {words} over {each} yet."
                if how == "mean" and copies:
                    sentence = f"{{name}} repeats the right numbers along {each}; they should be there once."
                yield Relation(f"not-{how}-{axes}", sentence, "Which shape should it have?", plain(got))


def _subsets(ndim: int) -> Iterator[tuple[int, ...]]:
    """Every choice of axes, the smallest first."""
    for count in range(1, min(ndim, IMAGES) + 1):
        yield from combinations(range(ndim), count)


def _plural(each: str) -> str:
    return {"entry": "entries", "class": "classes"}.get(each, f"{each}s")
