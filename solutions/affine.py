"""Affine (fully connected) layer.

Forward, with x flattened to rows of D = d1 ... dk:

    out[n, m] = sum over d of x[n, d] w[d, m] + b[m]

Backward, by the chain rule:

    dx = dout wᵀ        dw = xᵀ dout        db[m] = sum over n of dout[n, m]
"""

from __future__ import annotations

from math import prod

import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape
from solutions.matmul import matmul

AffineCache = tuple[Floats, Floats, Floats]


def affine_forward(x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, AffineCache]:
    """Return (out, cache): x (N, d1, ..., dk), w (D, M) with D = d1 ... dk, b (M,); out (N, M) float64.

    Raises ValueError for shapes that do not belong together.
    """
    x, w, b = as_float64(x), as_float64(w), as_float64(b)
    expect_shape("w", w, (prod(x.shape[1:]), "M"))
    expect_shape("b", b, (w.shape[1],))
    rows = x.reshape(x.shape[0], w.shape[0])
    return matmul(rows, w) + b, (x, w, b)


def affine_backward(dout: npt.ArrayLike, cache: AffineCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dw, db) in the shapes of x, w and b, for dout (N, M) and the cache of affine_forward."""
    x, w, _ = cache
    dout = as_float64(dout)
    expect_shape("dout", dout, (x.shape[0], w.shape[1]))
    rows = x.reshape(x.shape[0], w.shape[0])
    return matmul(dout, w.T).reshape(x.shape), matmul(rows.T, dout), dout.sum(axis=0)
