"""Convolution layer (cross-correlation: the filter is not flipped), NCHW.

Forward, with p the pad, s the stride, and x zero outside the image:

    out[n, f, y, z] = b[f] + sum over c, i, j of w[f, c, i, j] x[n, c, s y + i - p, s z + j - p]

Backward:

    dw[f, c, i, j] = sum over n, y, z of dout[n, f, y, z] x[n, c, s y + i - p, s z + j - p]
    dx[n, c, s y + i - p, s z + j - p] += w[f, c, i, j] dout[n, f, y, z]    for all n, f, y, z, c, i, j
    db[f] = sum over n, y, z of dout[n, f, y, z]

All three are matrix products once each window of x is written as a column of a matrix (solutions.gemm). At grading
sizes Numba computes them in a fixed order; larger ones go to BLAS, block by block (solutions.tiers).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.gemm import block_size, col2im, im2col, portable_backward, portable_forward
from solutions.inputs import Floats, as_float64, count_windows, expect_shape, whole_number
from solutions.tiers import is_portable

ConvCache = tuple[Floats, Floats, Floats, dict[str, Any]]


def _geometry(x: Floats, w: Floats, conv_param: dict[str, Any]) -> tuple[int, int, int, int]:
    """(stride, pad, OH, OW) of a convolution; ValueError if the shapes or the windows do not fit."""
    expect_shape("x", x, ("N", "C", "H", "W"))
    expect_shape("w", w, ("F", x.shape[1], "HH", "WW"))
    stride = whole_number("stride", conv_param["stride"], 1)
    pad = whole_number("pad", conv_param["pad"], 0)
    _, _, H, W = x.shape
    _, _, HH, WW = w.shape
    return stride, pad, count_windows(H, HH, stride, pad), count_windows(W, WW, stride, pad)


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
    expect_shape("b", b, (w.shape[0],))
    out = np.empty((x.shape[0], w.shape[0], OH, OW))
    forward = portable_forward if is_portable(x.shape[0] * OH * OW * w.size) else blas_forward
    forward(x, w, b, stride, pad, out)
    return out, (x, w, b, conv_param)


def conv_backward_naive(dout: npt.ArrayLike, cache: ConvCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dw, db) in the shapes of x, w and b, for dout (N, F, OH, OW) and conv_forward_naive's cache."""
    x, w = as_float64(cache[0]), as_float64(cache[1])  # someone may have made them read-only since
    stride, pad, OH, OW = _geometry(x, w, cache[3])
    dout = as_float64(dout)
    expect_shape("dout", dout, (x.shape[0], w.shape[0], OH, OW))
    backward = portable_backward if is_portable(x.shape[0] * OH * OW * w.size) else blas_backward
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[0])
    backward(dout, x, w, stride, pad, dx, dw, db)
    return dx, dw, db


def _blocks(N: int, OH: int, row: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut N x OH output rows of ``row`` numbers into blocks (n0, n1, y0, y1)."""
    samples, rows = block_size(N, OH, row)
    for n in range(0, N, samples):
        for y in range(0, OH, rows):
            yield n, min(n + samples, N), y, min(y + rows, OH)


def blas_forward(x: Floats, w: Floats, b: Floats, stride: int, pad: int, out: Floats) -> None:
    """As portable_forward, by NumPy's BLAS."""
    N, F, OH, OW = out.shape
    _, C, HH, WW = w.shape
    filters = w.reshape(F, C * HH * WW)
    for n0, n1, y0, y1 in _blocks(N, OH, C * HH * WW * OW):
        cols = im2col(x, n0, n1, y0, y1, OW, HH, WW, stride, pad)
        products = np.matmul(filters, cols).reshape(F, n1 - n0, y1 - y0, OW)
        np.add(products.transpose(1, 0, 2, 3), b[:, None, None], out=out[n0:n1, :, y0:y1])


def blas_backward(
    dout: Floats, x: Floats, w: Floats, stride: int, pad: int, dx: Floats, dw: Floats, db: Floats
) -> None:
    """As portable_backward, by NumPy's BLAS."""
    N, F, OH, OW = dout.shape
    _, C, HH, WW = w.shape
    filters, dfilters = w.reshape(F, C * HH * WW), dw.reshape(F, C * HH * WW)
    for n0, n1, y0, y1 in _blocks(N, OH, C * HH * WW * OW):
        cols = im2col(x, n0, n1, y0, y1, OW, HH, WW, stride, pad)
        deltas = dout[n0:n1, :, y0:y1].transpose(1, 0, 2, 3).reshape(F, cols.shape[1])
        dfilters += np.matmul(deltas, cols.T)
        dcols = np.matmul(filters.T, deltas, out=cols)
        col2im(dcols, dx, n0, n1, y0, y1, OW, HH, WW, stride, pad)
    db += dout.sum(axis=(0, 2, 3))
