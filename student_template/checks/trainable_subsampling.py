"""LeNet's subsampling layer, with a coefficient and a bias to train in every map."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part(
    "trainable_subsampling",
    "Trainable subsampling",
    assignment="lenet_by_hand",
    order=2,
    needs=("subsample_forward", "subsample_backward"),
)


def maps(C: int, H: int, W: int, s: int) -> dict[str, Any]:
    """C maps of H x W, their coefficients and biases, and the side of the windows."""
    return {"x": normal(C, H, W), "beta": normal(C, scale=0.5), "b": normal(C), "s": s}


def upstream(C: int, H: int, W: int, s: int) -> dict[str, Any]:
    """The same and the gradient that comes back."""
    return maps(C, H, W, s) | {"dout": normal(C, H // s, W // s)}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """Other windows than 2 x 2, and maps that are not square."""
    return {
        "windows of 3 x 3": inputs(2, 6, 6, 3),
        "height and width differ": inputs(3, 4, 6, 2),
        "a single map": inputs(1, 4, 4, 2),
    }


@part.check(
    points=2,
    inputs=maps(3, 4, 4, 2),
    edges=edge_cases(maps),
    edge_points=1,
    expect=[matches("out", shape_hint="Each side of out is the map's divided by s.")],
)
def forward(code: Any, x: Array, beta: Array, b: Array, s: int) -> dict[str, Any]:
    """Trainable subsampling, forward: sigmoid of beta times the sum of the window, plus b."""
    out, _ = code.subsample_forward(x, beta, b, s)
    return {"out": out}


@part.check(
    points=3,
    inputs=upstream(3, 4, 4, 2),
    edges=edge_cases(upstream),
    edge_points=2,
    expect=[
        matches("dx", shape_hint="dx has the shape of x."),
        matches("dbeta", shape_hint="One coefficient a map."),
        matches("db", shape_hint="One bias a map."),
    ],
)
def backward(code: Any, x: Array, beta: Array, b: Array, s: int, dout: Array) -> dict[str, Any]:
    """Trainable subsampling, backward: the gradients of the maps, the coefficients and the biases."""
    _, cache = code.subsample_forward(x, beta, b, s)
    dx, dbeta, db = code.subsample_backward(dout, cache)
    return {"dx": dx, "dbeta": dbeta, "db": db}
