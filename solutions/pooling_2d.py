"""Mean and max pooling of a matrix x (H, W) over windows of s x s that tile it: out is (H / s, W / s).

    mean:  out[y, z] = sum over the window of x / s²          dx = kron(dout, ones(s, s)) / s²
    max:   out[y, z] = max over the window of x               dx is dout at the maximum, 0 elsewhere

The Kronecker product with ones repeats every entry over its window. Of equal maxima the first receives dout.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, count_windows, expect_shape, whole_number
from solutions.jit import kernel


@kernel
def _mean_pool_kernel(x: Floats, s: int) -> Floats:
    OH, OW = x.shape[0] // s, x.shape[1] // s
    out = np.empty((OH, OW))
    for y in range(OH):
        for z in range(OW):
            total = 0.0
            for i in range(y * s, y * s + s):
                for j in range(z * s, z * s + s):
                    total += x[i, j]
            out[y, z] = total / (s * s)
    return out


@kernel
def _max_pool_kernel(x: Floats, dout: Floats, s: int) -> tuple[Floats, Floats]:
    """The maxima, and dout put where they are."""
    out, dx = np.empty(dout.shape), np.zeros(x.shape)
    for y in range(dout.shape[0]):
        for z in range(dout.shape[1]):
            row, column = y * s, z * s
            for i in range(y * s, y * s + s):
                for j in range(z * s, z * s + s):
                    if x[i, j] > x[row, column]:
                        row, column = i, j
            out[y, z] = x[row, column]
            dx[row, column] = dout[y, z]
    return out, dx


def _tiled(x: npt.ArrayLike, s: int) -> tuple[Floats, int, tuple[int, int]]:
    """(x, s, shape of out); ValueError if x is no matrix or s x s windows do not tile it."""
    x = as_float64(x)
    expect_shape("x", x, ("H", "W"))
    s = whole_number("s", s, 1)
    return x, s, (count_windows(x.shape[0], s, s), count_windows(x.shape[1], s, s))


def kron_upsample(delta: npt.ArrayLike, s: int) -> Floats:
    """Return delta (H, W) with every entry repeated over s x s: its Kronecker product with ones, (s H, s W)."""
    delta = as_float64(delta)
    expect_shape("delta", delta, ("H", "W"))
    s = whole_number("s", s, 1)
    return as_float64(np.kron(delta, np.ones((s, s))))


def mean_pool_2d(x: npt.ArrayLike, s: int) -> Floats:
    """Return the means (H / s, W / s) of x (H, W); ValueError if s does not divide H and W."""
    x, s, _ = _tiled(x, s)
    return _mean_pool_kernel(x, s)


def mean_pool_2d_backward(dout: npt.ArrayLike, s: int) -> Floats:
    """Return dx (H, W) of mean_pool_2d for dout (H / s, W / s): each dout / s² spread over its window."""
    return kron_upsample(dout, s) / (s * s)


def max_pool_2d(x: npt.ArrayLike, s: int) -> Floats:
    """Return the maxima (H / s, W / s) of x (H, W), which holds no NaN; ValueError if s does not divide H and W."""
    x, s, shape = _tiled(x, s)
    return _max_pool_kernel(x, np.zeros(shape), s)[0]


def max_pool_2d_backward(dout: npt.ArrayLike, x: npt.ArrayLike, s: int) -> Floats:
    """Return dx (H, W) of max_pool_2d at x (H, W) for dout (H / s, W / s)."""
    x, s, shape = _tiled(x, s)
    dout = as_float64(dout)
    expect_shape("dout", dout, shape)
    return _max_pool_kernel(x, dout, s)[1]
