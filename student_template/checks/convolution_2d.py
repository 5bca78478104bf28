"""Convolution of two matrices: full, valid and same, with the rotation by 180 degrees, and the gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, NoteAbout, matches
from grader.model import Note
from grader.spec import Part, Recipe, normal

part = Part(
    "convolution_2d",
    "Convolution in two dimensions",
    assignment="cnn_fundamentals",
    order=1,
    needs=(
        "rot180",
        "conv_full",
        "conv_valid",
        "conv_same",
        "corr_valid",
        "conv_valid_backward",
        "corr_valid_backward",
    ),
)

OF_THE_IMAGE = "dx has the shape of the image: each side is m + l - 1, for m of dout and l of the kernel."
COUNTING = np.arange(1.0, 10.0).reshape(3, 3)


def pair(H: int, W: int, HH: int, WW: int) -> dict[str, Any]:
    """An image of H x W and a kernel of HH x WW."""
    return {"x": normal(H, W), "w": normal(HH, WW)}


def upstream(H: int, W: int, HH: int, WW: int) -> dict[str, Any]:
    """The gradient that comes back from a valid convolution or correlation of an H x W image, and its kernel."""
    return {"dout": normal(H - HH + 1, W - WW + 1), "w": normal(HH, WW)}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """Shapes in which a mix-up of height and width, or an assumed kernel of 3 x 3, shows."""
    return {
        "height and width differ": inputs(5, 8, 3, 3),
        "a kernel of 5 x 3": inputs(7, 6, 5, 3),
    }


@part.check(
    points=1,
    inputs={"w": normal(3, 5)},
    expect=[matches("rotated")],
)
def rotation(code: Any, w: Array) -> dict[str, Any]:
    """The kernel rotated by 180 degrees."""
    return {"rotated": code.rot180(w)}


@part.check(
    points=1,
    inputs={"x": np.ones((3, 3)), "w": COUNTING},
    edges=edge_cases(pair) | {"a kernel larger than the image": pair(2, 3, 3, 4)},
    edge_points=1,
    expect=[matches("out", shape_hint="Each side of out is n + l - 1, for n of the image and l of the kernel.")],
)
def full(code: Any, x: Array, w: Array) -> dict[str, Any]:
    """Full convolution: every position where image and kernel overlap."""
    return {"out": code.conv_full(x, w)}


@part.check(
    points=1,
    inputs=pair(6, 6, 3, 3),
    edges=edge_cases(pair)
    | {"a kernel of 2 x 4": pair(5, 6, 2, 4), "a kernel as large as the image": pair(3, 4, 3, 4)},
    edge_points=1,
    expect=[matches("out", shape_hint="Each side of out is n - l + 1, for n of the image and l of the kernel.")],
)
def valid(code: Any, x: Array, w: Array) -> dict[str, Any]:
    """Valid convolution: every position where the kernel lies inside the image."""
    return {"out": code.conv_valid(x, w)}


@part.check(
    points=1,
    inputs=pair(6, 6, 3, 3),
    edges=edge_cases(pair),
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of the image.")],
)
def same(code: Any, x: Array, w: Array) -> dict[str, Any]:
    """Convolution in the shape of the image: the middle of the full one."""
    return {"out": code.conv_same(x, w)}


@part.check(
    points=1,
    inputs=pair(6, 7, 3, 2),
    expect=[matches("out", shape_hint="Each side of out is n - l + 1, for n of the image and l of the kernel.")],
)
def correlation(code: Any, x: Array, w: Array) -> dict[str, Any]:
    """Valid correlation: the kernel as it stands at every position inside the image."""
    return {"out": code.corr_valid(x, w)}


@part.check(
    points=1,
    inputs=upstream(6, 6, 3, 3),
    edges=edge_cases(upstream) | {"a single output": upstream(3, 4, 3, 4)},
    edge_points=1,
    expect=[matches("dx", shape_hint=OF_THE_IMAGE)],
)
def correlation_backward(code: Any, dout: Array, w: Array) -> dict[str, Any]:
    """The gradient of a valid correlation with respect to the image."""
    return {"dx": code.corr_valid_backward(dout, w)}


@part.check(
    points=1,
    inputs=upstream(6, 6, 3, 3),
    edges=edge_cases(upstream),
    edge_points=1,
    expect=[matches("dx", shape_hint=OF_THE_IMAGE)],
)
def convolution_backward(code: Any, dout: Array, w: Array) -> dict[str, Any]:
    """The gradient of a valid convolution with respect to the image."""
    return {"dx": code.conv_valid_backward(dout, w)}


def middle_is(out: Array, inputs: Arrays) -> Note | None:
    """Which of the two conventions the middle for an even kernel follows: SciPy's or MATLAB's."""
    if np.allclose(out, inputs["x"]):
        return Note("even-same-low", "For even kernels conv_same starts at (l - 1) // 2, as in SciPy: fine, no marks.")
    if np.allclose(out[:-1, :-1], inputs["x"][1:, 1:]):
        return Note("even-same-high", "For even kernels conv_same starts at l // 2, as in MATLAB: fine, no marks.")
    return None


@part.check(
    points=0,
    # This kernel's full convolution is the image with a row and a column of zeros behind it.
    inputs={"x": normal(3, 3), "w": np.array([[1.0, 0.0], [0.0, 0.0]])},
    expect=[NoteAbout("out", middle_is)],
)
def same_even(code: Any, x: Array, w: Array) -> dict[str, Any]:
    """Which middle an even kernel gets (no marks: both conventions are right)."""
    return {"out": code.conv_same(x, w)}
