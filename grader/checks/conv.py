"""The convolution layer: cross-correlation with stride and zero padding."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part(
    "conv",
    "Convolution layer",
    assignment="layers",
    order=3,
    needs=("conv_forward_naive", "conv_backward_naive"),
)


def images(N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, stride: int, pad: int) -> dict[str, Any]:
    """Inputs of a forward pass: N images of C channels, F filters of HH x WW."""
    return {
        "x": normal(N, C, H, W),
        "w": normal(F, C, HH, WW),
        "b": normal(F),
        "stride": stride,
        "pad": pad,
    }


def with_dout(N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, stride: int, pad: int) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the upstream gradient."""
    rows, columns = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    return images(N, C, H, W, F=F, HH=HH, WW=WW, stride=stride, pad=pad) | {"dout": normal(N, F, rows, columns)}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """The cases that the course's own check leaves out, as the contract has them."""
    return {
        "pad 0": inputs(4, 3, 5, 5, F=2, HH=3, WW=3, stride=1, pad=0),
        "pad 2": inputs(4, 2, 4, 4, F=3, HH=5, WW=5, stride=1, pad=2),
        "stride 3": inputs(4, 2, 7, 7, F=2, HH=3, WW=3, stride=3, pad=1),
        "height and width differ": inputs(4, 3, 5, 8, F=2, HH=3, WW=3, stride=1, pad=1),
        "filter height and width differ": inputs(4, 2, 7, 6, F=3, HH=3, WW=2, stride=2, pad=1),
    }


@part.check(
    points=3,
    inputs=images(4, 3, 4, 4, F=3, HH=4, WW=4, stride=2, pad=1),
    edges=edge_cases(images),
    edge_points=3,
    expect=[matches("out", shape_hint="Each side of out is 1 + (H + 2 * pad - HH) // stride.")],
)
def forward(code: Any, x: Array, w: Array, b: Array, stride: int, pad: int) -> dict[str, Any]:
    """Forward pass: every filter at every position."""
    out, _ = code.conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    return {"out": out}


@part.check(
    points=4,
    inputs=with_dout(4, 3, 5, 5, F=2, HH=3, WW=3, stride=1, pad=1),
    edges=edge_cases(with_dout),
    edge_points=4,
    expect=[
        matches("dx", shape_hint="dx has the shape of x, without the padding."),
        matches("dw", shape_hint="dw has the shape of w."),
        matches("db", shape_hint="Sum dout over N, H and W."),
    ],
)
def backward(code: Any, x: Array, w: Array, b: Array, dout: Array, stride: int, pad: int) -> dict[str, Any]:
    """Backward pass: the gradients of x, w and b."""
    _, cache = code.conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    code.conv_forward_naive(-x, w, b, {"stride": stride, "pad": pad})  # what counts is the cache, not the last call
    dx, dw, db = code.conv_backward_naive(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}
