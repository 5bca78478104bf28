"""Convolution layer (cross-correlation: the filter is not flipped), NCHW.

Forward, with p the pad, s the stride, and x zero outside the image:

    out[n, f, y, z] = b[f] + sum over c, i, j of w[f, c, i, j] x[n, c, s y + i - p, s z + j - p]

Backward:

    dw[f, c, i, j] = sum over n, y, z of dout[n, f, y, z] x[n, c, s y + i - p, s z + j - p]
    dx[n, c, s y + i - p, s z + j - p] += w[f, c, i, j] dout[n, f, y, z]    for all n, f, y, z, c, i, j
    db[f] = sum over n, y, z of dout[n, f, y, z]

All three are matrix products once each window of x is written as one column of a (C HH WW)-row matrix
("im2col"); this is done for a block of output rows at a time that stays in the CPU's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, count_windows, expect_shape, whole_number
from solutions.jit import kernel
from solutions.matmul import matmul_for

ConvCache = tuple[Floats, Floats, Floats, dict[str, Any]]

BLOCK = 2**15  # numbers in a block of columns: 256 KiB


@kernel
def _im2col_kernel(
    x: Floats, n0: int, n1: int, y0: int, y1: int, width: int, HH: int, WW: int, stride: int, pad: int
) -> Floats:
    """Columns of the windows of samples n0..n1, output rows y0..y1: (C HH WW, samples * rows * width)."""
    _, C, H, W = x.shape
    cols = np.empty((C, HH, WW, n1 - n0, y1 - y0, width))
    for c in range(C):
        for i in range(HH):
            for j in range(WW):
                for n in range(n0, n1):
                    for y in range(y0, y1):
                        row = y * stride + i - pad
                        for z in range(width):
                            column = z * stride + j - pad
                            # & and not "and": without branches LLVM turns the loop into masked vector loads
                            inside = (row >= 0) & (row < H) & (column >= 0) & (column < W)
                            cols[c, i, j, n - n0, y - y0, z] = x[n, c, row, column] if inside else 0.0
    return cols.reshape(C * HH * WW, (n1 - n0) * (y1 - y0) * width)


@kernel
def _col2im_kernel(
    cols: Floats, dx: Floats, n0: int, n1: int, y0: int, y1: int, width: int, HH: int, WW: int, stride: int, pad: int
) -> None:
    """Add each column back to the window of dx that it came from: the transpose of im2col."""
    _, C, H, W = dx.shape
    windows = cols.reshape(C, HH, WW, n1 - n0, y1 - y0, width)
    for c in range(C):
        for i in range(HH):
            for j in range(WW):
                for n in range(n0, n1):
                    for y in range(y0, y1):
                        row = y * stride + i - pad
                        for z in range(width):
                            column = z * stride + j - pad
                            if 0 <= row < H and 0 <= column < W:
                                dx[n, c, row, column] += windows[c, i, j, n - n0, y - y0, z]


def _geometry(x: Floats, w: Floats, conv_param: dict[str, Any]) -> tuple[int, int, int, int]:
    """(stride, pad, OH, OW) of a convolution; ValueError if the shapes or the windows do not fit."""
    expect_shape("x", x, ("N", "C", "H", "W"))
    expect_shape("w", w, ("F", x.shape[1], "HH", "WW"))
    stride = whole_number("stride", conv_param["stride"], 1)
    pad = whole_number("pad", conv_param["pad"], 0)
    OH, OW = (count_windows(x.shape[axis], w.shape[axis], stride, pad) for axis in (2, 3))
    return stride, pad, OH, OW


def _blocks(N: int, OH: int, row: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut N x OH output rows into blocks (n0, n1, y0, y1) of about BLOCK numbers, for ``row`` numbers a row."""
    rows = max(1, BLOCK // max(1, row))
    samples, rows = max(1, rows // OH), min(rows, OH)
    for n in range(0, N, samples):
        for y in range(0, OH, rows):
            yield n, min(n + samples, N), y, min(y + rows, OH)


def conv_forward_naive(
    x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike, conv_param: dict[str, Any]
) -> tuple[Floats, ConvCache]:
    """Return (out, cache) for x (N, C, H, W), w (F, C, HH, WW), b (F,) and conv_param {"stride", "pad"}.

    out is float64 of shape (N, F, OH, OW) with OH = 1 + (H + 2 pad - HH) / stride, OW likewise.
    Raises ValueError for shapes that do not belong together and for windows that do not fit evenly.
    The cache is (x, w, b, conv_param). "naive" is the exercise's name for this function.
    """
    x, w, b = as_float64(x), as_float64(w), as_float64(b)
    stride, pad, OH, OW = _geometry(x, w, conv_param)
    N, (F, C, HH, WW) = x.shape[0], w.shape
    expect_shape("b", b, (F,))
    filters = w.reshape(F, C * HH * WW)
    matmul = matmul_for(N * OH * OW * w.size)
    out = np.empty((N, F, OH, OW))
    for n0, n1, y0, y1 in _blocks(N, OH, C * HH * WW * OW):
        cols = _im2col_kernel(x, n0, n1, y0, y1, OW, HH, WW, stride, pad)
        products = matmul(filters, cols).reshape(F, n1 - n0, y1 - y0, OW)
        out[n0:n1, :, y0:y1] = products.transpose(1, 0, 2, 3) + b[:, None, None]
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout: npt.ArrayLike, cache: ConvCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dw, db) in the shapes of x, w and b, for dout (N, F, OH, OW) and conv_forward_naive's cache."""
    x, w = as_float64(cache[0]), as_float64(cache[1])  # someone may have made them read-only since
    stride, pad, OH, OW = _geometry(x, w, cache[3])
    N, (F, C, HH, WW) = x.shape[0], w.shape
    dout = as_float64(dout)
    expect_shape("dout", dout, (N, F, OH, OW))
    filters = w.reshape(F, C * HH * WW)
    matmul = matmul_for(N * OH * OW * w.size)
    dx, dw = np.zeros(x.shape), np.zeros(filters.shape)
    for n0, n1, y0, y1 in _blocks(N, OH, C * HH * WW * OW):
        cols = _im2col_kernel(x, n0, n1, y0, y1, OW, HH, WW, stride, pad)
        deltas = dout[n0:n1, :, y0:y1].transpose(1, 0, 2, 3).reshape(F, cols.shape[1])
        dw += matmul(deltas, cols.T)
        dcols = np.ascontiguousarray(matmul(filters.T, deltas))
        _col2im_kernel(dcols, dx, n0, n1, y0, y1, OW, HH, WW, stride, pad)
    return dx, dw.reshape(w.shape), dout.sum(axis=(0, 2, 3))
