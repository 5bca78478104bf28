"""Mean and max pooling of a matrix over windows that tile it, and the gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part(
    "pooling_2d",
    "Pooling in two dimensions",
    assignment="cnn_fundamentals",
    order=2,
    needs=("mean_pool_2d", "kron_upsample", "mean_pool_2d_backward", "max_pool_2d", "max_pool_2d_backward"),
)


def image(H: int, W: int, s: int, shift: float = 0.0) -> dict[str, Any]:
    """An image without ties, and the side of the windows."""
    return {"x": normal(H, W, shift=shift), "s": s}


def upstream(H: int, W: int, s: int) -> dict[str, Any]:
    """The gradient that comes back to an image of H x W, and the side of the windows."""
    return {"dout": normal(H // s, W // s), "s": s}


def both(H: int, W: int, s: int, shift: float = 0.0) -> dict[str, Any]:
    """The image and the gradient that comes back to it."""
    return image(H, W, s, shift) | upstream(H, W, s)


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """Other windows than 2 x 2, and images that are not square."""
    return {
        "windows of 3 x 3": inputs(6, 6, 3),
        "height and width differ": inputs(4, 10, 2),
        "a single window": inputs(4, 4, 4),
    }


@part.check(points=1, inputs=image(6, 6, 2), edges=edge_cases(image), edge_points=1, expect=[matches("out")])
def mean_forward(code: Any, x: Array, s: int) -> dict[str, Any]:
    """Mean pooling, forward."""
    return {"out": code.mean_pool_2d(x, s)}


@part.check(
    points=1,
    inputs={"delta": np.array([[1.0, 2.0], [3.0, 4.0]]), "s": 2},
    edges={"not square, three times": {"delta": normal(2, 4), "s": 3}},
    edge_points=1,
    expect=[matches("repeated", shape_hint="Each side is s times that of delta.")],
)
def kronecker(code: Any, delta: Array, s: int) -> dict[str, Any]:
    """Every entry repeated over a window: the Kronecker product with ones."""
    return {"repeated": code.kron_upsample(delta, s)}


@part.check(
    points=1,
    inputs=upstream(6, 6, 2),
    edges=edge_cases(upstream),
    edge_points=1,
    expect=[matches("dx", shape_hint="dx has the shape of the image.")],
)
def mean_backward(code: Any, dout: Array, s: int) -> dict[str, Any]:
    """Mean pooling, backward: every pixel of a window receives its share."""
    return {"dx": code.mean_pool_2d_backward(dout, s)}


@part.check(
    points=1,
    inputs=image(6, 6, 2),
    edges=edge_cases(image) | {"all values negative": image(4, 4, 2, shift=-20)},
    edge_points=1,
    expect=[matches("out")],
)
def max_forward(code: Any, x: Array, s: int) -> dict[str, Any]:
    """Max pooling, forward."""
    return {"out": code.max_pool_2d(x, s)}


@part.check(
    points=1,
    inputs=both(6, 6, 2),
    edges=edge_cases(both) | {"all values negative": both(4, 4, 2, shift=-20)},
    edge_points=1,
    expect=[matches("dx", shape_hint="dx has the shape of the image.")],
)
def max_backward(code: Any, x: Array, dout: Array, s: int) -> dict[str, Any]:
    """Max pooling, backward: the maximum of each window receives the gradient."""
    return {"dx": code.max_pool_2d_backward(dout, x, s)}
