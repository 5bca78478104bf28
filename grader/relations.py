"""What a wrong array is of the right one in every case: a cause that nobody has to declare. All functions are pure.

Where grader.evidence tells what shows in one case, a relation holds in all of them, also in those that came back right,
whose sizes and numbers differ: "dw is divided by the number of samples" is then certain. Each relation says what it
makes of a right array, so that it is compared like a known mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations

import numpy as np

from grader.evidence import SAME, same, telling
from grader.expectations import Array, NotAnArray, plain, rel_errors
from grader.model import Diagnosis
from grader.records import dataclass
from grader.regions import FEW, IMAGES, Inputs, sizes
from grader.related import Key, Relation, other_shapes, places, spread, turned

PREFIX = "measured-"  # the codes begin with it
LEAST = 2  # cases in which it has to show
VARIED = 3  # different sizes of which a plain number has to be independent


@dataclass(frozen=True, slots=True)
class Case:
    """One case: the array that came back, which may be none, the right one, and the inputs."""

    got: Array | NotAnArray | None
    want: Array
    inputs: Inputs

    @property
    def sizes(self) -> tuple[int, ...]:
        """Those of the inputs."""
        return tuple(size for value in self.inputs.values() for size in value.shape)

    @property
    def one_sample(self) -> bool:
        """Whether there is a single sample."""
        return sizes(self.inputs).get("the number of samples") == 1


@np.errstate(all="ignore")  # wild values overflow, and then agree with nothing
def relation(name: str, cases: Sequence[Case]) -> Diagnosis | None:
    """The one relation that holds in all cases and shows in some, as a certain cause; None if there is none or two."""
    if not cases or any(case.want.dtype.kind not in "biuf" for case in cases):
        return None
    if all(isinstance(case.got, NotAnArray) and case.got.kind == "None" for case in cases):
        return _told(name, _ABSENT)
    if not all(isinstance(case.got, np.ndarray) and case.got.dtype.kind in "biuf" for case in cases):
        return None
    if sum(_shows(case) for case in cases) < LEAST:
        return None
    held: dict[Key, Relation] | None = None
    for case in sorted(cases, key=lambda one: -one.want.size):
        found = {item.key: item for item in _holding(case)}
        if held is not None and case.one_sample and not _shows(case):
            continue  # there is nothing to sum: a relation of shapes does not show
        held = found if held is None else {key: item for key, item in held.items() if key in found}
    if held and len({case.want.shape for case in cases}) < VARIED and len({case.sizes for case in cases}) < VARIED:
        held = {key: item for key, item in held.items() if item.code not in FITTED}
    if not held:
        return None
    return _told(name, next(iter(held.values()))) if len(held) == 1 else _either(name, list(held.values()))


_ABSENT = Relation(
    "absent",
    "{name} does not come back: it is missing, or None stands in its place.",
    "Is it computed, and is it among what the function returns?",
    np.empty(0),
)


def _told(name: str, item: Relation) -> Diagnosis:
    return Diagnosis(f"{PREFIX}{name}-{item.code}", item.sentence.format(name=name), True, item.hint)


FITTED = ("times-number", "plus-number", "cut-above", "cut-below")  # others go before these
PLAIN = ("zero", "one-number")  # these go before others


def _either(name: str, held: Sequence[Relation]) -> Diagnosis | None:
    """Relations that no case tells apart: the plainest, if it says enough."""
    known = [item for item in held if item.code not in FITTED]
    return _told(name, known[0]) if len(known) == 1 or (known and known[0].code in PLAIN) else None


def _shows(case: Case) -> bool:
    """Whether the array is a wrong one of which something can be told."""
    tells = case.want.size < FEW or telling(plain(case.want))
    return tells and isinstance(case.got, np.ndarray) and not same(plain(case.got), plain(case.want))


def _holding(case: Case) -> Iterator[Relation]:
    """The relations that give the array of a case."""
    assert isinstance(case.got, np.ndarray)
    got, want = plain(case.got), plain(case.want)
    inputs = {key: plain(value) for key, value in case.inputs.items() if value.dtype.kind in "biuf"}
    if not (np.isfinite(got).all() and np.isfinite(want).all()):
        return
    for item in relations(want, inputs, case.got):
        if np.isfinite(item.made).all() and _nearer(got, item.made, want):
            yield item


def _nearer(got: Array, made: Array, want: Array) -> bool:
    """Whether an array is the one made, and if it is not the right one, then clearly so."""
    if not same(got, made):
        return False
    return got.shape != want.shape or same(got, want) or 10 * _error(got, made) <= _error(got, want)


def _error(x: Array, y: Array) -> float:
    return float(np.max(rel_errors(x, y), initial=0.0))


def relations(want: Array, inputs: Inputs, got: Array) -> Iterator[Relation]:
    """Every relation that may hold of the array ``got``, the plainest first."""
    if got.shape != want.shape:
        return other_shapes(want, inputs, got)
    kinds: list[Iterator[Relation]] = [_zero(want), _factors(want, inputs, got), _maps(want), _numbers(want, got)]
    kinds += [_inputs(want, inputs), _ones(want, inputs), _fitted(want, plain(got))]
    if want.ndim:
        kinds += [places(want, inputs), spread(want, inputs), turned(want)]
    return chain.from_iterable(kinds)


def _zero(want: Array) -> Iterator[Relation]:
    yield Relation("zero", "{name} is zero everywhere.", "What becomes of what is computed for it?", 0 * want)


def _factors(want: Array, inputs: Inputs, got: Array) -> Iterator[Relation]:
    """The right array times or over a size, an argument, or a plain number."""
    for words, value in quantities(want, inputs).items():
        for (code, verb), array in ((("times", "multiplied"), want * value), (("over", "divided"), want / value)):
            sentence = f"{{name}} is {verb} by {words}, and should not be."
            hint = "Where does that number enter? Is it there already, or does it belong there at all?"
            yield Relation(f"{code}-{'-'.join(words.split()[-2:])}", sentence, hint, array)
    for number, words in ((-1.0, "the wrong sign"), (2.0, "twice its right value"), (0.5, "half of its right value")):
        yield Relation(
            f"times-{number:g}", f"{{name}} has {words} everywhere.", "What makes that factor?", number * want
        )


def quantities(want: Array, inputs: Inputs) -> dict[str, float]:
    """What an array may have been multiplied with or divided by, in words: sizes, and arguments that are numbers."""
    found: dict[str, float] = {words: float(size) for words, size in sizes(inputs).items()}
    batch = next((inputs[key] for key in ("x", "X", "dout") if key in inputs and inputs[key].ndim > 1), None)
    if batch is not None:
        found["the number of values of a sample"] = float(batch[0].size)
    if batch is not None and batch.ndim == IMAGES:
        found |= {"the number of channels": float(batch.shape[1]), "N * C": float(batch.shape[0] * batch.shape[1])}
    if "dout" in inputs and inputs["dout"].ndim > 1:
        found["the number of values of dout"] = float(inputs["dout"].size)
    if want.ndim:
        found["the number of its values"] = float(want.size)
    plain_numbers = {key: float(value) for key, value in inputs.items() if value.ndim == 0 and key != "seed"}
    found |= plain_numbers
    found |= {f"1 - {key}": 1 - value for key, value in plain_numbers.items() if 0 < value < 1}
    found |= {f"{one} * {two}": found[one] * found[two] for one, two in combinations(plain_numbers, 2)}
    return found


def _maps(want: Array) -> Iterator[Relation]:
    """The right array through a function of each value."""
    functions: tuple[tuple[str, str, Callable[[Array], Array]], ...] = (
        ("relu", "{name} has gone through a ReLU: what should be negative is 0.", lambda a: np.maximum(a, 0)),
        ("negative-part", "{name} has lost its positive values: they are 0.", lambda a: np.minimum(a, 0)),
        ("absolute", "{name} holds the absolute values of what it should hold.", np.abs),
        ("squared", "{name} is squared.", np.square),
        ("root", "{name} is the square root of what it should be.", np.sqrt),
        ("signs", "{name} holds the signs of what it should hold: 1, 0 and -1.", np.sign),
        ("exp", "{name} is exp of what it should be.", np.exp),
        ("log", "{name} is the logarithm of what it should be.", np.log),
        ("reciprocal", "{name} is 1 divided by what it should be.", lambda a: 1 / a),
    )
    for code, sentence, function in functions:
        yield Relation(code, sentence, "Which step makes that of the right values?", function(want))


def _fitted(want: Array, got: Array) -> Iterator[Relation]:
    """Cut off at one number, or with one number added or multiplied, which is the same in all cases."""
    hint = "Which number in the function is that?"
    for code, words, number, function in (
        ("cut-above", "cut off above", np.max(got, initial=-np.inf), np.minimum),
        ("cut-below", "cut off below", np.min(got, initial=np.inf), np.maximum),
    ):
        yield Relation(code, f"{{name}} is {words} {number:.6g}.", hint, function(want, number))
    at = np.unravel_index(np.argmax(np.abs(want)), want.shape) if want.size else ()
    factor, added = (got[at] / want[at], (got - want)[at]) if want.size else (0.0, 0.0)
    for code, words, number, made in (
        ("times-number", "{name} is {number} times its right value, whatever the inputs are.", factor, factor * want),
        ("plus-number", "{name} has {number} added to its right value, whatever the inputs are.", added, want + added),
    ):
        short = f"{number:.3g}"
        if abs(number - float(short)) <= SAME * abs(number):  # as people write numbers; others come about somehow
            yield Relation(code, words.replace("{number}", short), hint, made)


def _numbers(want: Array, got: Array) -> Iterator[Relation]:
    """Whole numbers, or floats of few digits."""
    if got.dtype.kind in "biu":
        sentence = "{name} is an array of whole numbers: what comes after the point is cut off."
        yield Relation(
            "whole", sentence, "Of which type is the array that the values are written into?", np.trunc(want)
        )
    for digits in range(2, 7):
        sentence = f"{{name}} is rounded to {digits} digits after the point."
        yield Relation("rounded", sentence, "Where are the numbers rounded?", np.round(want, digits))


def _aligned(value: Array, want: Array) -> Array | None:
    """An input as it stands beside the array: of its shape, or one number for each column or channel."""
    if value.shape == want.shape:
        return value
    if value.ndim == 1 and want.ndim == IMAGES and value.size == want.shape[1]:
        return value.reshape(-1, 1, 1)
    if value.ndim == 1 and want.ndim == 2 and value.size == want.shape[-1]:
        return value
    if value.ndim == want.ndim and all(one in (1, other) for one, other in zip(value.shape, want.shape, strict=True)):
        return value
    return None


def _inputs(want: Array, inputs: Inputs) -> Iterator[Relation]:
    """An input instead of the right values, or one that is added, subtracted, multiplied or divided by."""
    for key, value in inputs.items():
        beside = _aligned(value, want) if value.ndim else None
        if beside is None:
            continue
        whole = np.broadcast_to(beside, want.shape)
        hint = f"Follow {key} through the function: where does it enter?"
        for code, words, made in (
            ("is", f"is {key} as it is given", whole),
            ("plus", f"has {key} added once too often", want + whole),
            ("minus", f"lacks {key}, which is not added", want - whole),
            ("minus-twice", f"has {key} subtracted where it should be added", want - 2 * whole),
            ("times", f"is multiplied by {key} once too often", want * whole),
            ("over", f"is divided by {key}, or lacks it as a factor", want / whole),
            ("of-sign", f"is right but for its sign, which is that of {key}", np.abs(want) * np.sign(whole)),
        ):
            yield Relation(f"{code}-{key}", f"{{name}} {words}.", hint, made)


def _ones(want: Array, inputs: Inputs) -> Iterator[Relation]:
    """One and the same number everywhere, which no input enters."""
    for words, value in (("1", 1.0), *sizes(inputs).items()):
        sentence = f"{{name}} is {words} everywhere: no array enters it."
        yield Relation(
            "one-number", sentence, "Which arrays should it be computed from?", np.full(want.shape, float(value))
        )
