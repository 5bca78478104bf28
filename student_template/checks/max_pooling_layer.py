"""The max-pooling layer as an object: one image at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part("max_pooling_layer", "Max-pooling layer", assignment="cnn_objects", order=3, needs=("MaxPoolingLayer",))


def forward_case(C: int, H: int, W: int, *, height: int, width: int, stride: int, shift: float = 0) -> dict[str, Any]:
    """Inputs of a forward pass: an image without ties, and the window."""
    return {"input": normal(C, H, W, shift=shift), "filter_height": height, "filter_width": width, "stride": stride}


def backward_case(C: int, H: int, W: int, *, height: int, width: int, stride: int, shift: float = 0) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the sensitivity."""
    rows, columns = 1 + (H - height) // stride, 1 + (W - width) // stride
    case = forward_case(C, H, W, height=height, width=width, stride=stride, shift=shift)
    return case | {"sensitivity": normal(C, rows, columns)}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """What square windows that tile a square image leave untried."""
    return {
        "overlapping windows": inputs(2, 5, 5, height=3, width=3, stride=2),
        "stride 1": inputs(2, 4, 5, height=2, width=2, stride=1),
        "window height and width differ": inputs(2, 5, 5, height=3, width=2, stride=1),
        "height and width differ": inputs(2, 4, 6, height=2, width=2, stride=2),
        "stride larger than the window": inputs(2, 5, 5, height=2, width=2, stride=3),
        "all values negative": inputs(2, 4, 4, height=2, width=2, stride=2, shift=-20),
    }


def layer_of(code: Any, input: Array, filter_height: int, filter_width: int, stride: int) -> Any:
    """A layer of the student's class that was given an image."""
    C, H, W = input.shape
    layer = code.MaxPoolingLayer(W, H, C, filter_width, filter_height, stride)
    layer.forward(input.copy())
    return layer


@part.check(
    points=2,
    inputs=forward_case(3, 4, 4, height=2, width=2, stride=2),
    edges=edge_cases(forward_case),
    edge_points=1,
    expect=[matches("output_array", shape_hint="Each side is (side - filter side) // stride + 1.")],
)
def forward(code: Any, **case: Any) -> dict[str, Any]:
    """Forward pass: output_array, the largest value in each window."""
    return {"output_array": np.array(layer_of(code, **case).output_array)}


@part.check(
    points=2,
    inputs=backward_case(3, 6, 6, height=2, width=2, stride=2),
    edges=edge_cases(backward_case),
    edge_points=1,
    expect=[matches("delta_array", shape_hint="It has the shape of the input.")],
)
def backward(code: Any, sensitivity: Array, **case: Any) -> dict[str, Any]:
    """Backward pass: delta_array, where the sensitivity of each window goes to its maximum."""
    layer = layer_of(code, **case)
    layer.backward(case["input"].copy(), sensitivity)
    return {"delta_array": np.array(layer.delta_array)}
