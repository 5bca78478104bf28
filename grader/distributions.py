"""How far a random sample is from the distribution it should have, and how far chance alone takes it.

Each bound holds for every distribution of its kind and every sample size, without approximation, so the risk
that right code fails is known: at most ``risk`` a measured figure. Limits are rounded up to thousandths.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.expectations import Array

RISK = 1e-11  # a check measures far fewer than 100 figures: right code fails one with less than 1e-9
Cdf = Callable[[Array], Array]


def as_float32(sample: Any) -> Any:
    """A sample in half the room, for scenarios to return: samples fill most of the recorded answers.

    What is no array of floats is left as it is, for the gate to refuse.
    """
    return sample.astype(np.float32) if isinstance(sample, np.ndarray) and sample.dtype.kind == "f" else sample


def cdf_distance(sample: Array, cdf: Cdf, below: Cdf | None = None) -> float:
    """The largest distance between the sample's distribution function and ``cdf`` (Kolmogorov-Smirnov).

    ``below`` gives P(X < t) where that is not P(X <= t), for a distribution with single values of positive
    probability.
    """
    values, counts = np.unique(sample, return_counts=True)
    upto = np.cumsum(counts) / sample.size
    before = upto - counts / sample.size
    off = np.abs([upto - cdf(values), before - (below or cdf)(values)])
    return float(np.max(off))


def cdf_limit(size: int, risk: float = RISK) -> float:
    """What cdf_distance exceeds with probability ``risk`` at most: 2 exp(-2 n d²) = risk.

    Dvoretzky, Kiefer & Wolfowitz 1956, with the constant of Massart 1990.
    """
    return _up(math.sqrt(math.log(2 / risk) / (2 * size)))


def edge_limit(size: int, risk: float = RISK) -> float:
    """How far below the end of its range the largest of ``size`` uniform numbers on [0, 1) stays, at that risk.

    All of them lie below 1 - d with probability (1 - d)^n.
    """
    return _up(1 - math.pow(risk, 1 / size))


def variance_limit(size: int, risk: float = RISK) -> float:
    """How far the mean square of ``size`` standard normal numbers is above 1, at that risk.

    Laurent & Massart 2000: P(mean - 1 >= 2 sqrt(t / n) + 2 t / n) <= exp(-t).
    """
    t = math.log(1 / risk)
    return _up(2 * math.sqrt(t / size) + 2 * t / size)


def variance_deficit(size: int, risk: float = RISK) -> float:
    """How far the mean square of ``size`` standard normal numbers is below 1, at that risk.

    Laurent & Massart 2000: P(1 - mean >= 2 sqrt(t / n)) <= exp(-t).
    """
    return _up(2 * math.sqrt(math.log(1 / risk) / size))


def share_limit(size: int, share: float, risk: float = RISK) -> float:
    """How much more often than ``share`` something of that probability happens in ``size`` draws, at that risk.

    Chernoff: P(S / n >= q) <= exp(-n (q log(q / p) + (1 - q) log((1 - q) / (1 - p)))) for q above p.
    """
    low, high = share, 1.0
    for _ in range(60):
        q = (low + high) / 2
        rest = (1 - q) * math.log((1 - q) / (1 - share)) if q < 1 else 0.0
        if size * (q * math.log(q / share) + rest) < math.log(1 / risk):
            low = q
        else:
            high = q
    return _up(high - share)


def uniform_cdf(low: float, high: float) -> Cdf:
    """The distribution function of uniform numbers on [low, high)."""
    return lambda t: np.clip((t - low) / (high - low), 0.0, 1.0)


def normal_cdf(mean: float, std: float) -> Cdf:
    """The distribution function of normal numbers."""
    return lambda t: np.array([0.5 * math.erfc((mean - v) / (std * math.sqrt(2))) for v in np.ravel(t)])


def _up(limit: float) -> float:
    return math.ceil(limit * 1000) / 1000
