"""What a benchmark says: a figure of several rounds, beside the bar that it belongs to."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import Any

# What the project promises, as ratios within one run.
BARS = {
    1: "conv forward, float64: at most 1.0 of torch at every size, at most 0.5 at 32 channels",
    2: "conv backward, float64: at most 1.0 of torch",
    3: "large conv, stride 1: at least 50 % of dgemm",
    4: "grading sizes: the same bits on 1 and 2 threads, and compiled for generic and Haswell processors",
    5: "self-check with recorded answers: at most 1.5 times `python -c 'import numpy'`",
    6: "warm Numba: at most 1/10 of cold, and nothing compiled on a read-only cache",
    7: "30 trivial cells: at most 0.06 of nbclient's CPU",
    8: "a full submission: at most 1.2 times the student's own CPU",
    9: "functions only: at most 1/40 of nbclient's CPU",
    10: "cell outputs equal to nbclient's on a corpus of cell kinds",
    11: "gradient check of conv by three directions: at most 1/20 of every coordinate",
    12: "level `namespaces`: at most 1.2 times `lockdown`, in wall and CPU",
    13: "functions only: two jobs at least 1.8 times as fast as one",
    14: "spatial batch norm: at most 1.0 of torch",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How much to measure: ``sizes`` are the numbers of submissions of the scaling topic."""

    quick: bool = False
    rounds: int = 5
    sizes: tuple[int, ...] = (10, 100, 500)
    isolation: str = "lockdown"  # of what is measured now


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured in several rounds; without values it was not measured, and ``note`` says why.

    It meets its ``limit`` if the median is at most that, or at least that with ``at_least``.
    """

    what: str
    values: tuple[float, ...]
    unit: str = ""
    bar: int | None = None
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def low(self) -> float:
        """The smallest value; like ``median`` and ``high`` not to be asked of a figure without values."""
        return min(self.values)

    @property
    def median(self) -> float:
        """The median of all rounds."""
        return statistics.median(self.values)

    @property
    def high(self) -> float:
        """The largest value."""
        return max(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the limit; None without a limit or without values."""
        if self.limit is None or not self.values:
            return None
        return self.median >= self.limit if self.at_least else self.median <= self.limit

    @property
    def verdict(self) -> str:
        """``met`` as a word."""
        if not self.values:
            return "not measured"
        return {None: "", True: "met", False: "missed"}[self.met]

    def as_dict(self) -> dict[str, Any]:
        """The figure and what follows from it, for JSON."""
        told = {"low": self.low, "median": self.median, "high": self.high} if self.values else {}
        return asdict(self) | told | {"met": self.met}


def from_dict(data: dict[str, Any]) -> Figure:
    """The figure that ``as_dict`` told."""
    fields = {name: data[name] for name in Figure.__slots__}
    return Figure(**fields | {"values": tuple(fields["values"])})


def short(value: float) -> str:
    """A number with three significant digits and without an exponent where one can read it."""
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.2e}"
    digits = 3 - len(str(int(abs(value)))) if abs(value) >= 1 else 3
    return f"{value:.{max(digits, 0)}f}" if abs(value) >= 0.1 else f"{value:.3g}"
