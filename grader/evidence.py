"""General facts about a wrong array, for where no known mistake explains it. All functions here are pure.

A fact is measured: the sentence says what holds of the numbers, the hint at most what it looks like. It names factors,
places and sizes, never an expected value. What several facts of one kind would explain is told of by none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations

import numpy as np

from grader.expectations import Array, plain, rel_errors
from grader.model import Diagnosis
from grader.regions import FEW, IMAGES, Inputs, regions, side, sizes

SAME = 1e-7  # relative error up to which numbers are the same, as for known mistakes
SMALL = 1e-3

Fact = Callable[[str, Array, Array, Inputs], Diagnosis | None]


def evidence(name: str, got: Array, want: Array, inputs: Inputs) -> list[Diagnosis]:
    """Nothing, one or two facts about the wrong array ``got`` of one case: of its values first, then of the places."""
    if any(array.dtype.kind not in "biuf" for array in (got, want)):
        return []
    got, want = plain(got), plain(want)
    drawn = {key: plain(value) for key, value in inputs.items() if value.dtype.kind in "biuf"}
    if not want.size or not np.isfinite(want).all():
        return []
    with np.errstate(all="ignore"):  # wild values overflow, and then agree with nothing
        found = [
            next(filter(None, (fact(name, got, want, drawn) for fact in kind)), None) for kind in _kinds(got, want)
        ]
    return [fact for fact in found if fact]


def _kinds(got: Array, want: Array) -> tuple[tuple[Fact, ...], ...]:
    """The facts to look for, those of one kind in order: the first that holds is told."""
    if not np.isfinite(got).all():
        return ((_not_finite,),) if got.shape == want.shape else ()
    if got.shape != want.shape:
        return ((_other_shape,),)
    if not got.any() and not same(got, want):
        return ((_zeros,),)
    if want.ndim == 0:
        return ((_factor, _precision),)
    if not telling(want):
        return ()
    if same(got, want):
        return ((_precision,),)
    return (_factor, _input, _input_added, _signs, _axes, _offset, _cumulative, _order, _precision), (_places,)


def _fact(code: str, sentence: str, hint: str = "") -> Diagnosis:
    return Diagnosis(code, sentence, True, hint)  # certain: it is measured


def same(x: Array, y: Array) -> bool:
    """Whether two arrays are the same but for rounding."""
    return x.shape == y.shape and bool(np.max(rel_errors(x, y), initial=0.0) <= SAME)


def telling(array: Array) -> bool:
    """Whether an array has enough different values, none of them mere rounding, to show a pattern."""
    largest = float(np.max(np.abs(array), initial=0.0))
    values = array[np.abs(array) > 1e-9 * largest]
    return largest > 1e-8 and len(np.unique(np.round(values / (largest or 1.0), 9))) >= FEW


def _zeros(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    return _fact("all-zeros", f"{name} is zero everywhere, and should not be.")


def _not_finite(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    bad = ~np.isfinite(got)
    rest = rel_errors(np.nan_to_num(got), want)[~bad]
    if not len(rest) or not telling(want[~bad]) or rest.max() > SAME:
        return None
    kind = "NaN" if np.isnan(got[bad]).all() else "infinite" if np.isinf(got[bad]).all() else "NaN or infinite"
    places = f"{bad.sum()} of {bad.size} places{_only(bad, want, inputs)}"
    return _fact("not-finite-in-places", f"{name} is {kind} at {places}, and right at all others.")


def _factor(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """One factor everywhere; of a single number only those that have a meaning count."""
    at = np.unravel_index(np.argmax(np.abs(want)), want.shape)
    factor = float(got[at] / want[at]) if want[at] else 0.0
    if not 1e-9 < abs(factor) < 1e9 or not same(got, factor * want):
        return None
    times, meaning, hint = _meaning(abs(factor), sizes(inputs))
    if want.ndim == 0 and (not times or abs(factor - 1) <= SAME):
        return None
    hint = "This looks as if a sign were reversed." if times == "1" else hint
    times = ("-" if factor < 0 else "") + (times or f"{abs(factor):.{4 if abs(abs(factor) - 1) > 0.01 else 8}g}")
    everywhere = " everywhere" if want.ndim else ""
    return _fact("constant-factor", f"{name} is {times} times the right value{everywhere}{meaning}.", hint)


def _meaning(factor: float, known: Mapping[str, int]) -> tuple[str, str, str]:
    """A factor as people write it, what it is the size of, and what it looks like; empty if it is no such number."""
    forms = {
        1: ("{}", "that is", "a division by it were missing"),
        -1: ("1/{}", "there it is divided by", "it were divided by once too often"),
        -2: ("1/{}**2", "there it is divided twice by", "it were divided by twice too often"),
    }
    simple = {1.0: "1", 2.0: "2", 0.5: "1/2"}
    for power, (shown, words, looks) in forms.items():
        # A size of 2 would explain too much.
        hits = [text for text, n in known.items() if n > 2 and abs(factor / float(n) ** power - 1) <= SAME]
        if hits:
            return shown.format(known[hits[0]]), f"; {words} {' or '.join(hits)}", f"This looks as if {looks}."
    return next((text for value, text in simple.items() if abs(factor / value - 1) <= SAME), ""), "", ""


def _input(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    found = [key for key, value in inputs.items() if telling(value) and same(got, value)]
    return _fact("is-input", f"{name} equals the input {found[0]}, unchanged.") if len(found) == 1 else None


def _input_added(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The right values plus or minus an input, which may be one number for each column or channel."""
    found = []
    for key, value in inputs.items():
        aligned = value.reshape(-1, 1, 1) if value.ndim == 1 and want.ndim == IMAGES else value
        fits = aligned.shape == want.shape or (value.ndim == 1 and aligned.shape[0] == want.shape[-aligned.ndim])
        if fits and telling(value):
            found += [(sign, key) for sign in (1, -1) if same(got, want + sign * aligned)]
    if len(found) != 1:
        return None
    ((sign, key),) = found
    kind, looks = ("plus", "were added once too often") if sign > 0 else ("minus", "were left out")
    return _fact("input-added", f"{name} is the right value {kind} {key}.", f"This looks as if {key} {looks}.")


def _signs(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    if not telling(np.abs(want)) or not same(np.abs(got), np.abs(want)):
        return None
    wrong = int(np.count_nonzero(rel_errors(got, want) > SAME))
    return _fact("some-signs", f"{name} is right but for the sign, which is wrong at {wrong} of {got.size} places.")


def _axes(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The right values transposed, turned, mirrored or shifted, if just one of these gives the array."""
    found = [(code, words) for code, words, array in rearranged(want) if same(got, array)]
    return _fact(found[0][0], f"{name} is the right array {found[0][1]}.") if len(found) == 1 else None


def rearranged(want: Array) -> Iterator[tuple[str, str, Array]]:
    """The array flipped, shifted, turned and with its axes mixed up: a code, words and the array of each."""
    long = [axis for axis, size in enumerate(want.shape) if size > 1]
    for axis in long:
        yield "flipped", f"flipped along its axis {axis} (counted from 0)", np.flip(want, axis)
        for step in (1, -1) if want.shape[axis] > 2 else ():
            words = f"shifted by {step:+d} in a circle along its axis {axis} (counted from 0)"
            yield "shifted", words, np.roll(want, step, axis)
    if want.ndim >= 2 and {want.ndim - 1, want.ndim - 2} <= set(long):
        yield "rotated", "rotated by 180 degrees in its last two axes", np.flip(want, (-2, -1))
    for order in orders(want):
        turned = want.transpose(order)
        if turned.shape == want.shape:
            yield "transposed", _turned(order), turned
        else:
            words = f"with its axes mixed up: in the order {order}, and then reshaped"
            yield "axes-mixed-up", words, turned.reshape(want.shape)


def orders(array: Array) -> Iterator[tuple[int, ...]]:
    """Every other order of the axes; those of size 1 stay, as moving them changes nothing."""
    for order in permutations(range(array.ndim)) if array.ndim <= IMAGES else ():
        moved = [axis for axis in order if order[axis] != axis]
        if moved and all(array.shape[axis] > 1 for axis in moved):
            yield order


def _turned(order: tuple[int, ...]) -> str:
    return "transposed" if len(order) == 2 else f"with its axes in the order {order}"


def _other_shape(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The right values in a wrong shape: transposed, or only reshaped."""
    if got.size != want.size or not telling(want):
        return None
    if same(got.ravel(), want.ravel()):
        return _fact("other-shape", f"{name} has the right values in the right order; only its shape is wrong.")
    found = [order for order in orders(want) if same(got, want.transpose(order))]
    return _fact("transposed", f"{name} is the right array {_turned(found[0])}.") if len(found) == 1 else None


def _offset(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    """The same difference everywhere, or for each index of one axis; how large it is would tell the values."""
    if got.size > FEW and _constant(got - want, want, ()):
        return _fact("constant-offset", f"{name} differs from the right value by the same amount everywhere.")
    axes = [
        axis
        for axis, size in enumerate(want.shape)
        if 1 < size <= want.size - FEW and want.size >= 2 * size and _constant(got - want, want, (axis,))
    ]
    if len(axes) != 1:
        return None
    each = side(axes[0], want, inputs)
    return _fact("offset-by-axis", f"{name} differs from the right value by one amount for each {each}.")


def _constant(difference: Array, want: Array, kept: tuple[int, ...]) -> bool:
    others = tuple(axis for axis in range(difference.ndim) if axis not in kept)
    spread, largest = np.ptp(difference, axis=others), float(np.max(np.abs(difference)))
    return bool(np.max(spread) <= SAME * largest and largest > SAME * np.max(np.abs(want)))


def _cumulative(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    axes = [axis for axis, size in enumerate(want.shape) if size > 2 and same(got, np.cumsum(want, axis))]
    sentence = f"{name} is the running sum of the right values along an axis: each adds to the one before it."
    return _fact("running-sum", sentence) if len(axes) == 1 else None


def _order(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    if want.size < 2 * FEW or not same(np.sort(got, None), np.sort(want, None)):
        return None
    return _fact("other-order", f"{name} has the right values in a wrong order.")


def _precision(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    error = float(rel_errors(got, want).max())
    if 1e-9 < error < 1e-5 and np.array_equal(got, got.astype(np.float32)):
        sentence = f"{name} is right to the precision of float32 (error {error:.0e}), and its values are float32."
        return _fact("float32", sentence, "This looks as if numbers were converted to float32.")
    if 1e-9 < error < SMALL * _change(want, inputs) and want.size > FEW:
        sentence = f"{name} is nearly right: its relative error is at most {error:.0e} everywhere."
        return _fact("nearly-right", sentence, "This looks like a small constant such as eps, or like rounding.")
    return None


def _change(want: Array, inputs: Inputs) -> float:
    """How far the right values are from the nearest input, at most 1: a small step may be all that they differ by."""
    alike = [value for value in inputs.values() if value.shape == want.shape]
    return min([1.0, *(float(np.max(rel_errors(value, want), initial=0.0)) for value in alike)])


def _places(name: str, got: Array, want: Array, inputs: Inputs) -> Diagnosis | None:
    place = _only(rel_errors(got, want) > SAME, want, inputs)
    return _fact("wrong-in-places", f"{name} is wrong only{place}; the rest is right.") if place else None


def _only(wrong: Array, want: Array, inputs: Inputs) -> str:
    """The smallest regular region that holds all that is wrong, in words that begin with a space; "" if there is none.

    A region counts if most of it is wrong, and what is right outside it is enough to show a pattern.
    """
    best, words = float(want.size), ""
    for where, region in regions(wrong, inputs):
        inside = np.broadcast_to(region, want.shape)
        size = np.count_nonzero(inside)
        mostly = 2 * np.count_nonzero(wrong) > np.count_nonzero(inside & (want != 0))
        if size < best and mostly and telling(want[~inside]):
            best, words = float(size), f" {where}"
    return words
