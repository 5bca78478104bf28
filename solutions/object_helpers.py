"""The helper functions with which layers as objects are often built, for matrices and for (channels, height, width).

    element_wise_op   array[i, ...] becomes op(array[i, ...]), in place
    padding           zp zeros around the last two axes
    get_patch         the window [..., s i : s i + height, s j : s j + width], s the stride
    conv              output_array[i, j] becomes sum(patch(i, j) * kernel_array) + bias, in place; no rotation
    get_max_index     the (row, column) of the largest entry, the first of several

The kernel of ``conv`` is convolution_2d.py's correlation of one matrix, added up over the channels.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.convolution_2d import corr_valid
from solutions.inputs import Floats, as_float64, expect_shape, whole_number


def element_wise_op(array: Floats, op: Callable[[Any], Any]) -> None:
    """Replace every entry of an array of any shape by op(entry), in place."""
    for index in np.ndindex(array.shape):
        array[index] = op(array[index])


def padding(input_array: npt.ArrayLike, zp: int) -> Floats:
    """Return a matrix or (channels, height, width) with zp zeros on each side of the last two axes."""
    array = as_float64(input_array)
    side = whole_number("zp", zp, 0)
    return np.pad(array, [(0, 0)] * (array.ndim - 2) + [(side, side)] * 2)


def get_patch(input_array: npt.ArrayLike, i: int, j: int, filter_width: int, filter_height: int, stride: int) -> Floats:
    """Return the window of a matrix or of (channels, height, width) that the output at row i, column j sees."""
    array = as_float64(input_array)
    top, left = i * stride, j * stride
    return array[..., top : top + filter_height, left : left + filter_width]


def conv(
    input_array: npt.ArrayLike, kernel_array: npt.ArrayLike, output_array: Floats, stride: int, bias: float
) -> None:
    """Fill the matrix output_array with the correlation of an input with a kernel of as many channels, and the bias.

    Both are matrices, or both (channels, height, width). Raises ValueError if they do not have the same channels.
    """
    image, kernel = as_float64(input_array), as_float64(kernel_array)
    expect_shape("kernel_array", kernel, (*image.shape[:-2], "height", "width"))
    planes = zip(image.reshape(-1, *image.shape[-2:]), kernel.reshape(-1, *kernel.shape[-2:]), strict=True)
    whole = np.sum([corr_valid(plane, weights) for plane, weights in planes], axis=0) + bias
    rows, columns = output_array.shape
    output_array[...] = whole[::stride, ::stride][:rows, :columns]


def get_max_index(array: npt.ArrayLike) -> tuple[int, int]:
    """Return (row, column) of the largest entry of a matrix."""
    array = as_float64(array)
    row, column = np.unravel_index(int(np.argmax(array)), array.shape)
    return int(row), int(column)
