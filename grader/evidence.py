"""General facts about a wrong array, for where no known mistake explains it. All functions here are pure.

A fact is measured: the sentence says what holds of the numbers, the hint at most what it looks like. It names factors,
places and sizes, never an expected value. What several facts of one kind would explain is told of by none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations

import numpy as np

from grader.expectations import Array, rel_errors
from grader.model import Diagnosis

SAME = 1e-7  # relative error up to which numbers are the same, as for known mistakes
SMALL = 1e-3
FEW = 3  # different values without which a pattern shows nothing
MOST_AXES = 4

Inputs = Mapping[str, Array]
Fact = Callable[[str, Array, Array, Inputs], Diagnosis | None]


def evidence(name: str, got: Array, want: Array, inputs: Inputs) -> list[Diagnosis]:
    """What can be said of the wrong array ``got`` in one case: nothing, or one or two facts, the best first.

    The first is about its values (their factor, order, signs, precision), the other about the places that are wrong.
    """
    if any(array.dtype.kind not in "biuf" for array in (got, want)):
        return []
    got, want = got.astype(float), want.astype(float)
    plain = {key: value.astype(float) for key, value in inputs.items() if value.dtype.kind in "biuf"}
    if got.shape != want.shape:
        found = [_other_shape(name, got, want)] if _telling(want) and np.isfinite(got).all() else []
        return [fact for fact in found if fact]
    if not np.isfinite(want).all() or (rel_errors(_finite(got), want) <= SAME).all() and np.isfinite(got).all():
        return []
    if not np.isfinite(got).all():
        facts: tuple[tuple[Fact, ...], ...] = ((_not_finite,),)
    elif not got.any():
        facts = ((_zeros,),)
    elif want.ndim == 0:
        facts = ((_factor,),)
    else:
        facts = ((_factor, _input, _input_added, _signs, _axes, _offset, _cumulative, _order, _precision), (_places,))
        facts = facts if _telling(want) else ()
    found = [next(filter(None, (fact(name, got, want, plain) for fact in kind)), None) for kind in facts]
    return [fact for fact in found if fact]


def _finite(array: Array) -> Array:
    return np.where(np.isfinite(array), array, 0.0)


def _same(x: Array, y: Array) -> bool:
    return x.shape == y.shape and bool(np.max(rel_errors(x, y), initial=0.0) <= SAME)


def _telling(array: Array) -> bool:
    """Whether an array has enough different values, none of them mere rounding, to show a pattern."""
    largest = float(np.max(np.abs(array), initial=0.0))
    values = array[np.abs(array) > 1e-9 * largest]
    return largest > 1e-6 and len(np.unique(np.round(values / (largest or 1.0), 9))) >= FEW


def _zeros(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    return Diagnosis("all-zeros", f"{name} is zero everywhere, and should not be.", True)


def _not_finite(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    bad = ~np.isfinite(got)
    rest = rel_errors(_finite(got), want)[~bad]
    if not len(rest) or not _telling(want[~bad]) or rest.max() > SAME:
        return None
    kind = "NaN" if np.isnan(got[bad]).all() else "infinite" if np.isinf(got[bad]).all() else "NaN or infinite"
    sentence = (
        f"{name} is {kind} at {bad.sum()} of {bad.size} places{_only(bad, want, inputs)}, and right at all others."
    )
    return Diagnosis("not-finite-in-places", sentence, True)


def _factor(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """One factor everywhere; of a single number only those that have a meaning count."""
    at = np.unravel_index(np.argmax(np.abs(want)), want.shape)
    if not want[at]:
        return None
    factor = float(got[at] / want[at])
    if not 1e-9 < abs(factor) < 1e9 or not _same(got, factor * want) or not _same(np.abs(got), np.abs(factor * want)):
        return None
    size, meaning, hint = _meaning(factor, _sizes(inputs))
    if not size and want.ndim == 0:
        return None
    times = size or f"{factor:.4g}"
    everywhere = " everywhere" if want.ndim else ""
    return Diagnosis("constant-factor", f"{name} is {times} times the right value{everywhere}{meaning}.", True, hint)


def _meaning(factor: float, sizes: Mapping[str, float]) -> tuple[str, str, str]:
    """A factor as people write it, what it is the size of, and what it looks like; empty if it is no such number."""

    def close(value: float) -> bool:
        return abs(factor / value - 1) <= SAME

    for power, shown in ((1, "{:g}"), (-1, "1/{:g}"), (-2, "1/{:g}**2")):
        known = {words: value for words, value in sizes.items() if value > 1 and close(value**power)}
        if known:
            words = " or ".join(known)
            amiss = {1: "a division by it were missing", -1: "it were divided by once too often"}
            hint = f"This looks as if {amiss.get(power, 'it were divided by twice too often')}."
            return (
                shown.format(next(iter(known.values()))),
                f"; {'that is' if power == 1 else 'there it is'} {words}",
                hint,
            )
    if close(-1):
        return "-1", "", "This looks as if a sign were reversed."
    simple = {2.0: "2", 0.5: "1/2", -2.0: "-2", -0.5: "-1/2"}
    return next((text for value, text in simple.items() if close(value)), ""), "", ""


def _sizes(inputs: Inputs) -> dict[str, float]:
    """Sizes that sums are divided by, of the batch that is named x (or else of the first array)."""
    arrays = [inputs[key] for key in ("x", "X", "dout") if key in inputs] + list(inputs.values())
    batch = next((array for array in arrays if array.ndim > 1), None)
    if batch is None:
        return {}
    sizes = {"the number of samples N": float(len(batch))}
    classes = _classes(inputs)
    if classes:
        sizes["the number of classes"] = float(classes)
    if batch.ndim == MOST_AXES:
        sizes["the number of pixels H * W"] = float(batch.shape[2] * batch.shape[3])
        sizes["the number of values of a channel N * H * W"] = float(batch.size // batch.shape[1])
    return sizes


def _classes(inputs: Inputs) -> int:
    """The number of classes, where there are labels: as many as the last biases, or columns of scores."""
    if "y" not in inputs or inputs["y"].ndim != 1:
        return 0
    biases = [value for key, value in sorted(inputs.items()) if key[0] == "b" and value.ndim == 1]
    scores = [inputs[key] for key in ("scores", "x") if key in inputs and inputs[key].ndim > 1]
    return biases[-1].shape[0] if biases else scores[0].shape[-1] if scores else 0


def _input(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    same = [key for key, value in inputs.items() if _telling(value) and _same(got, value)]
    return Diagnosis("is-input", f"{name} equals the input {same[0]}, unchanged.", True) if len(same) == 1 else None


def _input_added(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The right values plus or minus an input, which may be one number for each column or channel."""
    found = []
    for key, value in inputs.items():
        aligned = value.reshape(-1, 1, 1) if value.ndim == 1 and want.ndim == MOST_AXES else value
        fits = aligned.shape == want.shape or (value.ndim == 1 and aligned.shape[0] == want.shape[-aligned.ndim])
        if fits and _telling(value):
            found += [(sign, key) for sign in (1, -1) if _same(got, want + sign * aligned)]
    if len(found) != 1:
        return None
    ((sign, key),) = found
    return Diagnosis("input-added", f"{name} is the right value {'plus' if sign > 0 else 'minus'} {key}.", True)


def _signs(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    if not _telling(np.abs(want)) or not _same(np.abs(got), np.abs(want)):
        return None
    wrong = int(np.count_nonzero(rel_errors(got, want) > SAME))
    return Diagnosis(
        "some-signs", f"{name} has the right values with the wrong sign at {wrong} of {got.size} places.", True
    )


def _axes(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The right values transposed, turned, mirrored or shifted, if just one of these gives the array."""
    found = [(code, words) for code, words, array in _rearranged(want) if _same(got, array)]
    return Diagnosis(found[0][0], f"{name} is the right array {found[0][1]}.", True) if len(found) == 1 else None


def _rearranged(want: Array) -> Iterator[tuple[str, str, Array]]:
    long = [axis for axis, size in enumerate(want.shape) if size > 1]
    for axis in long:
        yield "flipped", f"flipped along its axis {axis} (axes count from 0)", np.flip(want, axis)
        for step in (1, -1):
            words = f"shifted by {step:+d} along its axis {axis}, with the end put to the front (axes count from 0)"
            yield "shifted", words, np.roll(want, step, axis)
    if want.ndim >= 2 and {want.ndim - 1, want.ndim - 2} <= set(long):
        yield "rotated", "rotated by 180 degrees in its last two axes", np.flip(want, (-2, -1))
    if want.ndim > MOST_AXES:
        return
    for order in permutations(range(want.ndim)):
        if order == tuple(range(want.ndim)) or any(
            order[axis] != axis for axis in range(want.ndim) if axis not in long
        ):
            continue  # axes of size 1 go nowhere
        turned = want.transpose(order)
        if turned.shape == want.shape:
            yield "transposed", _turned(order), turned
        else:
            words = f"with its axes mixed up: in the order {order}, and then reshaped"
            yield "axes-mixed-up", words, turned.reshape(want.shape)


def _turned(order: tuple[int, ...]) -> str:
    return "transposed" if len(order) == 2 else f"with its axes in the order {order}"


def _other_shape(name: str, got: Array, want: Array) -> Diagnosis | None:
    """The right values in a wrong shape: transposed, or only reshaped."""
    if got.size != want.size:
        return None
    if _same(got.ravel(), want.ravel()):
        sentence = f"{name} has the right values in the right order; only its shape is wrong."
        return Diagnosis("other-shape", sentence, True)
    orders = permutations(range(want.ndim)) if want.ndim <= MOST_AXES else ()
    found = [order for order in orders if _same(got, want.transpose(order))]
    return Diagnosis("transposed", f"{name} is the right array {_turned(found[0])}.", True) if len(found) == 1 else None


def _offset(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The same difference everywhere, or for each index of one axis; how large it is would tell the values."""
    if got.size > FEW and _constant(got - want, want, ()):
        return Diagnosis("constant-offset", f"{name} differs from the right value by the same amount everywhere.", True)
    axes = [
        axis
        for axis, size in enumerate(want.shape)
        if 1 < size <= want.size - FEW and want.size >= 2 * size and _constant(got - want, want, (axis,))
    ]
    if len(axes) != 1:
        return None
    side = _side(axes[0], want, inputs)
    return Diagnosis("offset-by-axis", f"{name} differs from the right value by one amount for each {side}.", True)


def _constant(difference: Array, want: Array, kept: tuple[int, ...]) -> bool:
    others = tuple(axis for axis in range(difference.ndim) if axis not in kept)
    spread = difference.max(axis=others) - difference.min(axis=others)
    return bool(
        spread.max() <= SAME * np.abs(difference).max() and np.abs(difference).max() > SAME * np.abs(want).max()
    )


def _cumulative(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    axes = [axis for axis, size in enumerate(want.shape) if size > 2 and _same(got, np.cumsum(want, axis))]
    sentence = f"{name} is the running sum of the right values along an axis: each adds to the one before it."
    return Diagnosis("running-sum", sentence, True) if len(axes) == 1 else None


def _order(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    if want.size < 2 * FEW or not _same(np.sort(got, None), np.sort(want, None)):
        return None
    return Diagnosis("other-order", f"{name} has the right values in a wrong order.", True)


def _precision(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    error = float(rel_errors(got, want).max())
    if error < 1e-5 and np.array_equal(got, got.astype(np.float32)):
        sentence = (
            f"{name} is right to the precision of float32 (relative error {error:.0e}), and its values are float32."
        )
        return Diagnosis("float32", sentence, True, "Somewhere numbers are converted to float32.")
    if error < SMALL and want.size > FEW:
        sentence = f"{name} is nearly right: its relative error is at most {error:.0e} everywhere."
        return Diagnosis(
            "nearly-right", sentence, True, "This looks like a small constant such as eps, or like rounding."
        )
    return None


def _places(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The smallest regular region that holds all that is wrong, where the rest is right and shows something."""
    wrong = rel_errors(got, want) > SAME
    place = _only(wrong, want, inputs)
    return Diagnosis("wrong-in-places", f"{name} is wrong{place} only; the rest is right.", True) if place else None


def _only(wrong: Array, want: Array, inputs: Inputs) -> str:
    """Where all that is wrong lies, in words that begin with a space; "" if that is no region of a regular kind.

    A region counts if most of it is wrong, and what is right outside it is enough to show a pattern.
    """
    best, words = want.size, ""
    for where, region in _regions(want, inputs):
        inside = np.count_nonzero(wrong & region)
        if inside == np.count_nonzero(wrong) and 2 * inside > np.count_nonzero(region & (want != 0)):
            size = np.count_nonzero(region)
            if size < best and inside and _telling(want[~region]):
                best, words = size, where
    return words


def _regions(want: Array, inputs: Inputs) -> Iterator[tuple[str, Array]]:
    places = np.indices(want.shape)
    for axis, size in enumerate(want.shape):
        side = _side(axis, want, inputs)
        if size > 1:
            for index in range(size):
                yield f" in {side} {index} (counted from 0)", places[axis] == index
        if size > FEW:
            yield f" in every second {side}, from 0 on", places[axis] % 2 == 0
            yield f" in every second {side}, from 1 on", places[axis] % 2 == 1
        if size > 2:
            for index in range(size):
                yield f" in the {side}s other than {index} (counted from 0)", places[axis] != index
    if want.ndim > 1 and min(want.shape[-2:]) > 2:
        inner = np.zeros(want.shape, dtype=bool)
        inner[..., 1:-1, 1:-1] = True
        yield " on the border of its last two axes", ~inner


def _side(axis: int, want: Array, inputs: Inputs) -> str:
    """What one index of an axis is called."""
    if want.ndim == 1:
        return "entry"
    samples = _sizes(inputs).get("the number of samples N") == want.shape[0]
    if want.ndim == MOST_AXES:
        return ("sample" if samples else "filter", "channel", "row", "column")[axis]
    if want.ndim > 2:
        return f"index of axis {axis}"
    if axis == 0:
        return "sample" if samples else "row"
    return "class" if _classes(inputs) == want.shape[1] else "column"
