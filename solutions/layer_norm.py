"""Layer normalisation (Ba, Kiros and Hinton, 2016) and group normalisation of images (Wu and He, 2018).

Both normalise groups of M numbers of one sample. Layer normalisation: the D features of a sample x (N, D). Group
normalisation: the channels of an image x (N, C, H, W) fall into G runs of C / G neighbours, and all pixels of all
channels of a run are a group, M = C / G H W. With the mean and the biased variance of each group:

    xhat = (x - mean) / sqrt(var + eps)        out = gamma xhat + beta

gamma and beta belong to the feature, or to the channel, and are shared by all samples. Backward, with
g = gamma dout, and its sums over each group:

    dbeta = sum of dout        dgamma = sum of dout xhat        (over samples, and over pixels)
    dx = (g - sum of g / M - xhat (sum of g xhat) / M) / sqrt(var + eps)

Neither depends on the other samples, so training and testing are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape, whole_number
from solutions.jit import kernel

# xhat as rows (groups, M), 1 / sqrt(var + eps) of each, gamma as it is multiplied with x, and the shape of x.
LayerNormCache = tuple[Floats, Floats, Floats, tuple[int, ...]]


@kernel
def _normalise_kernel(rows: Floats, eps: float) -> tuple[Floats, Floats]:
    """Each row of rows (R, M) with mean 0 and variance 1, and its 1 / sqrt(var + eps)."""
    R, M = rows.shape
    xhat, inv_std = np.empty((R, M)), np.empty(R)
    for r in range(R):
        mean = 0.0
        for m in range(M):
            mean += rows[r, m]
        mean /= M
        var = 0.0
        for m in range(M):
            var += (rows[r, m] - mean) ** 2
        inv_std[r] = 1 / np.sqrt(var / M + eps)
        for m in range(M):
            xhat[r, m] = (rows[r, m] - mean) * inv_std[r]
    return xhat, inv_std


@kernel
def _backward_kernel(g: Floats, xhat: Floats, inv_std: Floats) -> Floats:
    R, M = g.shape
    dx = np.empty((R, M))
    for r in range(R):
        total, along = 0.0, 0.0
        for m in range(M):
            total += g[r, m]
            along += g[r, m] * xhat[r, m]
        for m in range(M):
            dx[r, m] = inv_std[r] * (g[r, m] - total / M - xhat[r, m] * (along / M))
    return dx


def _forward(
    x: Floats, gamma: Floats, beta: Floats, groups: int, settings: Mapping[str, Any]
) -> tuple[Floats, LayerNormCache]:
    """Normalise each sample of x in that many equal parts; gamma and beta broadcast to x."""
    if not x.size:
        raise ValueError(f"x of shape {x.shape} holds no number.")
    rows = x.reshape(len(x) * groups, -1)
    xhat, inv_std = _normalise_kernel(rows, float(settings.get("eps", 1e-5)))
    return gamma * xhat.reshape(x.shape) + beta, (xhat, inv_std, gamma, x.shape)


def _backward(dout: npt.ArrayLike, cache: LayerNormCache) -> tuple[Floats, Floats, Floats]:
    """dx, and what each number of x adds to the gradients of gamma and beta."""
    xhat, inv_std, gamma, shape = cache
    dout = as_float64(dout)
    expect_shape("dout", dout, shape)
    dx = _backward_kernel((gamma * dout).reshape(xhat.shape), xhat, inv_std)
    return dx.reshape(shape), dout * xhat.reshape(shape), dout


def layernorm_forward(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, ln_param: Mapping[str, Any]
) -> tuple[Floats, LayerNormCache]:
    """Return (out, cache) for x (N, D), gamma and beta (D,).

    ln_param: eps (1e-5). out is float64 (N, D). Raises ValueError for shapes that do not belong together, and for
    no number at all.
    """
    x, gamma, beta = as_float64(x), as_float64(gamma), as_float64(beta)
    expect_shape("x", x, ("N", "D"))
    for name, value in (("gamma", gamma), ("beta", beta)):
        expect_shape(name, value, (x.shape[1],))
    return _forward(x, gamma, beta, 1, ln_param)


def layernorm_backward(dout: npt.ArrayLike, cache: LayerNormCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dgamma, dbeta) of shapes (N, D), (D,), (D,), for dout (N, D) and layernorm_forward's cache."""
    dx, dgamma, dbeta = _backward(dout, cache)
    return dx, dgamma.sum(axis=0), dbeta.sum(axis=0)


def spatial_groupnorm_forward(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, G: int, gn_param: Mapping[str, Any]
) -> tuple[Floats, LayerNormCache]:
    """Return (out, cache) for images x (N, C, H, W), gamma and beta (1, C, 1, 1) or (C,), and G groups of channels.

    gn_param: eps (1e-5). out is float64 (N, C, H, W). Raises ValueError unless G divides C, for shapes that do not
    belong together, and for no number at all.
    """
    x, gamma, beta = as_float64(x), as_float64(gamma), as_float64(beta)
    expect_shape("x", x, ("N", "C", "H", "W"))
    C, G = x.shape[1], whole_number("G", G, 1)
    if C % G:
        raise ValueError(f"{C} channels do not fall into {G} equal groups: G must divide C.")
    for name, value in (("gamma", gamma), ("beta", beta)):
        expect_shape(name, value, (C,) if value.ndim == 1 else (1, C, 1, 1))
    return _forward(x, gamma.reshape(1, C, 1, 1), beta.reshape(1, C, 1, 1), G, gn_param)


def spatial_groupnorm_backward(dout: npt.ArrayLike, cache: LayerNormCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dgamma, dbeta) of shapes (N, C, H, W), (1, C, 1, 1), (1, C, 1, 1), for dout (N, C, H, W)."""
    dx, dgamma, dbeta = _backward(dout, cache)
    return dx, dgamma.sum(axis=(0, 2, 3), keepdims=True), dbeta.sum(axis=(0, 2, 3), keepdims=True)
