"""Batch normalisation of images, channel by channel."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Draw, GradientOf, Part, normal
from student_template.checks.batch_norm import COURSES

part = Part(
    "spatial_batch_norm",
    "Spatial batch normalisation",
    assignment="batch_norm",
    order=2,
    starter="layers",
    needs=("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
)


def positive(*shape: int) -> Draw:
    """Variances, between 0.5 and 2.5."""
    return lambda rng: rng.uniform(0.5, 2.5, shape)


def images(N: int, C: int, H: int, W: int, **settings: Any) -> dict[str, Any]:
    """Images that are neither centred nor scaled, gamma and beta, and settings of bn_param."""
    return {"x": normal(N, C, H, W, scale=4.0, shift=10.0), "gamma": normal(C), "beta": normal(C), **settings}


def one_constant(rng: np.random.Generator) -> dict[str, Array]:
    """Images whose second channel never varies: a whole number, so that its mean is exact."""
    x = rng.standard_normal((2, 3, 2, 4))
    x[:, 1] = rng.integers(-3, 4)
    return {"x": x, "gamma": rng.standard_normal(3), "beta": rng.standard_normal(3)}


def with_dout(N: int, C: int, H: int, W: int, **settings: Any) -> dict[str, Any]:
    """Inputs of a backward pass; small values, so that eps matters."""
    return images(N, C, H, W, **settings) | {"x": normal(N, C, H, W, shift=1.0), "dout": normal(N, C, H, W)}


@part.check(
    points=2,
    inputs=images(2, 3, 4, 5),
    edges={
        "a single image": images(1, 2, 3, 4),
        "another eps": images(3, 2, 4, 3, eps=0.5) | {"x": normal(3, 2, 4, 3)},
        "a channel that never varies": one_constant,
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of x, (N, C, H, W).")],
    own=COURSES,
)
def train_mode(code: Any, x: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """Forward pass in training: each channel normalised over images and pixels."""
    out, _ = code.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train", **settings})
    return {"out": out}


def running(bn_param: dict[str, Any]) -> dict[str, Any]:
    """The running statistics in it, for the next call: all that may pass from one to another."""
    return {name: bn_param[name] for name in ("running_mean", "running_var") if name in bn_param}


@part.check(
    points=1,
    inputs=images(2, 3, 4, 5) | {"more": normal(3, 3, 4, 5)},
    edges={"another momentum": images(2, 3, 3, 4, momentum=0.6) | {"more": normal(2, 3, 5, 3, shift=-2.0)}},
    edge_points=1,
    expect=[
        matches("running_mean", shape_hint="One running mean a channel, (C,)."),
        matches("running_var", shape_hint="One running variance a channel, (C,)."),
    ],
)
def running_statistics(code: Any, x: Array, more: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """The running mean and variance of each channel in bn_param, after two batches."""
    first = {"mode": "train", **settings}
    given = code.spatial_batchnorm_forward(x, gamma, beta, first)
    if isinstance(given, tuple) and given[0] is None:  # as in the course's stub, which puts zeros into bn_param
        return {"running_mean": None, "running_var": None}
    second = {"mode": "train", **settings} | running(first)
    code.spatial_batchnorm_forward(more, gamma, beta, second)
    return {name: second.get(name, 0 * gamma) for name in ("running_mean", "running_var")}


def zero_running_variance(rng: np.random.Generator) -> dict[str, Array]:
    """Inputs in test mode; the running variance of the second channel is 0."""
    drawn = {name: item(rng) for name, item in tested(2, 3, 2, 3).items()}
    return drawn | {"running_var": np.array([1.0, 0.0, 2.0])}


def tested(N: int, C: int, H: int, W: int, **settings: Any) -> dict[str, Any]:
    """Inputs in test mode: images, and running statistics that are not the batch's own."""
    return images(N, C, H, W, running_mean=normal(C, shift=8.0), running_var=positive(C), **settings)


@part.check(
    points=1,
    inputs=tested(2, 3, 4, 5),
    edges={
        "a single image": tested(1, 2, 3, 4),
        "another eps": tested(2, 2, 4, 3, eps=0.5),
        "a running variance of 0": zero_running_variance,
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of x, (N, C, H, W).")],
    own=COURSES,
)
def test_mode(code: Any, x: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """Forward pass in test mode: each channel normalised with its running statistics."""
    first = {"mode": "test", **settings}
    code.spatial_batchnorm_forward(2 * x + 1, gamma, beta, first)
    out, _ = code.spatial_batchnorm_forward(x, gamma, beta, {"mode": "test", **settings} | running(first))
    return {"out": out}


@part.check(
    points=2,
    inputs=with_dout(2, 3, 3, 4),
    edges={
        "a single image": with_dout(1, 2, 4, 3),
        "another eps": with_dout(2, 2, 2, 3, eps=0.5),
    },
    edge_points=1,
    expect=[
        matches("dx", shape_hint="dx has the shape of x, (N, C, H, W)."),
        matches("dgamma", shape_hint="One number per channel, (C,): sum over images and pixels."),
        matches("dbeta", shape_hint="One number per channel, (C,): sum over images and pixels."),
    ],
    gradient_of=GradientOf("train_mode", {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}),
    own=COURSES,
    apart=True,
)
def backward(code: Any, x: Array, gamma: Array, beta: Array, dout: Array, **settings: Any) -> dict[str, Any]:
    """Backward pass: the gradients of x, gamma and beta."""
    _, cache = code.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train", **settings})
    code.spatial_batchnorm_forward(x**2, gamma, beta, {"mode": "train", **settings})  # the cache counts
    dx, dgamma, dbeta = code.spatial_batchnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}
