"""Group normalisation of images."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import GradientOf, Part, normal
from student_template.checks.batch_norm import COURSES

part = Part(
    "group_norm",
    "Spatial group normalisation",
    assignment="layer_norm",
    order=2,
    starter="layers",
    needs=("spatial_groupnorm_forward", "spatial_groupnorm_backward"),
)


def images(N: int, C: int, H: int, W: int, G: int, **settings: Any) -> dict[str, Any]:
    """Images that are neither centred nor scaled, G groups, gamma and beta as the course passes them, and gn_param."""
    return {
        "x": normal(N, C, H, W, scale=4.0, shift=10.0),
        "gamma": normal(1, C, 1, 1),
        "beta": normal(1, C, 1, 1),
        "G": G,
        **settings,
    }


def with_dout(N: int, C: int, H: int, W: int, G: int, **settings: Any) -> dict[str, Any]:
    """Inputs of a backward pass; small values, so that eps matters."""
    return images(N, C, H, W, G, **settings) | {"x": normal(N, C, H, W, shift=1.0), "dout": normal(N, C, H, W)}


def passed_on(code: Any, x: Array, gamma: Array, beta: Array, G: int, settings: dict[str, Any]) -> Any:
    """What the forward pass returns, with gamma and beta of shape (1, C, 1, 1), or (C,) where only that will do.

    The course's docstring has said either.
    """
    flat = (x, gamma.ravel(), beta.ravel(), G)
    try:
        given = code.spatial_groupnorm_forward(x, gamma, beta, G, dict(settings))
    except Exception:
        with contextlib.suppress(Exception):
            return code.spatial_groupnorm_forward(*flat, dict(settings))
        raise
    if isinstance(given, tuple) and isinstance(given[0], np.ndarray) and given[0].shape != x.shape:
        with contextlib.suppress(Exception):
            other = code.spatial_groupnorm_forward(*flat, dict(settings))
            return other if other[0].shape == x.shape else given
    return given


@part.check(
    points=2,
    inputs=images(2, 6, 3, 4, G=2),
    edges={
        "another eps": images(2, 6, 2, 4, G=2, eps=0.5) | {"x": normal(2, 6, 2, 4)},
        "all channels in one group": images(3, 4, 2, 3, G=1),
        "each channel a group of its own": images(2, 4, 3, 2, G=4),
        "a single image": images(1, 6, 3, 4, G=2),
    },
    edge_points=2,
    expect=[matches("out", shape_hint="out has the shape of x, (N, C, H, W).")],
    own=COURSES,
)
def forward(code: Any, x: Array, gamma: Array, beta: Array, G: int, **settings: Any) -> dict[str, Any]:
    """Forward pass: each group of channels of each image normalised, then gamma and beta of the channels."""
    out, _ = passed_on(code, x, gamma, beta, G, settings)
    return {"out": out}


def by_channel(gradient: Any, parameter: Array) -> Any:
    """A gradient (C,) in the shape of the parameter, (1, C, 1, 1): the course has had both."""
    fits = isinstance(gradient, np.ndarray) and gradient.squeeze().shape == parameter.squeeze().shape
    return gradient.reshape(parameter.shape) if fits else gradient


@part.check(
    points=3,
    inputs=with_dout(2, 6, 2, 4, G=2),
    edges={
        "another eps": with_dout(2, 6, 2, 2, G=2, eps=0.5),
        "all channels in one group": with_dout(3, 2, 2, 3, G=1),
        "each channel a group of its own": with_dout(2, 3, 2, 3, G=3),
        "a single image": with_dout(1, 6, 2, 3, G=2),
    },
    edge_points=2,
    expect=[
        matches("dx", shape_hint="dx has the shape of x, (N, C, H, W)."),
        matches("dgamma", shape_hint="One number per channel, (1, C, 1, 1) or (C,): sum over images and pixels."),
        matches("dbeta", shape_hint="One number per channel, (1, C, 1, 1) or (C,): sum over images and pixels."),
    ],
    gradient_of=GradientOf("forward", {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}),
    own=COURSES,
    apart=True,
)
def backward(code: Any, x: Array, gamma: Array, beta: Array, dout: Array, G: int, **settings: Any) -> dict[str, Any]:
    """Backward pass: the gradients of x, gamma and beta."""
    _, cache = passed_on(code, x, gamma, beta, G, settings)
    passed_on(code, x**2, gamma, beta, G, settings)  # the cache counts, not the last call
    dx, dgamma, dbeta = code.spatial_groupnorm_backward(dout, cache)
    return {"dx": dx, "dgamma": by_channel(dgamma, gamma), "dbeta": by_channel(dbeta, beta)}
