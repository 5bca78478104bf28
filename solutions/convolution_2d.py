"""Convolution of two matrices, x (H, W) with a kernel w (HH, WW), and its gradient.

Full convolution, all places where the two overlap, (H + HH - 1, W + WW - 1); x and w are zero outside:

    full[y, z] = sum over i, j of w[i, j] x[y - i, z - j]

The minus signs are the rotation by 180 degrees. Valid (H - HH + 1, W - WW + 1), where w lies inside x,
and same (H, W) are cut from the middle of it:

    valid[y, z] = full[y + HH - 1, z + WW - 1]        same[y, z] = full[y + (HH - 1) // 2, z + (WW - 1) // 2]

Correlation is convolution with the rotated kernel. Each one's gradient to x is the full form of the other:

    corr_valid(x, w) = conv_valid(x, rot180(w))
    y = corr_valid(x, w):  dx = full convolution of dout with w
    y = conv_valid(x, w):  dx = full correlation of dout with w, i.e. convolution with rot180(w)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape
from solutions.jit import kernel


@kernel
def _convolve_kernel(x: Floats, w: Floats) -> Floats:
    """Full convolution: every pixel spreads a copy of the kernel."""
    H, W = x.shape
    HH, WW = w.shape
    out = np.zeros((H + HH - 1, W + WW - 1))
    for y in range(H):
        for z in range(W):
            for i in range(HH):
                for j in range(WW):
                    out[y + i, z + j] += x[y, z] * w[i, j]
    return out


def _matrix(name: str, array: npt.ArrayLike) -> Floats:
    """The array as float64; ValueError if it is not a matrix with at least one entry."""
    matrix = as_float64(array)
    expect_shape(name, matrix, ("rows", "columns"))
    if not matrix.size:
        raise ValueError(f"{name} has shape {matrix.shape}; expected at least one entry.")
    return matrix


def rot180(w: npt.ArrayLike) -> Floats:
    """Return the matrix w (HH, WW) rotated by 180 degrees: rows and columns in reverse order."""
    return _matrix("w", w)[::-1, ::-1].copy()


def conv_full(x: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return the full convolution (H + HH - 1, W + WW - 1) of x (H, W) and w (HH, WW); ValueError for an empty one."""
    return _convolve_kernel(_matrix("x", x), _matrix("w", w))


def conv_valid(x: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return the valid convolution (H - HH + 1, W - WW + 1); ValueError if w is larger than x."""
    x, w = _matrix("x", x), _matrix("w", w)
    (H, W), (HH, WW) = x.shape, w.shape
    if HH > H or WW > W:
        raise ValueError(f"A kernel of {w.shape} does not lie inside {x.shape}: there is no valid position.")
    return _convolve_kernel(x, w)[HH - 1 : H, WW - 1 : W].copy()


def conv_same(x: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return the convolution in the shape of x, the middle of the full one (for even kernels as SciPy has it)."""
    x, w = _matrix("x", x), _matrix("w", w)
    top, left = (w.shape[0] - 1) // 2, (w.shape[1] - 1) // 2
    return _convolve_kernel(x, w)[top : top + x.shape[0], left : left + x.shape[1]].copy()


def corr_valid(x: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return the valid correlation (H - HH + 1, W - WW + 1), without rotation; ValueError if w is larger than x."""
    return conv_valid(x, rot180(w))


def conv_valid_backward(dout: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return dx (H, W), the gradient to x of conv_valid(x, w), for dout (H - HH + 1, W - WW + 1)."""
    return _convolve_kernel(_matrix("dout", dout), rot180(w))


def corr_valid_backward(dout: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return dx (H, W), the gradient to x of corr_valid(x, w), for dout (H - HH + 1, W - WW + 1)."""
    return _convolve_kernel(_matrix("dout", dout), _matrix("w", w))
