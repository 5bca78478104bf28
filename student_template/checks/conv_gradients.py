"""The gradients of a convolution layer with respect to its kernels and biases."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part(
    "conv_gradients",
    "Gradients of kernels and biases",
    assignment="lenet_by_hand",
    order=1,
    needs=("corr_kernel_gradient", "conv_kernel_gradient", "bias_gradient", "conv_layer_gradients"),
)

OF_THE_KERNEL = "Each side of dw is n - m + 1, for n of the image and m of dout."


def pair(H: int, W: int, HH: int, WW: int) -> dict[str, Any]:
    """An image of H x W, and what comes back from its valid convolution with a kernel of HH x WW."""
    return {"x": normal(H, W), "dout": normal(H - HH + 1, W - WW + 1)}


EDGES: dict[str, Recipe] = {
    "height and width differ": pair(5, 8, 3, 3),
    "a kernel of 5 x 3": pair(7, 6, 5, 3),
    "a single output": pair(3, 4, 3, 4),
}


@part.check(
    points=1, inputs=pair(6, 6, 3, 3), edges=EDGES, edge_points=1, expect=[matches("dw", shape_hint=OF_THE_KERNEL)]
)
def correlation(code: Any, x: Array, dout: Array) -> dict[str, Any]:
    """The gradient of a valid correlation with respect to its kernel."""
    return {"dw": code.corr_kernel_gradient(x, dout)}


@part.check(
    points=1, inputs=pair(6, 6, 3, 3), edges=EDGES, edge_points=1, expect=[matches("dw", shape_hint=OF_THE_KERNEL)]
)
def convolution(code: Any, x: Array, dout: Array) -> dict[str, Any]:
    """The gradient of a valid convolution with respect to its kernel."""
    return {"dw": code.conv_kernel_gradient(x, dout)}


@part.check(points=1, inputs={"dout": normal(3, 4, 5)}, expect=[matches("db", shape_hint="One bias a map.")])
def bias(code: Any, dout: Array) -> dict[str, Any]:
    """The gradient with respect to the biases."""
    return {"db": code.bias_gradient(dout)}


def layer(C: int, H: int, W: int, *, F: int, HH: int, WW: int) -> dict[str, Any]:
    """An image of C channels, and what comes back from a layer of F maps with kernels of HH x WW."""
    return {"x": normal(C, H, W), "dout": normal(F, H - HH + 1, W - WW + 1)}


@part.check(
    points=2,
    inputs=layer(2, 6, 6, F=3, HH=3, WW=3),
    edges={
        "one channel": layer(1, 6, 6, F=4, HH=3, WW=3),
        "height and width differ": layer(2, 5, 7, F=2, HH=3, WW=3),
        "a kernel of 2 x 4": layer(3, 6, 6, F=2, HH=2, WW=4),
    },
    edge_points=1,
    expect=[
        matches("dw", shape_hint="dw is (F, C, HH, WW), one kernel for each map and channel."),
        matches("db", shape_hint="One bias a map."),
    ],
)
def whole_layer(code: Any, x: Array, dout: Array) -> dict[str, Any]:
    """The gradients of all kernels and biases of a layer."""
    dw, db = code.conv_layer_gradients(x, dout)
    return {"dw": dw, "db": db}
