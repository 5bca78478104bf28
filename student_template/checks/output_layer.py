"""Residuals of the output layer and of a layer before it, and LeNet's RBF output."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Draw, Part, normal

part = Part(
    "output_layer",
    "The output layer",
    assignment="lenet_by_hand",
    order=3,
    needs=("quadratic_residual", "softmax_residual", "hidden_residual", "rbf_output", "rbf_backward"),
)


def sigmoids(size: int) -> Draw:
    """Outputs of a sigmoid layer."""
    return lambda rng: rng.uniform(0.05, 0.95, size)


def probabilities(size: int) -> Draw:
    """Outputs of a softmax layer."""
    return lambda rng: rng.dirichlet(np.ones(size))


def one_hot(size: int) -> Draw:
    """The target of a class drawn by lot."""
    return lambda rng: np.eye(size)[rng.integers(size)]


@part.check(points=1, inputs={"a": sigmoids(6), "t": one_hot(6)}, expect=[matches("delta")])
def quadratic(code: Any, a: Array, t: Array) -> dict[str, Any]:
    """The residual of sigmoid outputs for the quadratic loss."""
    return {"delta": code.quadratic_residual(a, t)}


@part.check(points=1, inputs={"p": probabilities(6), "t": one_hot(6)}, expect=[matches("delta")])
def softmax(code: Any, p: Array, t: Array) -> dict[str, Any]:
    """The residual of softmax outputs for the cross-entropy loss."""
    return {"delta": code.softmax_residual(p, t)}


@part.check(
    points=1,
    inputs={"delta": normal(3), "W": normal(3, 5), "a": sigmoids(5)},
    edges={"as many inputs as outputs": {"delta": normal(4), "W": normal(4, 4), "a": sigmoids(4)}},
    edge_points=1,
    expect=[matches("before", shape_hint="One number for each output of the layer before.")],
)
def hidden(code: Any, delta: Array, W: Array, a: Array) -> dict[str, Any]:
    """The residual of a sigmoid layer before a layer of weights W."""
    return {"before": code.hidden_residual(delta, W, a)}


@part.check(
    points=1,
    inputs={"x": normal(6), "w": normal(4, 6)},
    edges={"as many classes as numbers": {"x": normal(3), "w": normal(3, 3)}},
    edge_points=1,
    expect=[matches("y", shape_hint="One number per class, which is a row of w.")],
)
def rbf(code: Any, x: Array, w: Array) -> dict[str, Any]:
    """The RBF output: squared distances to the rows of w."""
    return {"y": code.rbf_output(x, w)}


@part.check(
    points=2,
    inputs={"dout": normal(4), "x": normal(6), "w": normal(4, 6)},
    edges={"as many classes as numbers": {"dout": normal(3), "x": normal(3), "w": normal(3, 3)}},
    edge_points=1,
    expect=[matches("dx"), matches("dw")],
)
def rbf_backward(code: Any, dout: Array, x: Array, w: Array) -> dict[str, Any]:
    """The RBF output, backward: the gradients of x and w."""
    dx, dw = code.rbf_backward(dout, x, w)
    return {"dx": dx, "dw": dw}
