"""Activation functions and their derivatives; the noisy ReLU is judged by its distribution."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.distributions import as_float32, cdf_distance, cdf_limit, normal_cdf, share_limit
from grader.expectations import Array, Arrays, Below, matches
from grader.spec import Draw, Part, integers, normal

part = Part(
    "activations",
    "Activation functions",
    assignment="cnn_fundamentals",
    order=3,
    needs=(
        "sigmoid",
        "sigmoid_derivative",
        "tanh",
        "tanh_derivative",
        "relu",
        "relu_derivative",
        "leaky_relu",
        "leaky_relu_derivative",
        "prelu",
        "prelu_backward",
        "noisy_relu",
    ),
)


def outputs(low: float, high: float, *shape: int) -> Draw:
    """Outputs that an activation function can have, between low and high."""
    return lambda rng: rng.uniform(low, high, shape)


@part.check(
    points=1,
    inputs={"x": normal(4, 5, scale=2.0)},
    edges={"images": {"x": normal(2, 3, 4, 5)}, "inputs of ±800": {"x": np.array([-800.0, -1.5, 0.0, 2.5, 800.0])}},
    edge_points=1,
    expect=[matches("f")],
)
def sigmoid(code: Any, x: Array) -> dict[str, Any]:
    """The sigmoid."""
    return {"f": code.sigmoid(x)}


@part.check(points=1, inputs={"f": outputs(0.02, 0.98, 4, 5)}, expect=[matches("derivative")])
def sigmoid_derivative(code: Any, f: Array) -> dict[str, Any]:
    """The derivative of the sigmoid, from its output."""
    return {"derivative": code.sigmoid_derivative(f)}


@part.check(points=1, inputs={"x": normal(2, 3, 4, 5)}, expect=[matches("f")])
def tanh(code: Any, x: Array) -> dict[str, Any]:
    """The hyperbolic tangent."""
    return {"f": code.tanh(x)}


@part.check(points=1, inputs={"f": outputs(-0.98, 0.98, 4, 5)}, expect=[matches("derivative")])
def tanh_derivative(code: Any, f: Array) -> dict[str, Any]:
    """The derivative of tanh, from its output."""
    return {"derivative": code.tanh_derivative(f)}


@part.check(points=1, inputs={"x": normal(4, 5)}, expect=[matches("f"), matches("derivative")])
def relu(code: Any, x: Array) -> dict[str, Any]:
    """The ReLU and its derivative."""
    return {"f": code.relu(x), "derivative": 1.0 * code.relu_derivative(x)}  # x > 0 is fine


@part.check(points=1, inputs={"x": normal(4, 5)}, expect=[matches("f"), matches("derivative")])
def leaky_relu(code: Any, x: Array) -> dict[str, Any]:
    """The leaky ReLU and its derivative."""
    return {"f": code.leaky_relu(x), "derivative": 1.0 * code.leaky_relu_derivative(x)}


def sloped(N: int, C: int, H: int, W: int) -> dict[str, Any]:
    """Images and a slope for each of their channels; every other one is above 1, where max(x, a x) is wrong."""
    return {"x": normal(N, C, H, W), "a": lambda rng: rng.uniform(0.1, 0.9, C) + np.arange(C) % 2}


@part.check(points=1, inputs=sloped(2, 3, 4, 5), expect=[matches("f")])
def prelu(code: Any, x: Array, a: Array) -> dict[str, Any]:
    """The PReLU with a slope for each channel."""
    return {"f": code.prelu(x, a)}


@part.check(
    points=1,
    inputs={**sloped(2, 3, 4, 5), "dout": normal(2, 3, 4, 5)},
    edges={
        "a single image": {**sloped(1, 4, 3, 2), "dout": normal(1, 4, 3, 2)},
        "a single channel": {**sloped(3, 1, 2, 4), "dout": normal(3, 1, 2, 4)},
    },
    edge_points=1,
    expect=[
        matches("dx", shape_hint="dx has the shape of x."),
        matches("da", shape_hint="One slope serves a whole channel, so da has the shape of a."),
    ],
)
def prelu_backward(code: Any, dout: Array, x: Array, a: Array) -> dict[str, Any]:
    """The gradients of the PReLU with respect to its input and its slopes."""
    dx, da = code.prelu_backward(dout, x, a)
    return {"dx": dx, "da": da}


# At the first level the noise seldom lifts the sum above 0, at the second it seldom pushes it below. How often
# the first happens tells a standard deviation of sigmoid(x) from a variance of sigmoid(x), 0.01 from 0.10.
LEVELS = (-0.75, 1.5)
DRAWS = 800


def spread(level: float) -> float:
    """The standard deviation of the noise at one level of x."""
    return float(1 / (1 + np.exp(-level)))


POSITIVE_SHARE = float(normal_cdf(-LEVELS[0], spread(LEVELS[0]))(np.zeros(1))[0])


def positive_share(got: Arrays, inputs: Arrays) -> float:
    """How often the output is positive at the lower level."""
    return float(np.mean(got["out"][0] > 0))


def distance(got: Arrays, inputs: Arrays) -> float:
    """The larger of the two distances to the distribution of max(0, x + noise), over both levels."""

    def off(out: Array, level: float) -> float:
        whole = normal_cdf(level, spread(level))
        return cdf_distance(out, lambda t: np.where(t < 0, 0.0, whole(t)), lambda t: np.where(t <= 0, 0.0, whole(t)))

    return max(off(out, level) for out, level in zip(got["out"], LEVELS, strict=True))


@part.check(
    points=2,
    inputs={"levels": np.array(LEVELS), "seed": integers(0, 2**31)},
    expect=[
        # Three figures, each wrong by chance with probability 1e-11 at most (see grader/distributions.py).
        Below("out", cdf_limit(DRAWS), "distance to the distribution of max(0, x + noise)", ("out",), distance),
        Below(
            "positive",
            round(POSITIVE_SHARE, 3) + share_limit(DRAWS, POSITIVE_SHARE) + 0.001,
            f"share of positive outputs at x = {LEVELS[0]}",
            ("out",),
            positive_share,
        ),
    ],
)
def noisy_relu(code: Any, levels: Array, seed: int) -> dict[str, Any]:
    """The noisy ReLU, by the distribution of its outputs."""
    x = np.repeat(levels[:, None], DRAWS, axis=1)
    return {"out": as_float32(code.noisy_relu(x, np.random.default_rng(seed)))}
