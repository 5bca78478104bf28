"""The affine layer followed by a ReLU."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, matches
from grader.spec import Part, normal

part = Part(
    "affine_relu",
    "Affine-ReLU layer",
    assignment="fully_connected",
    order=2,
    starter="layer_utils",
    needs=("affine_relu_forward", "affine_relu_backward"),
)


@part.check(
    points=1,
    inputs={"x": normal(2, 3, 4), "w": normal(12, 10), "b": normal(10)},
    edges={
        "plain vectors": {"x": normal(6, 5), "w": normal(5, 4), "b": normal(4)},
        "a single sample": {"x": normal(1, 3, 2), "w": normal(6, 8), "b": normal(8)},
    },
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of the affine layer's result, (N, M).")],
)
def forward(code: Any, x: Array, w: Array, b: Array) -> dict[str, Any]:
    """Forward pass: out = max(0, x w + b)."""
    out, _ = code.affine_relu_forward(x, w, b)
    return {"out": out}


@part.check(
    points=2,
    inputs={"x": normal(2, 3, 4), "w": normal(12, 10), "b": normal(10), "dout": normal(2, 10)},
    edges={
        "plain vectors": {"x": normal(6, 5), "w": normal(5, 4), "b": normal(4), "dout": normal(6, 4)},
        "large biases": {
            "x": normal(5, 2, 3),
            "w": normal(6, 7),
            "b": normal(7, scale=4.0),
            "dout": normal(5, 7),
        },
    },
    edge_points=1,
    expect=[
        matches("dx", shape_hint="dx has the shape of x."),
        matches("dw", shape_hint="dw has the shape of w."),
        matches("db", shape_hint="db has the shape of b, (M,)."),
    ],
)
def backward(code: Any, x: Array, w: Array, b: Array, dout: Array) -> dict[str, Any]:
    """Backward pass: the gradients of x, w and b."""
    _, cache = code.affine_relu_forward(x, w, b)
    code.affine_relu_forward(-x, w, b)  # what counts is the cache, not the last call
    dx, dw, db = code.affine_relu_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}
