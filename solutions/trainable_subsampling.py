"""LeNet's subsampling layer, with a coefficient and a bias to train in every map, for one image (C, H, W).

    net[c, y, z] = beta[c] u[c, y, z] + b[c]       u: the sum over the s x s window that begins at (s y, s z)
    out = f(net),  f(t) = 1 / (1 + exp(-t))

    dnet = dout out (1 - out)
    dx[c, s y + i, s z + j] = beta[c] dnet[c, y, z]     dbeta[c] = sum of dnet[c] u[c]     db[c] = sum of dnet[c]

(LeCun et al. 1998, layer S2.) The sums and their gradient are pooling_2d.py's means, times s².
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.activations import sigmoid
from solutions.inputs import Floats, as_float64, expect_shape
from solutions.pooling_2d import kron_upsample, mean_pool_2d

Cache = tuple[Floats, Floats, Floats, int]


def subsample_forward(x: npt.ArrayLike, beta: npt.ArrayLike, b: npt.ArrayLike, s: int) -> tuple[Floats, Cache]:
    """Return out (C, H / s, W / s) and a cache, for x (C, H, W), beta (C,), b (C,) and windows of s x s.

    Raises ValueError for shapes that do not belong together and windows that do not fit evenly.
    """
    x, beta, b = as_float64(x), as_float64(beta), as_float64(b)
    expect_shape("x", x, ("C", "H", "W"))
    expect_shape("beta", beta, (len(x),))
    expect_shape("b", b, (len(x),))
    sums = np.array([mean_pool_2d(plane, s) for plane in x]) * s * s
    out = sigmoid(beta[:, None, None] * sums + b[:, None, None])
    return out, (sums, beta, out, s)


def subsample_backward(dout: npt.ArrayLike, cache: Cache) -> tuple[Floats, Floats, Floats]:
    """Return dx (C, H, W), dbeta (C,) and db (C,) for dout in the shape of out."""
    sums, beta, out, s = cache
    dout = as_float64(dout)
    expect_shape("dout", dout, out.shape)
    dnet = dout * out * (1.0 - out)
    dx = np.array([kron_upsample(plane, s) for plane in dnet * beta[:, None, None]])
    return dx, (dnet * sums).sum(axis=(1, 2)), dnet.sum(axis=(1, 2))
