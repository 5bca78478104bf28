"""What can go wrong with dx of a normalisation, term by term. A module without mistakes of its own.

dx has three terms: one comes straight from out, one through the mean, and one through the variance.
"""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from grader.expectations import Array
from solutions.mistakes.normalised_rows import (
    Change,
    Row,
    diagonal,
    direct_path,
    without_mean_path,
    without_variance_path,
)


class Slip(NamedTuple):
    """What is wrong with dx: its code, what is told, and dx of one row of numbers that are normalised together."""

    code: str
    sentence: str
    hint: str
    change: Change


def through_mean(row: Row) -> Array:
    """The second term, without its sign and s."""
    return np.full_like(row.x, row.g.mean())


def through_variance(row: Row) -> Array:
    """The third term, without its sign and s."""
    return np.asarray(row.g - row.g.mean() - row.dx / row.slope)


def weighted(direct: float, mean: float, variance: float) -> Change:
    """The three terms, each with a factor."""
    return lambda row: row.slope * (direct * row.g - mean * through_mean(row) - variance * through_variance(row))


def by_count(change: Callable[[Row, int], Array]) -> Change:
    """Something with the number of values in the row."""
    return lambda row: change(row, len(row.x))


def variance_by_powers(power: int) -> Change:
    """The way through the variance times a power of s."""
    return lambda row: row.slope * (row.g - through_mean(row)) - row.slope ** (1 - power) * through_variance(row)


def of_others(dout: Callable[[Row], Array], mean: Callable[[Row], Array], variance: Callable[[Row], Array]) -> Change:
    """The three terms, each of what stands for g in it."""

    def change(row: Row) -> Array:
        through = row.xhat * np.mean(variance(row) * row.xhat)
        return np.asarray(row.slope * (dout(row) - np.mean(mean(row)) - through))

    return change


def g(row: Row) -> Array:
    """As it should be."""
    return np.asarray(row.g)


def back(row: Row) -> Array:
    """dout alone, without gamma."""
    return np.asarray(row.dout)


def twice(row: Row) -> Array:
    """gamma twice."""
    return np.asarray(row.g * row.gamma)


def sum_left_out(row: Row) -> Array:
    """Each value's own product instead of their sum, on the way through the variance."""
    return np.asarray(row.slope * (row.g - row.g * row.xhat**2 / len(row.x)))


def less_mean(values: Array) -> Array:
    """The way through the mean, taken of all that reaches the centred values."""
    return np.asarray(values - values.mean())


WAYS = "Draw the graph of the computation: x reaches out along three ways. Which of them are in dx?"
FACTORS = "Derive the way through the variance again, one step at a time: the root, the mean, the square."
MEANS = "mean and var are means over the values: which factor does each of their gradients get?"
POWERS = "What is the derivative of 1 / sqrt(v) with respect to v?"
GAMMA = "What do the normalised values pass through on their way to out?"
CENTRED = "What is squared and averaged in the variance?"

SLIPS = (
    Slip("mean-path", "dx leaves out what flows through the mean.", WAYS, without_mean_path),
    Slip("variance-path", "dx leaves out what flows through the variance.", WAYS, without_variance_path),
    Slip(
        "statistics-constant",
        "dx takes the mean and the variance as constants, though both depend on x.",
        WAYS,
        direct_path,
    ),
    Slip("direct-path", "dx leaves out what flows straight through the normalised value.", WAYS, weighted(0, 1, 1)),
    Slip("variance-path-only", "dx holds only what flows through the variance.", WAYS, weighted(0, 0, 1)),
    Slip("mean-path-only", "dx holds only what flows through the mean.", WAYS, weighted(0, 1, 0)),
    Slip("dx-zero", "dx is zero everywhere.", WAYS, weighted(0, 0, 0)),
    Slip(
        "jacobian-diagonal",
        "dx holds the diagonal of the Jacobian only: how each value changes its own result, not the others'.",
        "A value changes the mean and the variance, and with them the results of all that are normalised with it.",
        diagonal,
    ),
    Slip("variance-doubled", "In dx, what flows through the variance is doubled.", FACTORS, weighted(1, 1, 2)),
    Slip("variance-halved", "In dx, what flows through the variance is halved.", FACTORS, weighted(1, 1, 0.5)),
    Slip("variance-sign", "In dx, what flows through the variance has the wrong sign.", FACTORS, weighted(1, 1, -1)),
    Slip("mean-sign", "In dx, what flows through the mean has the wrong sign.", MEANS, weighted(1, -1, 1)),
    Slip(
        "statistics-signs",
        "In dx, what flows through the mean and through the variance has the wrong sign.",
        FACTORS,
        weighted(1, -1, -1),
    ),
    Slip(
        "variance-summed",
        "In dx, what flows through the variance is not divided by the number of values.",
        MEANS,
        by_count(lambda row, M: weighted(1, 1, M)(row)),
    ),
    Slip(
        "mean-summed",
        "In dx, what flows through the mean is not divided by the number of values.",
        MEANS,
        by_count(lambda row, M: weighted(1, M, 1)(row)),
    ),
    Slip(
        "statistics-summed",
        "In dx, what flows through the mean and through the variance is not divided by the number of values.",
        MEANS,
        by_count(lambda row, M: weighted(1, M, M)(row)),
    ),
    Slip(
        "direct-divided",
        "In dx, what flows straight through the normalised value is divided by the number of values; only the means are.",
        "Multiply the formula out: which of its three terms has a factor of 1 / N?",
        by_count(lambda row, M: weighted(1 / M, 1, 1)(row)),
    ),
    Slip("dx-times-count", "dx is too large by the number of values.", MEANS, by_count(lambda row, M: M * row.dx)),
    Slip("dx-over-count", "dx is too small by the number of values.", MEANS, by_count(lambda row, M: row.dx / M)),
    Slip(
        "dx-count-less-1",
        "dx divides by one less than the number of values.",
        "What do mean and var divide by in the forward pass?",
        by_count(lambda row, M: row.dx * M / max(M - 1, 1)),
    ),
    Slip(
        "mean-by-std",
        "In dx, what flows through the mean is not divided by sqrt(var + eps).",
        "What is the centred value divided by?",
        lambda row: row.slope * (row.g - through_variance(row)) - through_mean(row),
    ),
    Slip(
        "direct-by-std",
        "In dx, what flows straight through the normalised value is not divided by sqrt(var + eps).",
        "What is the centred value divided by?",
        lambda row: row.g - row.slope * (through_mean(row) + through_variance(row)),
    ),
    Slip(
        "direct-and-mean-by-std",
        "In dx, only what flows through the variance is divided by sqrt(var + eps).",
        "What is the centred value divided by?",
        lambda row: row.g - through_mean(row) - row.slope * through_variance(row),
    ),
    Slip("dx-by-std", "dx is not divided by sqrt(var + eps).", "How does xhat change with x?", lambda row: row.dx / row.slope),
    Slip(
        "dx-by-variance",
        "dx is divided by var + eps; it should be divided by its square root.",
        "How does xhat change with x?",
        lambda row: row.dx * row.slope,
    ),
    Slip(
        "dx-times-std",
        "dx is multiplied by sqrt(var + eps); it should be divided by it.",
        "How does xhat change with x?",
        lambda row: row.dx / row.slope**2,
    ),
    *(
        Slip(
            f"variance-powers-{code}",
            f"In dx, what flows through the variance is divided by sqrt(var + eps) {words}.",
            POWERS,
            variance_by_powers(power),
        )
        for code, power, words in (
            ("1-less", 1, "once less than it should be"),
            ("2-less", 2, "twice less than it should be"),
            ("3-less", 3, "three times less than it should be"),
            ("1-more", -1, "once more than it should be"),
            ("2-more", -2, "twice more than it should be"),
        )
    ),
    Slip(
        "direct-without-gamma",
        "In dx, what flows straight through the normalised value lacks gamma.",
        GAMMA,
        of_others(back, g, g),
    ),
    Slip("mean-without-gamma", "In dx, what flows through the mean lacks gamma.", GAMMA, of_others(g, back, g)),
    Slip("variance-without-gamma", "In dx, what flows through the variance lacks gamma.", GAMMA, of_others(g, g, back)),
    Slip(
        "statistics-without-gamma",
        "In dx, what flows through the mean and through the variance lacks gamma.",
        GAMMA,
        of_others(g, back, back),
    ),
    Slip("direct-gamma-twice", "In dx, the direct way has gamma twice.", GAMMA, of_others(twice, g, g)),
    Slip("gamma-twice", "dx is multiplied by gamma twice.", GAMMA, of_others(twice, twice, twice)),
    Slip(
        "variance-from-x",
        "In dx, the sum on the way through the variance is one of dout times x; the mean is not subtracted.",
        CENTRED,
        lambda row: row.slope * (row.g - through_mean(row) - row.slope * row.xhat * np.mean(row.g * row.x)),
    ),
    Slip(
        "variance-times-x",
        "In dx, what flows through the variance is multiplied by x; the mean is not subtracted.",
        CENTRED,
        lambda row: row.slope * (row.g - through_mean(row) - row.slope * row.x * np.mean(row.g * row.xhat)),
    ),
    Slip(
        "variance-times-x-for-xhat",
        "In dx, what flows through the variance is multiplied by x, where the normalised value belongs.",
        CENTRED,
        lambda row: row.slope * (row.g - through_mean(row) - row.x * np.mean(row.g * row.xhat)),
    ),
    Slip(
        "variance-not-multiplied",
        "In dx, what flows through the variance is the same for all values; it should grow with each centred value.",
        CENTRED,
        lambda row: row.slope * (row.g - through_mean(row) - np.mean(row.g * row.xhat)),
    ),
    Slip(
        "variance-sum",
        "In dx, the sum on the way through the variance is left out: each value takes its own product.",
        "The variance is one number for many values: what reaches it from all of them adds up.",
        lambda row: less_mean(sum_left_out(row)),
    ),
    Slip(
        "variance-sum-alone",
        "In dx, the sum on the way through the variance is left out: each value takes its own product.",
        "The variance is one number for many values: what reaches it from all of them adds up.",
        lambda row: sum_left_out(row) - row.slope * through_mean(row),
    ),
    Slip(
        "mean-sum",
        "In dx, the sum on the way through the mean is left out: each value takes its own.",
        "The mean is one number for many values: what reaches it from all of them adds up.",
        by_count(lambda row, M: weighted(1, 0, 1)(row) * (M - 1) / M),
    ),
    Slip(
        "mean-sum-alone",
        "In dx, the sum on the way through the mean is left out: each value takes its own.",
        "The mean is one number for many values: what reaches it from all of them adds up.",
        by_count(lambda row, M: weighted(1 - 1 / M, 0, 1)(row)),
    ),
)  # fmt: skip

Root = Callable[[Row], float]


def all_roots(row: Row, root: float) -> Array:
    """Another root wherever one is."""
    centred = (row.x - row.x.mean()) / root
    return np.asarray((row.g - row.g.mean() - centred * np.mean(row.g * centred)) / root)


def outer_root(row: Row, root: float) -> Array:
    """Another root that divides all, with the right normalised values."""
    return np.asarray(row.dx / row.slope / root)


def root_of_variance(row: Row, root: float) -> Array:
    """Another root on the way through the variance only."""
    centred = row.x - row.x.mean()
    return np.asarray(row.slope * (row.g - row.g.mean()) - centred * np.mean(row.g * centred) / root**3)


def root_squared(row: Row, root: float) -> Array:
    """Another root on the way through the variance only, and squared only."""
    return np.asarray(row.slope * (row.g - row.g.mean()) - through_variance(row) / row.slope / root**2)


def with_root(change: Callable[[Row, float], Array], root: Root) -> Change:
    """dx with such a root."""
    return lambda row: change(row, root(row))


def wrong_roots(eps_given: Callable[[Row], float]) -> Iterator[Slip]:
    """dx with another root than the forward pass, in some or all of its places; dgamma is right."""
    roots: tuple[tuple[str, str, Root], ...] = (
        ("eps-absent", "leaves eps out", lambda row: row.std),
        ("std-plus-eps", "adds eps to the standard deviation, outside the root", lambda row: row.std + eps_given(row)),
        ("eps-hard-coded", "takes an eps of 1e-5, whatever is given", lambda row: float(np.sqrt(row.x.var() + 1e-5))),
    )
    places = (
        ("dx", "dx", all_roots),
        ("dx-outside", "dx", outer_root),
        ("dx-variance", "In dx, what flows through the variance", root_of_variance),
        ("dx-variance-once", "In dx, one step on the way through the variance", root_squared),
    )
    for (code, does, root), (where, what, change) in ((one, other) for one in roots for other in places):
        yield Slip(
            f"{where}-{code}",
            f"{what} {does}: it should have the root of var + eps that the forward pass divides by.",
            "It has to divide by what the forward pass divided by.",
            with_root(change, root),
        )


ROOTS = tuple(wrong_roots(lambda row: row.eps))
