"""The rectified linear unit."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, NoteAbout, matches, unchanged
from grader.model import Note
from grader.spec import GradientOf, Part, cache_of, normal

part = Part(
    "relu", "ReLU layer", assignment="layers", order=2, starter="layers", needs=("relu_forward", "relu_backward")
)


@part.check(
    points=1,
    inputs={"x": np.linspace(-0.5, 0.5, 12).reshape(3, 4)},
    edges={"images": {"x": normal(4, 3, 4, 5)}, "a vector": {"x": normal(17)}},
    edge_points=1,
    expect=[matches("out"), unchanged("x_after", "x")],
)
def forward(code: Any, x: Array) -> dict[str, Any]:
    """Forward pass: max(0, x)."""
    out, _ = code.relu_forward(x)
    return {"out": out, "x_after": x}


@part.check(
    points=1,
    inputs={"x": normal(10, 10), "dout": normal(10, 10)},
    edges={
        "images": {"x": normal(2, 3, 4, 5), "dout": normal(2, 3, 4, 5)},
        "a vector": {"x": normal(17), "dout": normal(17)},
    },
    edge_points=1,
    expect=[matches("dx"), unchanged("dout_after", "dout")],
    gradient_of=GradientOf("forward", {"dx": "x"}),
)
def backward(code: Any, x: Array, dout: Array) -> dict[str, Any]:
    """Backward pass: the gradient flows where x is positive."""
    cache = cache_of(lambda: code.relu_forward(x), x)
    cache_of(lambda: code.relu_forward(np.roll(x, 1)), None)  # what counts is the cache, not the last call
    dx = code.relu_backward(dout, cache)
    return {"dx": dx, "dout_after": dout}


def at_zero_is(dx: Array, inputs: Arrays) -> Note | None:
    """Which of the two usual conventions the gradient at exactly 0 follows."""
    flows = dx[inputs["x"] == 0]
    if np.array_equal(flows, inputs["dout"][inputs["x"] == 0]):
        return Note("relu-at-zero", "The gradient at exactly 0 is taken as 1; 0 is as good, neither is marked.")
    return None


@part.check(
    points=0,
    inputs={"x": np.array([[-1.0, 0.0, 2.0], [0.0, 3.0, -0.5]]), "dout": normal(2, 3)},
    expect=[NoteAbout("dx", at_zero_is)],
)
def at_zero(code: Any, x: Array, dout: Array) -> dict[str, Any]:
    """The gradient at exactly 0 (no marks: both conventions are right)."""
    _, cache = code.relu_forward(x)
    return {"dx": code.relu_backward(dout, cache)}
