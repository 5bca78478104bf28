"""The helper functions of layers as objects: for matrices, and for images (channels, height, width)."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part(
    "object_helpers",
    "Helper functions",
    assignment="cnn_objects_extended",
    order=1,
    needs=("element_wise_op", "padding", "get_patch", "conv", "get_max_index"),
    reference={"conv": "conv_into", "padding": "padded_by"},  # solutions.conv is a module
)


def bend(value: Any) -> Any:
    """z / (1 + |z|), for numbers and arrays."""
    return value / (1 + abs(value))


@part.check(
    points=1,
    inputs={"array": normal(2, 3, 4)},
    edges={"a matrix": {"array": normal(3, 5)}},
    edge_points=0.5,
    expect=[matches("array", shape_hint="The array itself changes; its shape stays.")],
    asks=("element_wise_op",),
)
def element_wise_op(code: Any, array: Array) -> dict[str, Any]:
    """element_wise_op: every entry of the array becomes op(entry), in place."""
    code.element_wise_op(array, bend)
    return {"array": array}


@part.check(
    points=1,
    inputs={"input_array": normal(3, 4, 4), "zp": 1},
    edges={
        "a matrix": {"input_array": normal(4, 4), "zp": 2},
        "no padding": {"input_array": normal(2, 3, 3), "zp": 0},
        "height and width differ": {"input_array": normal(2, 3, 5), "zp": 2},
        "a matrix whose height and width differ": {"input_array": normal(2, 5), "zp": 1},
    },
    edge_points=1,
    expect=[matches("padded", shape_hint="Height and width grow by 2 * zp, channels do not.")],
    asks=("padding",),
)
def padding(code: Any, input_array: Array, zp: int) -> dict[str, Any]:
    """padding: zp zeros on each side of height and width."""
    return {"padded": np.array(code.padding(input_array, zp))}


def window(*shape: int, i: int, j: int, height: int, width: int, stride: int) -> dict[str, Any]:
    """An image and the window of the output at row i, column j."""
    sizes = {"filter_height": height, "filter_width": width, "stride": stride}
    return {"input_array": normal(*shape), "i": i, "j": j, **sizes}


@part.check(
    points=1,
    inputs=window(3, 5, 5, i=1, j=1, height=3, width=3, stride=2),
    edges={
        "a matrix": window(5, 5, i=1, j=0, height=3, width=3, stride=2),
        "row and column differ": window(2, 6, 6, i=0, j=2, height=2, width=2, stride=2),
        "filter height and width differ": window(2, 6, 6, i=1, j=1, height=2, width=4, stride=1),
        "height and width differ": window(2, 4, 7, i=1, j=2, height=2, width=2, stride=2),
    },
    edge_points=1,
    expect=[matches("patch", shape_hint="It is (channels, filter_height, filter_width), or a matrix of a matrix.")],
    asks=("get_patch",),
)
def get_patch(
    code: Any, input_array: Array, i: int, j: int, filter_height: int, filter_width: int, stride: int
) -> dict[str, Any]:
    """get_patch: what the filter sees for the output at row i, column j."""
    return {"patch": np.array(code.get_patch(input_array, i, j, filter_width, filter_height, stride))}


def pass_of(image: tuple[int, ...], kernel: tuple[int, ...], stride: int, bias: float = 0.5) -> dict[str, Recipe | Any]:
    """An image, a kernel of as many channels, a stride and a bias."""
    return {"input_array": normal(*image), "kernel_array": normal(*kernel), "stride": stride, "bias": bias}


@part.check(
    points=2,
    inputs=pass_of((3, 5, 5), (3, 3, 3), 2),
    edges={
        "matrices": pass_of((5, 5), (3, 3), 1, -1.25),
        "stride 3": pass_of((2, 8, 8), (2, 2, 2), 3),
        "height and width differ": pass_of((2, 4, 7), (2, 3, 3), 1),
        "filter height and width differ": pass_of((2, 5, 5), (2, 2, 4), 1),
    },
    edge_points=2,
    expect=[matches("output_array", shape_hint="output_array itself is filled; its shape stays.")],
    asks=("conv",),
)
def conv(code: Any, input_array: Array, kernel_array: Array, stride: int, bias: float) -> dict[str, Any]:
    """conv: output_array is filled with the sums of patch times kernel, plus the bias."""
    (H, W), (HH, WW) = input_array.shape[-2:], kernel_array.shape[-2:]
    output_array = np.zeros((1 + (H - HH) // stride, 1 + (W - WW) // stride))
    code.conv(input_array, kernel_array, output_array, stride, bias)
    return {"output_array": output_array}


def largest_last(rng: np.random.Generator, rows: int, columns: int) -> dict[str, Array]:
    """A matrix whose largest entry is its last."""
    array = rng.normal(size=(rows, columns))
    array[-1, -1] = np.max(array) + 1.0
    return {"array": array}


@part.check(
    points=1,
    inputs={"array": normal(4, 4)},
    edges={
        "all values negative": {"array": normal(3, 3, shift=-20)},
        "the largest in the last column": lambda rng: largest_last(rng, 2, 6),
        "the largest in the last row": lambda rng: largest_last(rng, 6, 2),
    },
    edge_points=0.5,
    expect=[matches("index", shape_hint="It is the pair (row, column).")],
    asks=("get_max_index",),
)
def get_max_index(code: Any, array: Array) -> dict[str, Any]:
    """get_max_index: the row and the column of the largest entry."""
    return {"index": np.array(code.get_max_index(array), dtype=float)}
