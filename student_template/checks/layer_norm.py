"""Layer normalisation of features."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import GradientOf, Part, normal
from student_template.checks.batch_norm import COURSES

part = Part(
    "layer_norm",
    "Layer normalisation",
    assignment="layer_norm",
    order=1,
    starter="layers",
    needs=("layernorm_forward", "layernorm_backward"),
)


def features(N: int, D: int, **settings: Any) -> dict[str, Any]:
    """N samples of D features that are neither centred nor scaled, gamma and beta, and settings of ln_param."""
    return {"x": normal(N, D, scale=5.0, shift=12.0), "gamma": normal(D), "beta": normal(D), **settings}


def with_dout(N: int, D: int, **settings: Any) -> dict[str, Any]:
    """Inputs of a backward pass; small features, so that eps matters."""
    return features(N, D, **settings) | {"x": normal(N, D, shift=1.0), "dout": normal(N, D)}


def one_constant(rng: np.random.Generator) -> dict[str, Array]:
    """Samples of which the second holds one number throughout: a whole one, so that its mean is exact."""
    x = rng.standard_normal((3, 6))
    x[1] = rng.integers(-3, 4)
    return {"x": x, "gamma": rng.standard_normal(6), "beta": rng.standard_normal(6)}


@part.check(
    points=2,
    inputs=features(4, 7),
    edges={
        "another eps": features(4, 6, eps=0.5) | {"x": normal(4, 6)},
        "a single sample": features(1, 6),
        "more samples than features": features(9, 4),
        "a sample that never varies": one_constant,
    },
    edge_points=2,
    expect=[matches("out", shape_hint="out has the shape of x.")],
    own=COURSES,
)
def forward(code: Any, x: Array, gamma: Array, beta: Array, **settings: Any) -> dict[str, Any]:
    """Forward pass: each sample normalised over its features, then gamma and beta."""
    out, _ = code.layernorm_forward(x, gamma, beta, settings)
    return {"out": out}


@part.check(
    points=3,
    inputs=with_dout(4, 7),
    edges={
        "another eps": with_dout(4, 6, eps=0.5),
        "a single sample": with_dout(1, 6),
        "more samples than features": with_dout(9, 4),
    },
    edge_points=1,
    expect=[
        matches("dx", shape_hint="dx has the shape of x."),
        matches("dgamma", shape_hint="One number per feature, (D,): sum over the samples."),
        matches("dbeta", shape_hint="One number per feature, (D,): sum over the samples."),
    ],
    gradient_of=GradientOf("forward", {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}),
    own=COURSES,
    apart=True,
)
def backward(code: Any, x: Array, gamma: Array, beta: Array, dout: Array, **settings: Any) -> dict[str, Any]:
    """Backward pass: the gradients of x, gamma and beta."""
    _, cache = code.layernorm_forward(x, gamma, beta, dict(settings))
    code.layernorm_forward(x**2, gamma, beta, dict(settings))  # the cache counts, not the last call
    dx, dgamma, dbeta = code.layernorm_backward(dout, cache)
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}
