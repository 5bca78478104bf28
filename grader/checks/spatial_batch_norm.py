"""Batch normalisation of images, channel by channel."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, matches
from grader.spec import Draw, GradientOf, Part, normal, shaped

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


def with_dout(N: int, C: int, H: int, W: int, **settings: Any) -> dict[str, Any]:
    """Inputs of a backward pass; small values, so that eps matters."""
    return images(N, C, H, W, **settings) | {"x": normal(N, C, H, W, shift=1.0), "dout": normal(N, C, H, W)}


@part.check(
    points=2,
    inputs=images(2, 3, 4, 5),
    edges={
        "a single image": images(1, 2, 3, 4),
        "another eps": images(3, 2, 4, 3, eps=0.5) | {"x": normal(3, 2, 4, 3)},
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of x, (N, C, H, W).")],
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
    return {name: shaped(second.get(name), gamma.shape) for name in ("running_mean", "running_var")}


def tested(N: int, C: int, H: int, W: int, **settings: Any) -> dict[str, Any]:
    """Inputs in test mode: images, and running statistics that are not the batch's own."""
    return images(N, C, H, W, running_mean=normal(C, shift=8.0), running_var=positive(C), **settings)


@part.check(
    points=1,
    inputs=tested(2, 3, 4, 5),
    edges={
        "a single image": tested(1, 2, 3, 4),
        "another eps": tested(2, 2, 4, 3, eps=0.5),
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of x, (N, C, H, W).")],
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
        "another eps": with_dout(3, 2, 3, 4, eps=0.5),
    },
    edge_points=1,
    expect=[
        matches("dx", shape_hint="dx has the shape of x, (N, C, H, W)."),
        matches("dgamma", shape_hint="One number a channel, (C,): sum over images and pixels."),
        matches("dbeta", shape_hint="One number a channel, (C,): sum over images and pixels."),
    ],
    gradient_of=GradientOf("train_mode", {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}),
)
def backward(code: Any, x: Array, gamma: Array, beta: Array, dout: Array, **settings: Any) -> dict[str, Any]:
    """Backward pass: the gradients of x, gamma and beta."""
    _, cache = code.spatial_batchnorm_forward(x, gamma, beta, {"mode": "train", **settings})
    code.spatial_batchnorm_forward(x**2, gamma, beta, {"mode": "train", **settings})  # the cache counts
    dx, dgamma, dbeta = code.spatial_batchnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": shaped(dgamma, gamma.shape), "dbeta": shaped(dbeta, beta.shape)}
