"""Figures that the grader measures itself on arrays that came back; students' own figures are not believed.

In a self-check, where no solution is, the student's own function stands in for a measure that would solve an exercise.
"""

from __future__ import annotations

from functools import partial
from math import erf, isnan, sqrt

import numpy as np

from grader.course.reference import measure_of
from grader.expectations import GATE, Array, Arrays, NotAnArray, Values, Verdict, gate, plain, shapes
from grader.records import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of the returned arrays, measured by the reference, is below ``limit``.

    ``measure`` names a function (arrays, inputs) of ``solutions/measures.py``, as it solves an exercise. Where there is
    none, and in public runs, the figure is that of the array ``own``, which the scenario has from the student's
    function ``by``: self-checks believe students.
    """

    name: str
    limit: float
    what: str
    arrays: tuple[str, ...]
    measure: str
    own: str
    by: str

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict:
        """Gate every array that is measured, then measure."""
        for name in self.arrays:
            refusal = gate(name, got, want[name])
            if refusal:
                return Verdict(False, None, refusal, partial(shapes, name, got, want[name]), GATE)
        measure = None if public else measure_of(self.measure)
        if measure is None:
            return self._by_their_own(got)
        values = {name: plain(got[name]) for name in self.arrays}
        with np.errstate(all="ignore"):  # wild weights overflow: the measured figure is then inf or NaN, and fails
            measured = float(measure(values, inputs))
        return self._verdict(measured, "")

    def _by_their_own(self, got: Values) -> Verdict:
        figure = own_figure(got, self.own)
        if figure is None:
            return Verdict(False, None, f"The {self.what} is not known: {self.by} gave no number for it.", rule=GATE)
        return self._verdict(figure, f" (by {self.by})")

    def _verdict(self, measured: float, by: str) -> Verdict:
        if measured < self.limit:
            return Verdict(True, measured, f"{self.what} {measured:.4g}, below {self.limit:g}{by}")
        return Verdict(False, measured, f"The {self.what} is {measured:.4g}{by}; it must be below {self.limit:g}.")


def own_figure(got: Values, name: str) -> float | None:
    """The number that a student's own function gave; None if it gave none."""
    value = got.get(name)
    if value is None or isinstance(value, NotAnArray) or value.size != 1 or value.dtype.kind not in "iuf":
        return None
    figure = float(plain(value).reshape(()))
    return None if isnan(figure) else figure


def normal_distance(sample: Array, std: float) -> float:
    """Kolmogorov-Smirnov statistic of n values against the normal distribution of mean 0 and the given std.

    It is sqrt(n) times the largest gap between the two distribution functions, and exceeds t with a probability of
    at most 2 exp(-2 t**2) if the values are right (Massart 1990), whatever n is.
    """
    values = np.sort(sample, axis=None) / (std * sqrt(2))
    expected = np.array([0.5 * (1 + erf(value)) for value in values])
    steps = np.arange(values.size + 1) / values.size
    gap = np.max(np.maximum(steps[1:] - expected, expected - steps[:-1]))
    return float(sqrt(values.size) * gap)
