"""Stands in for the course's compiled ``im2col_cython``: windows of images as columns, and back. Only rearranges."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

DEFINES = ("im2col_cython", "col2im_cython", "col2im_6d_cython")
Array = NDArray[Any]


def names(package: str) -> dict[str, Any]:
    """What the module defines."""
    return {function.__name__: function for function in (im2col_cython, col2im_cython, col2im_6d_cython)}


def im2col_cython(x: Array, field_height: int, field_width: int, padding: int, stride: int) -> Array:
    """The windows of images (N, C, H, W) as columns.

    Rows count through (C, field_height, field_width), columns through (out_height, out_width, N).
    """
    sides = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    windows = sliding_window_view(np.pad(x, sides), (field_height, field_width), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return windows.transpose(1, 4, 5, 2, 3, 0).reshape(x.shape[1] * field_height * field_width, -1)


def col2im_cython(
    cols: Array, N: int, C: int, H: int, W: int, field_height: int, field_width: int, padding: int, stride: int
) -> Array:
    """Columns as ``im2col_cython`` orders them, added up where their windows lie in images (N, C, H, W)."""
    rows, columns = _steps(H, field_height, padding, stride), _steps(W, field_width, padding, stride)
    six = cols.reshape(C, field_height, field_width, rows, columns, N).transpose(0, 1, 2, 5, 3, 4)
    return col2im_6d_cython(six, N, C, H, W, field_height, field_width, padding, stride)


def col2im_6d_cython(cols: Array, N: int, C: int, H: int, W: int, HH: int, WW: int, pad: int, stride: int) -> Array:
    """The same for an array (C, HH, WW, N, out_height, out_width)."""
    rows, columns = _steps(H, HH, pad, stride), _steps(W, WW, pad, stride)
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=cols.dtype)
    for i in range(HH):
        for j in range(WW):
            target = padded[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            target += cols[:, i, j].swapaxes(0, 1)
    return padded[:, :, pad : pad + H, pad : pad + W]


def _steps(size: int, window: int, padding: int, stride: int) -> int:
    return (size + 2 * padding - window) // stride + 1
