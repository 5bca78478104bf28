"""Rectified linear unit.

    out = max(0, x)        dx = dout where x > 0, else 0

The subgradient at exactly 0 is taken as 0. NaN in x stays NaN in out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape


def relu_forward(x: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return (out, cache): x of any shape, out float64 of the same shape; the cache is x."""
    x = as_float64(x)
    return np.maximum(x, 0.0), x


def relu_backward(dout: npt.ArrayLike, cache: Floats) -> Floats:
    """Return dx in the shape of x; ValueError if dout has another shape than x."""
    dout, x = as_float64(dout), cache
    expect_shape("dout", dout, x.shape)
    return np.where(x > 0, dout, 0.0)  # not dout * (x > 0), which makes NaN of an infinite dout
