"""The conv-pool layer of a LeNet with true convolution, and the network that is made of two of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.distributions import as_float32, cdf_distance, cdf_limit, edge_limit, uniform_cdf
from grader.expectations import Array, Arrays, Below, Within, matches
from grader.spec import Part, integers, normal

part = Part(
    "lenet_conv_pool",
    "LeNet's conv-pool layers",
    assignment="cnn_fundamentals",
    order=6,
    needs=("init_conv_pool", "conv_pool_forward", "dense_softmax", "lenet_forward", "init_lenet"),
)

FILTERS = (12, 5, 5, 2)  # fan_in 50, fan_out 12 * 10 / 4 = 30
COUNT = 600
LIMIT = float(np.sqrt(6 / (50 + 30)))


def images(N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, pool: tuple[int, int]) -> dict[str, Any]:
    """N images of C channels, F filters of HH x WW, biases that are not zero, and the pooling window."""
    return {
        "x": normal(N, C, H, W),
        "W": normal(F, C, HH, WW, scale=0.3),
        "b": normal(F, scale=0.5),
        "poolsize": np.array(pool),
    }


def beyond(got: Arrays, inputs: Arrays) -> float:
    """The part of the range that no weight reaches; infinite where one goes beyond it."""
    gap = 1 - float(np.abs(got["W"]).max()) / LIMIT
    return gap if gap >= -1e-6 else float("inf")


def distance(got: Arrays, inputs: Arrays) -> float:
    """Distance to the uniform distribution on the range."""
    return cdf_distance(got["W"], uniform_cdf(-LIMIT, LIMIT))


# What is asked of it as functions, and as a class (conv_pool_class).
INITIAL: dict[str, Any] = {
    "points": 2,
    "inputs": {"seed": integers(0, 2**31)},
    "expect": [
        # Two random figures, each wrong by chance with probability 1e-11 at most (see grader/distributions.py).
        Below("W", cdf_limit(COUNT), "distance of W to the uniform distribution", ("W",), distance),
        Below("range", edge_limit(COUNT), "part of the range that W leaves out (inf: it goes beyond)", ("W",), beyond),
        matches("b", shape_hint="One bias for each filter."),
    ],
}
FORWARD: dict[str, Any] = {
    "points": 2,
    "inputs": images(2, 1, 8, 8, F=3, HH=5, WW=5, pool=(2, 2)),
    "edges": {
        "several channels": images(2, 3, 6, 6, F=4, HH=3, WW=3, pool=(2, 2)),
        "height and width differ": images(1, 2, 6, 9, F=2, HH=3, WW=2, pool=(2, 2)),
        "a pooling window of 3 x 2": images(2, 2, 8, 6, F=3, HH=3, WW=3, pool=(3, 2)),
    },
    "edge_points": 2,
    "expect": [matches("out", shape_hint="Each side of out is (H - HH + 1) // poolsize.")],
}


@part.check(**INITIAL)
def initial_weights(code: Any, seed: int) -> dict[str, Any]:
    """The initial weights of a conv-pool layer."""
    W, b = code.init_conv_pool(FILTERS, (2, 2), np.random.default_rng(seed))
    return {"W": as_float32(W), "b": b}


@part.check(**FORWARD)
def forward(code: Any, x: Array, W: Array, b: Array, poolsize: Array) -> dict[str, Any]:
    """The conv-pool layer: convolution, max pooling, bias, tanh."""
    return {"out": code.conv_pool_forward(x, W, b, tuple(poolsize.tolist()))}


@part.check(
    points=1,
    inputs={"features": normal(4, 6), "W3": normal(6, 5), "b3": normal(5), "W4": normal(5, 3), "b4": normal(3)},
    edges={
        "features with maps, rows and columns": {
            "features": normal(3, 2, 2, 3),
            "W3": normal(12, 4),
            "b3": normal(4),
            "W4": normal(4, 5),
            "b4": normal(5),
        },
        "scores in the thousands": {
            "features": normal(3, 4),
            "W3": normal(4, 6),
            "b3": normal(6),
            "W4": normal(6, 3, scale=1000.0),
            "b4": normal(3),
        },
    },
    edge_points=1,
    expect=[matches("probabilities", shape_hint="One row per image, one column per class.")],
)
def classifier(code: Any, features: Array, W3: Array, b3: Array, W4: Array, b4: Array) -> dict[str, Any]:
    """The dense layers: tanh, then softmax."""
    return {"probabilities": code.dense_softmax(features, W3, b3, W4, b4)}


def small_network(N: int, H: int, W: int, features: int) -> dict[str, Any]:
    """N images of H x W and a LeNet of 3 and 4 maps, 3 x 3 filters, 6 hidden units and 5 classes."""
    return {
        "x": normal(N, 1, H, W),
        "W1": normal(3, 1, 3, 3, scale=0.3),
        "b1": normal(3, scale=0.3),
        "W2": normal(4, 3, 3, 3, scale=0.3),
        "b2": normal(4, scale=0.3),
        "W3": normal(features, 6),
        "b3": normal(6),
        "W4": normal(6, 5),
        "b4": normal(5),
    }


@part.check(
    points=1,
    inputs=small_network(1, 14, 14, 4 * 2 * 2),
    edges={"height and width differ": small_network(2, 10, 14, 4 * 1 * 2)},
    edge_points=1,
    expect=[matches("probabilities", shape_hint="One row per image, one column per class.")],
)
def network(code: Any, x: Array, **params: Array) -> dict[str, Any]:
    """The network, small, with given weights."""
    return {"probabilities": code.lenet_forward(x, params)}


NAMES = ("W1", "b1", "W2", "b2", "W3", "b3", "W4", "b4")


def sum_error(got: Arrays, inputs: Arrays) -> float:
    """How far the probabilities of an image are from adding up to 1; infinite where one is negative."""
    found = got["probabilities"]
    return float("inf") if (found < 0).any() else float(np.abs(found.sum(axis=1) - 1).max())


@part.check(
    points=2,
    inputs={"seed": integers(0, 2**31)},
    expect=[
        *(Within(f"shape of {name}", 0.0) for name in NAMES),
        Below("probabilities", 1e-9, "error of the sum of the probabilities", ("probabilities",), sum_error),
    ],
)
def full_size(code: Any, seed: int) -> dict[str, Any]:
    """The shapes of the whole network, 28 -> 24 -> 12 -> 8 -> 4, and an image through it."""
    rng = np.random.default_rng(seed)
    params = code.init_lenet(rng)
    probabilities = code.lenet_forward(rng.random((1, 1, 28, 28)), params)
    shapes = {f"shape of {name}": np.array([*np.shape(params[name]), 0, 0, 0, 0][:4]) for name in NAMES}
    return {**shapes, "probabilities": probabilities}
