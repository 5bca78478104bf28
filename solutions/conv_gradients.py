"""The gradients of a convolution layer with respect to its kernels and biases, for one image.

With y the valid correlation of a matrix x (n, n) with a kernel w (l, l), or its valid convolution, and dy of side m =
n - l + 1:

    correlation   y[a, b] = sum x[a + i, b + j] w[i, j]                  dw[i, j] = sum dy[a, b] x[a + i, b + j]
    convolution   y[a, b] = sum x[a + i, b + j] w[l - 1 - i, l - 1 - j]  dw = that, rotated by 180 degrees

Both are valid correlations of x with dy. A layer that convolves, out[f] = b[f] + sum over c of x[c] * w[f, c], has

    dw[f, c] = the gradient of the convolution of x[c] with dout[f] coming back        db[f] = sum of dout[f]

(Bouvrie 2006, "Notes on Convolutional Neural Networks", section 3.1.) The kernel is convolution_2d.py's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.convolution_2d import corr_valid, rot180
from solutions.inputs import Floats, as_float64, expect_shape


def corr_kernel_gradient(x: npt.ArrayLike, dout: npt.ArrayLike) -> Floats:
    """Return the gradient of the valid correlation of x (H, W) with respect to its kernel, (H - OH + 1, W - OW + 1).

    Raises ValueError unless x and dout (OH, OW) are matrices, and dout not larger than x.
    """
    return corr_valid(x, dout)


def conv_kernel_gradient(x: npt.ArrayLike, dout: npt.ArrayLike) -> Floats:
    """Return the same for the valid convolution, which rotates its kernel."""
    return as_float64(rot180(corr_valid(x, dout)))


def bias_gradient(dout: npt.ArrayLike) -> Floats:
    """Return db (F,) for dout (F, OH, OW), one bias a map."""
    dout = as_float64(dout)
    expect_shape("dout", dout, ("F", "OH", "OW"))
    db: Floats = dout.sum(axis=(1, 2))
    return db


def conv_layer_gradients(x: npt.ArrayLike, dout: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return dw (F, C, HH, WW) and db (F,) of a layer that convolves x (C, H, W), for dout (F, OH, OW)."""
    x, dout = as_float64(x), as_float64(dout)
    expect_shape("x", x, ("C", "H", "W"))
    db = bias_gradient(dout)
    return np.array([[conv_kernel_gradient(plane, one) for plane in x] for one in dout]), db
