"""What a check expects of the arrays that its scenario returns. All functions here are pure.

Every expectation passes the gate first (present, a plain array, shape, dtype, finite), each with a sentence;
only then are numbers compared. A NaN never passes: comparisons are written so that it fails them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

import numpy as np

from grader.arrays import Array as Array
from grader.arrays import NotAnArray as NotAnArray
from grader.arrays import plain as plain
from grader.model import Curve, Evidence, Note
from grader.records import dataclass
from grader.showing import place, where
from grader.showing import shapes as shapes

# The rules by which a verdict is come to.
LIMIT = "limit"  # the measured value is compared with the limit
FLOAT32 = "float32"  # it is over the limit, and as precise as float32 is
OWN = "own"  # it is not as the reference has it, and right for what the student's other functions give
GATE = "gate"  # nothing was measured: no array, a wrong shape or dtype, or a value that is not finite
FLOAT32_SUMS = 1e-6  # relative to the largest entry: what sums of float32 are precise to
FLOAT32_ON_THE_WAY = 2e-7  # the same of a mean of many such sums, as a loss is
Values = Mapping[str, Array | NotAnArray]
Arrays = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one expectation says about one case; ``rule`` and ``convention`` are as in ``JudgedArray``.

    ``evidence`` is asked for what a report shows of it: most verdicts are on what a mistake would give, for no report.
    """

    ok: bool
    measured: float | None
    message: str
    evidence: Callable[[], Evidence | None] | None = None
    rule: str = LIMIT
    convention: str = ""


class Expectation(Protocol):
    """Judges, or only remarks on, one returned array."""

    @property
    def name(self) -> str:
        """The array that it is about."""

    @property
    def limit(self) -> float:
        """The largest ``measured`` that passes."""

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict | Note | Curve | None:
        """A Verdict counts for marks, a Note or a Curve never does, None says nothing."""


def gate(name: str, got: Values, want: Array, shape_hint: str = "") -> str | None:
    """Say in one sentence what disqualifies the array before any number is compared, or None."""
    value = got.get(name)
    if value is None or isinstance(value, NotAnArray):
        kind = "missing" if value is None else value.kind.replace("None", "missing or None")  # of a key, get gives None
        return f"{name} is {kind}; expected a NumPy array of shape {want.shape}."
    if value.shape != want.shape:
        sentence = f"{name} has shape {value.shape}; expected {want.shape}."
        return f"{sentence} {shape_hint}" if shape_hint else sentence
    if value.dtype.kind not in {"f": "f", "i": "iuf", "b": "b"}.get(want.dtype.kind, want.dtype.kind):
        return f"{name} has dtype {value.dtype}; expected {want.dtype}."
    bad = int(np.size(value) - np.count_nonzero(np.isfinite(plain(value))))
    if bad:
        where = f" in {want.dtype}" if value.dtype.itemsize > want.dtype.itemsize else ""
        return f"{name} has {bad} of {value.size} values that are NaN or infinite{where}."
    return None


def rel_errors(x: Array, y: Array, floor: float = 0.0) -> Array:
    """The course's relative error of each entry, |x - y| / max(1e-8, |x| + |y|).

    Differences below 1e-13 of the largest entry of y count as zero: another order of summation makes them. So do
    differences below ``floor``, for what is zero but for rounding.
    """
    difference = np.abs(x - y)
    floor = max(floor, 1e-13 * float(np.abs(y).max(initial=0.0)))
    if difference.max(initial=0.0) <= floor:  # as in most of what is right
        return np.zeros(difference.shape)
    difference = np.where(difference <= floor, 0.0, difference)
    return np.asarray(difference / np.maximum(1e-8, np.abs(x) + np.abs(y)))


@dataclass(frozen=True, slots=True)
class Matches:
    """The largest relative error over all entries is at most ``limit``; absolute ones below ``floor`` are none.

    An array of float32 may be as imprecise as that type is: that is a choice, and no mistake in the formula. So may,
    with ``single``, what comes out of a whole network, some layer of which computes in float32.
    """

    name: str
    limit: float
    shape_hint: str = ""
    floor: float = 0.0
    single: bool = False

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict:
        """Compare entry by entry."""
        refusal = gate(self.name, got, want[self.name], self.shape_hint)
        if refusal:
            return _refused(refusal, self.name, got, want[self.name])
        value, right = plain(got[self.name]), plain(want[self.name])
        errors = rel_errors(value, right, self.floor)
        measured = float(np.max(errors, initial=0.0))
        if measured <= self.limit:
            return Verdict(True, measured, f"relative error {measured:.1e}")
        single = _single(got[self.name])
        if (single or self.single) and _as_precise_as_float32(value, right, single=single):
            said = f"relative error {measured:.1e}, which is as precise as float32 is"
            return Verdict(True, measured, said, rule=FLOAT32)
        sentence = f"{self.name} has relative error {measured:.1e}{place(errors)}; limit {self.limit:.0e}."
        if single and measured < 1e-3:
            sentence += " It is float32, which is precise to about 1e-7 only: compute in float64."
        return Verdict(False, measured, sentence, partial(where, self.name, got, want[self.name], errors, public))


@dataclass(frozen=True, slots=True)
class Within:
    """The absolute difference, its largest or (``total``) its sum over all entries, is at most ``limit``.

    What is float32, or with ``single`` may have been on the way, may be as imprecise as that type is.
    """

    name: str
    limit: float
    total: bool = False
    shape_hint: str = ""
    single: bool = False

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict:
        """Compare entry by entry."""
        refusal = gate(self.name, got, want[self.name], self.shape_hint)
        if refusal:
            return _refused(refusal, self.name, got, want[self.name])
        value, right = plain(got[self.name]), plain(want[self.name])
        differences = np.abs(value - right)
        measured = float(np.sum(differences) if self.total else np.max(differences, initial=0.0))
        unit = "sum of absolute differences" if self.total else "absolute difference"
        if measured <= self.limit:
            return Verdict(True, measured, f"{unit} {measured:.1e}")
        single = _single(got[self.name])
        if self.limit and (self.single or single) and _as_precise_as_float32(value, right, single=single):
            said = f"{unit} {measured:.1e}, which is as precise as float32 is"
            return Verdict(True, measured, said, rule=FLOAT32)
        sentence = f"{self.name} is off: {unit} {measured:.1e}{place(differences)}; limit {self.limit:.0e}."
        return Verdict(False, measured, sentence, partial(where, self.name, got, want[self.name], differences, public))


@dataclass(frozen=True, slots=True)
class Labels:
    """Every class label is the expected one; ``measured`` counts those that differ."""

    name: str
    limit: float = 0.0

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict:
        """Compare entry by entry; labels stored as floats are fine."""
        refusal = gate(self.name, got, want[self.name])
        if refusal:
            return _refused(refusal, self.name, got, want[self.name])
        wrong = plain(got[self.name]) != plain(want[self.name])
        count = int(np.count_nonzero(wrong))
        if not count:
            return Verdict(True, 0.0, f"all {wrong.size} labels are right")
        sentence = f"{self.name} differs in {count} of {wrong.size} labels."
        return Verdict(False, count, sentence, partial(where, self.name, got, want[self.name], wrong * 1.0, public))


@dataclass(frozen=True, slots=True)
class Below:
    """A figure that the grader itself measures on the returned arrays is below ``limit``.

    ``measure(got, inputs)`` runs in the grading process, on plain arrays that passed the gate.
    """

    name: str
    limit: float
    what: str
    arrays: tuple[str, ...]
    measure: Callable[[Arrays, Arrays], float]

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict:
        """Gate every array that the measurement reads, then measure."""
        for name in self.arrays:
            refusal = gate(name, got, want[name])
            if refusal:
                return _refused(refusal, name, got, want[name])
        values = {name: plain(got[name]) for name in self.arrays}
        with np.errstate(all="ignore"):  # wild weights overflow: the measured figure is then inf or NaN, and fails
            measured = float(self.measure(values, inputs))
        if measured < self.limit:
            return Verdict(True, measured, f"{self.what} {measured:.4g}, below {self.limit:g}")
        return Verdict(False, measured, f"The {self.what} is {measured:.4g}; it must be below {self.limit:g}.")


@dataclass(frozen=True, slots=True)
class ShowCurve:
    """Shows a returned history beside the reference's; never a mark."""

    name: str
    limit: float

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Curve | None:
        """Nothing is shown unless it is a vector of numbers."""
        value = got.get(self.name)
        if not isinstance(value, np.ndarray) or value.ndim != 1 or value.dtype.kind not in "iuf":
            return None
        points = tuple(float(x) for x in plain(value[:500]))
        return Curve(self.name, points, tuple(float(x) for x in want[self.name][:500]), self.limit)


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """An expectation that holds for the cases whose inputs satisfy a condition."""

    condition: Callable[[Arrays], bool]
    expectation: Expectation

    @property
    def name(self) -> str:
        """The array that it is about."""
        return self.expectation.name

    @property
    def limit(self) -> float:
        """The largest ``measured`` that passes."""
        return self.expectation.limit

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict | Note | Curve | None:
        """Nothing is said of other cases."""
        return self.expectation.judge(got, want, inputs, public) if self.condition(inputs) else None


@dataclass(frozen=True, slots=True)
class NoteAbout:
    """Says something about a returned array, without marks: ``say(got, inputs)`` gives a Note or None."""

    name: str
    say: Callable[[Array, Arrays], Note | None]
    limit: float = 0.0

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Note | None:
        """An array that would not pass the gate is not remarked on."""
        return None if gate(self.name, got, want[self.name]) else self.say(plain(got[self.name]), inputs)


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Also takes what is right for what the student's other functions give, such as steps along gradients of their own.

    ``measure(got, inputs)`` says on plain arrays how far it is from that; below ``most`` it passes, by the rule "own".
    ``arrays`` are those that it reads besides ``name``; where one is missing or not finite, only the reference counts.
    """

    expectation: Expectation
    arrays: tuple[str, ...]
    measure: Callable[[Arrays, Arrays], float]
    most: float
    said: str

    @property
    def name(self) -> str:
        """The array that it is about."""
        return self.expectation.name

    @property
    def limit(self) -> float:
        """The largest ``measured`` that passes, of the expectation."""
        return self.expectation.limit

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict | Note | Curve | None:
        """Judge by the reference, then by the student's own."""
        said = self.expectation.judge(got, want, inputs, public)
        if not isinstance(said, Verdict) or said.ok or any(gate(name, got, want[name]) for name in self.arrays):
            return said
        with np.errstate(all="ignore"):
            off = float(self.measure({name: plain(got[name]) for name in self.arrays}, inputs))
        return Verdict(True, said.measured, self.said, rule=OWN) if off < self.most else said


UNMARKED = (ShowCurve, NoteAbout)  # they say something without judging


def matches(name: str, rel: float = 1e-8, shape_hint: str = "", floor: float = 0.0, *, single: bool = False) -> Matches:
    """Expect the reference's array, to a relative error of ``rel``; the hint follows a wrong shape.

    Absolute differences below ``floor`` count as zero; ``single`` is for what may have been float32 on the way.
    """
    return Matches(name, rel, shape_hint, floor, single)


def unchanged(returned: str, argument: str) -> NoteAbout:
    """NoteAbout, without marks, on an argument that was changed in place."""

    def say(value: Array, inputs: Arrays) -> Note | None:
        if np.array_equal(value, inputs[argument]):
            return None
        return Note(
            "changes-input",
            f"The function changes its argument {argument} in place; callers may not expect it.",
        )

    return NoteAbout(returned, say)


def _refused(sentence: str, name: str, got: Values, want: Array) -> Verdict:
    return Verdict(False, None, sentence, partial(shapes, name, got, want), GATE)


def _single(value: Array | NotAnArray) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.float32


def _as_precise_as_float32(value: Array, right: Array, *, single: bool) -> bool:
    """Whether the error is that of sums in single precision: it goes with the largest entry, not with each.

    Of a loss that is float64, and was float32 on the way at most, less is taken: log(p + 1e-7) is as far off.
    """
    most = FLOAT32_SUMS if single or right.ndim else FLOAT32_ON_THE_WAY
    return bool(np.max(np.abs(value - right), initial=0.0) <= most * np.max(np.abs(right), initial=0.0))
