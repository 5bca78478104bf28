"""Batch normalisation of features."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Expectation, matches
from grader.spec import Draw, GradientOf, Part, Recipe, normal

part = Part(
    "batch_norm",
    "Batch normalisation",
    assignment="batch_norm",
    order=1,
    starter="layers",
    needs=("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"),
)

# Of the course's own cases: its notebooks look at means and deviations that they print, and compare gradients with
# numerical ones of the student's own forward pass, which an eps beside the root or of another size does not show in.
COURSES = 1e-3


def positive(*shape: int) -> Draw:
    """Variances, between 0.5 and 2.5."""
    return lambda rng: rng.uniform(0.5, 2.5, shape)


def features(N: int, D: int, **settings: Any) -> dict[str, Any]:
    """N samples of D features that are neither centred nor scaled, gamma and beta, and settings of bn_param."""
    return {"x": normal(N, D, scale=5.0, shift=12.0), "gamma": normal(D), "beta": normal(D), **settings}


def with_dout(N: int, D: int, **settings: Any) -> dict[str, Any]:
    """Inputs of a backward pass; small features, so that eps matters."""
    return features(N, D, **settings) | {"x": normal(N, D, shift=1.0), "dout": normal(N, D)}


def one_constant(rng: np.random.Generator) -> dict[str, Array]:
    """Samples whose second feature never varies."""
    x = rng.standard_normal((8, 3))
    x[:, 1] = rng.integers(-3, 4)
    return {"x": x, "gamma": rng.standard_normal(3), "beta": rng.standard_normal(3)}


@part.check(
    points=2,
    inputs=features(20, 3),
    edges={
        "another eps": features(10, 4, eps=0.5) | {"x": normal(10, 4)},
        "a feature that never varies": one_constant,
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of x.")],
    own=COURSES,
)
def train_mode(code: Any, x: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """Forward pass in training: normalised over the samples, then gamma and beta."""
    out, _ = code.batchnorm_forward(x, gamma, beta, {"mode": "train", **settings})
    return {"out": out}


def running(bn_param: dict[str, Any]) -> dict[str, Any]:
    """The running statistics in it, for the next call: all that may pass from one to another."""
    return {name: bn_param[name] for name in ("running_mean", "running_var") if name in bn_param}


@part.check(
    points=1,
    inputs=features(20, 3) | {"more": normal(20, 3, scale=2.0)},
    edges={
        "another momentum": features(6, 4, momentum=0.6) | {"more": normal(9, 4, shift=-2.0)},
        "statistics from before": features(5, 4, momentum=0.8, running_mean=normal(4), running_var=positive(4))
        | {"more": normal(5, 4)},
        "another eps": features(6, 3, eps=0.5) | {"more": normal(6, 3)},
    },
    edge_points=1,
    expect=[
        matches("running_mean", shape_hint="One running mean a feature, (D,)."),
        matches("running_var", shape_hint="One running variance a feature, (D,)."),
    ],
)
def running_statistics(code: Any, x: Array, more: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """The running mean and variance in bn_param, after two batches."""
    first = {"mode": "train", **settings}
    given = code.batchnorm_forward(x, gamma, beta, first)
    if isinstance(given, tuple) and given[0] is None:  # as in the course's stub, which puts zeros into bn_param
        return {"running_mean": None, "running_var": None}
    second = {"mode": "train", **settings} | running(first)
    code.batchnorm_forward(more, gamma, beta, second)
    return {name: second.get(name, 0 * gamma) for name in ("running_mean", "running_var")}


def zero_running_variance(rng: np.random.Generator) -> dict[str, Array]:
    """Inputs in test mode; the running variance of the second feature is 0."""
    drawn = {name: item(rng) for name, item in tested(5, 3).items()}
    return drawn | {"running_var": np.array([1.0, 0.0, 2.0])}


def tested(N: int, D: int, **settings: Any) -> dict[str, Any]:
    """Inputs in test mode: samples, and running statistics that are not the batch's own."""
    return features(N, D, running_mean=normal(D, shift=10.0), running_var=positive(D), **settings)


@part.check(
    points=1,
    inputs=tested(10, 3),
    edges={
        "a single sample": tested(1, 4),
        "another eps": tested(6, 4, eps=0.5),
        "a running variance of 0": zero_running_variance,
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of x.")],
    own=COURSES,
)
def test_mode(code: Any, x: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """Forward pass in test mode: normalised with the running statistics, which no batch changes any more."""
    first = {"mode": "test", **settings}
    code.batchnorm_forward(2 * x + 1, gamma, beta, first)
    out, _ = code.batchnorm_forward(x, gamma, beta, {"mode": "test", **settings} | running(first))
    return {"out": out}


BACKWARD_EDGES: dict[str, Recipe] = {
    "another eps": with_dout(6, 3, eps=0.5),
    "more features than samples": with_dout(4, 6),
}
BACKWARD_EXPECT: list[Expectation] = [
    matches("dx", shape_hint="dx has the shape of x."),
    matches("dgamma", shape_hint="One number per feature, (D,): sum over the samples."),
    matches("dbeta", shape_hint="One number per feature, (D,): sum over the samples."),
]


@part.check(
    points=3,
    inputs=with_dout(7, 4),
    edges=BACKWARD_EDGES,
    edge_points=1,
    expect=BACKWARD_EXPECT,
    gradient_of=GradientOf("train_mode", {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}),
    own=COURSES,
    apart=True,
)
def backward(code: Any, x: Array, gamma: Array, beta: Array, dout: Array, **settings: Any) -> dict[str, Any]:
    """Backward pass: the gradients of x, gamma and beta."""
    _, cache = code.batchnorm_forward(x, gamma, beta, {"mode": "train", **settings})
    code.batchnorm_forward(x**2, gamma, beta, {"mode": "train", **settings})  # the cache counts, not the last call
    dx, dgamma, dbeta = code.batchnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


@part.check(
    points=1,
    inputs=with_dout(7, 4),
    edges=BACKWARD_EDGES,
    edge_points=1,
    expect=BACKWARD_EXPECT,
    gradient_of=GradientOf("train_mode", {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}),
    own=COURSES,
    apart=True,
    asks=("batchnorm_backward_alt",),
)
def backward_alt(code: Any, x: Array, gamma: Array, beta: Array, dout: Array, **settings: Any) -> dict[str, Any]:
    """Backward pass, the shorter version: the same gradients."""
    _, cache = code.batchnorm_forward(x, gamma, beta, {"mode": "train", **settings})
    code.batchnorm_forward(x**2, gamma, beta, {"mode": "train", **settings})  # the cache counts, not the last call
    dx, dgamma, dbeta = code.batchnorm_backward_alt(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}
