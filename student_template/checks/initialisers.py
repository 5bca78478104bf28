"""Initial weights: what is fixed is compared, what is random is judged by its range and distribution.

All random samples have COUNT numbers. Each figure that is measured on them is wrong by chance with probability
1e-11 at most (see grader/distributions.py), and no check measures ten of them: right code fails with less than 1e-9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.distributions import (
    Cdf,
    as_float32,
    cdf_distance,
    cdf_limit,
    edge_limit,
    normal_cdf,
    uniform_cdf,
    variance_deficit,
    variance_limit,
)
from grader.expectations import Array, Arrays, Below, Expectation, Within, matches
from grader.spec import Part, integers

part = Part(
    "initialisers",
    "Initial weights",
    assignment="cnn_fundamentals",
    order=4,
    needs=(
        "fans",
        "constant_init",
        "uniform_init",
        "gaussian_init",
        "xavier_init",
        "glorot_uniform_init",
        "msra_init",
        "positive_unitball_init",
        "bilinear_init",
    ),
)

COUNT = 600
SHAPE = (20, 5, 3, 2)  # fan_in 30, fan_out 120: any mix-up changes the variance by a factor of 1.6 at least
FAN_IN, FAN_OUT = 30.0, 120.0
N = {"fan_in": FAN_IN, "average": (FAN_IN + FAN_OUT) / 2, "fan_out": FAN_OUT}


def distance_to(name: str, cdf: Cdf, what: str) -> Below:
    """The array's distribution must be near ``cdf``."""

    def measure(got: Arrays, inputs: Arrays) -> float:
        return cdf_distance(got[name], cdf)

    return Below(name, cdf_limit(COUNT), f"distance of {name} to the {what} distribution", (name,), measure)


def reaches(name: str, low: float, high: float) -> Below:
    """The array's numbers must fill the range from low to high, and not leave it."""

    def measure(got: Arrays, inputs: Arrays) -> float:
        centred = np.abs(got[name] - (low + high) / 2) / ((high - low) / 2)
        gap = 1 - float(centred.max())
        return gap if gap >= -1e-6 else float("inf")  # beyond by more than float32 rounds

    what = f"part of ±{(high - low) / 2:.4g} that {name} leaves out (inf: it goes beyond)"
    return Below(f"{name} range", edge_limit(COUNT), what, (name,), measure)


def mean_square(name: str, mean: float, std: float) -> Below:
    """The variance about the given mean must be right."""

    def measure(got: Arrays, inputs: Arrays) -> float:
        excess = float(np.mean(((got[name] - mean) / std) ** 2)) - 1
        return excess / variance_limit(COUNT) if excess > 0 else -excess / variance_deficit(COUNT)

    what = f"error of the variance of {name}, over what chance can explain,"
    return Below(f"{name} variance", 1.0, what, (name,), measure)


def uniform_on(name: str, low: float, high: float) -> list[Expectation]:
    """Uniform on [low, high)."""
    return [distance_to(name, uniform_cdf(low, high), "uniform"), reaches(name, low, high)]


def normal_with(name: str, mean: float, std: float) -> list[Expectation]:
    """Normal with this mean and standard deviation."""
    return [distance_to(name, normal_cdf(mean, std), "normal"), mean_square(name, mean, std)]


@part.check(
    points=1,
    inputs={"shape": np.array([20, 3, 5, 5])},
    anew=lambda rng: {"shape": rng.integers(2, 30, 4)},
    edges={
        "other shapes": lambda rng: {"shape": rng.permutation(np.array([6, 11, 3, 4]))},
        "a fully connected layer": {"shape": np.array([30, 40])},
    },
    edge_points=1,
    expect=[Within("fan_in", 1e-9), Within("fan_out", 1e-9)],
)
def fan_in_and_fan_out(code: Any, shape: Array) -> dict[str, Any]:
    """fan_in and fan_out of a shape."""
    fan_in, fan_out = code.fans(tuple(shape.tolist()))
    return {"fan_in": float(fan_in), "fan_out": float(fan_out)}  # whole numbers are fine


@part.check(
    points=1,
    inputs=lambda rng: {"value": np.array(rng.normal()), "seed": rng.integers(2**31)},
    expect=[
        matches("constant"),
        *uniform_on("uniform", -0.5, 2.0),
        *normal_with("gaussian", 1.0, 0.3),
    ],
)
def plain(code: Any, value: float, seed: int) -> dict[str, Any]:
    """Constant, uniform and Gaussian weights."""
    rng = np.random.default_rng(seed)
    return {
        "constant": code.constant_init((4, 3, 2, 5), value),
        "uniform": as_float32(code.uniform_init(SHAPE, rng, -0.5, 2.0)),
        "gaussian": as_float32(code.gaussian_init(SHAPE, rng, 1.0, 0.3)),
    }


@part.check(
    points=2,
    inputs={"seed": integers(0, 2**31)},
    expect=[
        item
        for norm, n in N.items()
        for item in uniform_on({"fan_in": "default"}.get(norm, norm), -np.sqrt(3 / n), np.sqrt(3 / n))
    ],
)
def xavier(code: Any, seed: int) -> dict[str, Any]:
    """Xavier's uniform weights, by fan_in (the default), the average and fan_out."""
    rng = np.random.default_rng(seed)
    return {
        "default": as_float32(code.xavier_init(SHAPE, rng)),
        "average": as_float32(code.xavier_init(SHAPE, rng, "average")),
        "fan_out": as_float32(code.xavier_init(SHAPE, rng, "fan_out")),
    }


@part.check(
    points=1,
    inputs={"seed": integers(0, 2**31)},
    expect=uniform_on("weights", -np.sqrt(6 / (FAN_IN + FAN_OUT)), np.sqrt(6 / (FAN_IN + FAN_OUT))),
)
def glorot_uniform(code: Any, seed: int) -> dict[str, Any]:
    """Glorot's uniform weights."""
    return {"weights": as_float32(code.glorot_uniform_init(SHAPE, np.random.default_rng(seed)))}


@part.check(
    points=2,
    inputs={"seed": integers(0, 2**31)},
    expect=[
        *normal_with("default", 0.0, np.sqrt(2 / N["fan_in"])),
        *normal_with("fan_out", 0.0, np.sqrt(2 / N["fan_out"])),
    ],
)
def msra(code: Any, seed: int) -> dict[str, Any]:
    """MSRA's normal weights, by fan_in (the default) and fan_out."""
    rng = np.random.default_rng(seed)
    return {
        "default": as_float32(code.msra_init(SHAPE, rng)),
        "fan_out": as_float32(code.msra_init(SHAPE, rng, "fan_out")),
    }


def sum_error(got: Arrays, inputs: Arrays) -> float:
    """How far the sum of a filter is from 1; infinite where a weight is negative."""
    filters = got["weights"].reshape(len(got["weights"]), -1)
    return float("inf") if (filters < 0).any() else float(np.abs(filters.sum(axis=1) - 1).max())


def unevenness(got: Arrays, inputs: Arrays) -> float:
    """Distance to the uniform distribution, each filter divided by its largest weight."""
    filters = got["weights"].reshape(len(got["weights"]), -1)
    return cdf_distance(filters / filters.max(axis=1, keepdims=True), uniform_cdf(0.0, 1.0))


BALL = (4, 15, 5, 2)  # four filters of 150 numbers


@part.check(
    points=1,
    inputs={"seed": integers(0, 2**31)},
    expect=[
        # With u uniform the weights over the largest of their filter are u / max(u), and max(u) lies between 1 and
        # 1 - edge_limit: that shifts the distribution function by no more. Five figures: four maxima and a sample.
        Below(
            "weights",
            cdf_limit(COUNT) + edge_limit(COUNT // BALL[0]),
            "distance of the weights to the uniform distribution, each filter over its largest weight,",
            ("weights",),
            unevenness,
        ),
        Below(
            "sums", 1e-5, "largest error of a filter's sum (inf: some weights are negative)", ("weights",), sum_error
        ),
    ],
)
def positive_unitball(code: Any, seed: int) -> dict[str, Any]:
    """Positive weights that add up to 1 in each filter."""
    return {"weights": as_float32(code.positive_unitball_init(BALL, np.random.default_rng(seed)))}


@part.check(
    points=1,
    inputs={"num": 2, "channels": 3, "K": 4},
    # The usual sizes 2 s - s % 2 for interpolation by s = 3, 4, …; there all published versions of the formula agree.
    anew=lambda rng: {"num": rng.integers(1, 4), "channels": rng.integers(1, 4), "K": 4 * rng.integers(2, 9)},
    edges={
        "K = 9": {"num": integers(1, 3), "channels": integers(1, 3), "K": 9},
        "another odd K": {"num": integers(1, 3), "channels": 2, "K": lambda rng: 1 + 4 * rng.integers(3, 9)},
    },
    edge_points=1,
    expect=[matches("weights")],
)
def bilinear(code: Any, num: int, channels: int, K: int) -> dict[str, Any]:
    """The kernel of bilinear interpolation."""
    return {"weights": code.bilinear_init((num, channels, K, K))}
