"""Gradients by differences, and the relative error with which they are compared."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Within, matches
from grader.spec import Part, normal

part = Part(
    "gradient_check",
    "Gradient check",
    assignment="gradient_check",
    order=1,
    needs=("eval_numerical_gradient", "eval_numerical_gradient_array", "rel_error"),
)


def wave(x: Array) -> Any:
    """A number that depends on every entry in another way."""
    return np.sum(np.sin(x) * np.arange(1.0, x.size + 1).reshape(x.shape))


@part.check(
    points=2,
    inputs={"x": normal(3, 4)},
    edges={"a vector": {"x": normal(5)}, "an image": {"x": normal(2, 3, 2)}},
    edge_points=1,
    # Central differences are right to about 1e-9 here, whatever h is between 1e-6 and 1e-5; one-sided ones to 1e-5.
    expect=[Within("grad", 1e-6, shape_hint="It has the shape of x."), matches("x")],
)
def of_a_number(code: Any, x: Array) -> dict[str, Any]:
    """eval_numerical_gradient: the gradient of a function that gives a number; x is left as it was."""
    grad = code.eval_numerical_gradient(wave, x, False)
    return {"grad": grad, "x": x}


@part.check(
    points=2,
    inputs={"x": normal(3, 4), "w": normal(4, 2), "df": normal(3, 2)},
    edges={
        "as many columns as rows": {"x": normal(3, 3), "w": normal(3, 3), "df": normal(3, 3)},
        "a single row": {"x": normal(1, 4), "w": normal(4, 3), "df": normal(1, 3)},
    },
    edge_points=1,
    expect=[Within("grad", 1e-6, shape_hint="It has the shape of x."), matches("x")],
)
def of_an_array(code: Any, x: Array, w: Array, df: Array) -> dict[str, Any]:
    """eval_numerical_gradient_array: the gradient of a function that gives an array; x is left as it was."""
    grad = code.eval_numerical_gradient_array(lambda x: np.sin(x).dot(w), x, df)
    return {"grad": grad, "x": x}


def with_a_zero(rng: np.random.Generator) -> dict[str, Array]:
    """Two arrays; one entry is 0 in both."""
    x, y = rng.normal(size=(2, 5))
    x[2] = y[2] = 0.0
    return {"x": x, "y": x * (1 + 1e-3 * y)}


@part.check(
    points=1,
    inputs={"x": normal(3, 4), "y": normal(3, 4)},
    edges={
        "a zero in both": with_a_zero,
        "hardly different": lambda rng: {"x": (x := rng.normal(size=6)), "y": x * (1 + 1e-6 * rng.random(6))},
        "entries of 1e-9": {"x": normal(4, scale=1e-9), "y": normal(4, scale=1e-9)},
    },
    edge_points=1,
    expect=[matches("error", rel=1e-6)],
)
def relative_error(code: Any, x: Array, y: Array) -> dict[str, Any]:
    """rel_error: the largest |x - y| / max(1e-8, |x| + |y|)."""
    return {"error": code.rel_error(x, y)}
