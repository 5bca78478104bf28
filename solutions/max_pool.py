"""Max pooling layer, NCHW, with windows of pool_height x pool_width every ``stride`` pixels (s).

Forward:

    out[n, c, y, z] = max over i, j of x[n, c, s y + i, s z + j]

Backward sends each dout[n, c, y, z] to the pixel that was the maximum, the first in reading order
if several are equal; where windows overlap, a pixel receives the sum.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, count_windows, expect_shape, whole_number
from solutions.jit import kernel

Positions = npt.NDArray[np.int64]
PoolCache = tuple[tuple[int, ...], Positions, dict[str, int]]


@kernel
def _max_pool_forward_kernel(
    x: Floats, OH: int, OW: int, height: int, width: int, stride: int
) -> tuple[Floats, Positions]:
    """The maxima and where they were, as row * W + column."""
    N, C, _, W = x.shape
    out = np.empty((N, C, OH, OW))
    argmax = np.empty((N, C, OH, OW), np.int64)
    for n in range(N):
        for c in range(C):
            for y in range(OH):
                for z in range(OW):
                    best = x[n, c, y * stride, z * stride]
                    where = y * stride * W + z * stride
                    for row in range(y * stride, y * stride + height):
                        for column in range(z * stride, z * stride + width):
                            value = x[n, c, row, column]
                            # NaN is the maximum, as in np.max: "not <=" is true for it, unless best is NaN too
                            if not value <= best and best == best:
                                best = value
                                where = row * W + column
                    out[n, c, y, z] = best
                    argmax[n, c, y, z] = where
    return out, argmax


@kernel
def _max_pool_backward_kernel(dout: Floats, argmax: Positions, H: int, W: int) -> Floats:
    N, C, OH, OW = dout.shape
    dx = np.zeros((N, C, H * W))
    for n in range(N):
        for c in range(C):
            for y in range(OH):
                for z in range(OW):
                    dx[n, c, argmax[n, c, y, z]] += dout[n, c, y, z]
    return dx.reshape(N, C, H, W)


def max_pool_forward_naive(x: npt.ArrayLike, pool_param: dict[str, int]) -> tuple[Floats, PoolCache]:
    """Return (out, cache) for x (N, C, H, W) and pool_param {"pool_height", "pool_width", "stride"}.

    out is float64 of shape (N, C, OH, OW) with OH = 1 + (H - pool_height) / stride, OW likewise.
    Raises ValueError if x is not 4-dimensional or the windows do not fit evenly.
    "naive" is the exercise's name for this function.
    """
    x = as_float64(x)
    expect_shape("x", x, ("N", "C", "H", "W"))
    height = whole_number("pool_height", pool_param["pool_height"], 1)
    width = whole_number("pool_width", pool_param["pool_width"], 1)
    stride = whole_number("stride", pool_param["stride"], 1)
    OH, OW = count_windows(x.shape[2], height, stride), count_windows(x.shape[3], width, stride)
    out, argmax = _max_pool_forward_kernel(x, OH, OW, height, width, stride)
    return out, (x.shape, argmax, pool_param)


def max_pool_backward_naive(dout: npt.ArrayLike, cache: PoolCache) -> Floats:
    """Return dx in the shape of x, for dout (N, C, OH, OW) and the cache of max_pool_forward_naive."""
    (_, _, H, W), argmax, _ = cache
    dout = as_float64(dout)
    expect_shape("dout", dout, argmax.shape)
    return _max_pool_backward_kernel(dout, argmax, H, W)
