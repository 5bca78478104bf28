"""The affine (fully connected) layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import GradientOf, Part, cache_of, normal

part = Part(
    "affine",
    "Affine layer",
    assignment="layers",
    order=1,
    starter="layers",
    needs=("affine_forward", "affine_backward"),
)


@part.check(
    points=2,
    inputs={"x": normal(4, 4, 5, 6), "w": normal(120, 3), "b": normal(3)},
    edges={
        "plain vectors": {"x": normal(5, 7), "w": normal(7, 4), "b": normal(4)},
        "a single sample": {"x": normal(1, 3, 2), "w": normal(6, 5), "b": normal(5)},
        "square weights": {"x": normal(3, 2, 2), "w": normal(4, 4), "b": normal(4)},
    },
    edge_points=1,
    expect=[matches("out", shape_hint="Reshape x to (N, D), then out is (N, M).")],
)
def forward(code: Any, x: Array, w: Array, b: Array) -> dict[str, Any]:
    """Forward pass: out = x w + b."""
    out, _ = code.affine_forward(x, w, b)
    return {"out": out}


@part.check(
    points=2,
    inputs={"x": normal(10, 2, 3), "w": normal(6, 5), "b": normal(5), "dout": normal(10, 5)},
    edges={
        "plain vectors": {"x": normal(4, 7), "w": normal(7, 3), "b": normal(3), "dout": normal(4, 3)},
        "image-shaped samples": {
            "x": normal(3, 2, 4, 5),
            "w": normal(40, 6),
            "b": normal(6),
            "dout": normal(3, 6),
        },
        "square weights": {"x": normal(3, 2, 2), "w": normal(4, 4), "b": normal(4), "dout": normal(3, 4)},
    },
    edge_points=1,
    expect=[
        matches("dx", shape_hint="dx has the shape of x: reshape it back."),
        matches("dw", shape_hint="dw has the shape of w."),
        matches("db", shape_hint="Sum dout over the samples."),
    ],
    gradient_of=GradientOf("forward", {"dx": "x", "dw": "w", "db": "b"}),
    apart=True,
)
def backward(code: Any, x: Array, w: Array, b: Array, dout: Array) -> dict[str, Any]:
    """Backward pass: the gradients of x, w and b."""
    cache = cache_of(lambda: code.affine_forward(x, w, b), (x, w, b))
    cache_of(lambda: code.affine_forward(np.roll(x, 1), w, b), None)  # what counts is the cache, not the last call
    dx, dw, db = code.affine_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}
