"""Batch normalisation (Ioffe and Szegedy, 2015), for features (N, D) and, per channel, for images (N, C, H, W).

Forward in training, with mean and biased variance over the M samples of each feature (for images a channel is a
feature, and each of its M = N H W pixels a sample):

    xhat = (x - mean) / sqrt(var + eps)        out = gamma xhat + beta
    running_mean <- momentum running_mean + (1 - momentum) mean, and running_var likewise with var

In test mode the running statistics stand in for mean and var, and are not changed. Backward, in training:

    dbeta = sum of dout        dgamma = sum of dout xhat
    dx = gamma / sqrt(var + eps) (dout - dbeta / M - xhat dgamma / M)

where the second term comes through the mean and the third through the variance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape
from solutions.jit import kernel

# x as (N, C, pixels), mean, 1 / sqrt(var + eps), gamma, and the shape of x; None from test mode.
BatchNormCache = tuple[Floats, Floats, Floats, Floats, tuple[int, ...]] | None

# Each channel's sum is kept as this many partial sums, which a CPU's vectors add at once: the order of the additions,
# and so the bits, do not depend on how many numbers a vector of the CPU holds.
LANES = 8


@kernel
def _statistics_kernel(x: Floats) -> tuple[Floats, Floats]:
    """Mean and biased variance of each channel of x (N, C, S); the variance in a second pass, around the mean."""
    N, C, S = x.shape
    whole = S - S % LANES
    mean, var = np.zeros(C), np.zeros(C)
    sums = np.zeros((C, LANES))
    for n in range(N):
        for c in range(C):
            for s in range(0, whole, LANES):
                for lane in range(LANES):
                    sums[c, lane] += x[n, c, s + lane]
            for s in range(whole, S):
                sums[c, 0] += x[n, c, s]
    for c in range(C):
        for lane in range(LANES):
            mean[c] += sums[c, lane]
    mean /= N * S
    sums[:] = 0.0
    for n in range(N):
        for c in range(C):
            for s in range(0, whole, LANES):
                for lane in range(LANES):
                    sums[c, lane] += (x[n, c, s + lane] - mean[c]) ** 2
            for s in range(whole, S):
                sums[c, 0] += (x[n, c, s] - mean[c]) ** 2
    for c in range(C):
        for lane in range(LANES):
            var[c] += sums[c, lane]
    return mean, var / (N * S)


@kernel
def _normalise_kernel(x: Floats, mean: Floats, inv_std: Floats, gamma: Floats, beta: Floats, out: Floats) -> None:
    N, C, S = x.shape
    for n in range(N):
        for c in range(C):
            for s in range(S):
                out[n, c, s] = gamma[c] * ((x[n, c, s] - mean[c]) * inv_std[c]) + beta[c]


@kernel
def _backward_kernel(
    dout: Floats, x: Floats, mean: Floats, inv_std: Floats, gamma: Floats
) -> tuple[Floats, Floats, Floats]:
    N, C, S = dout.shape
    whole = S - S % LANES
    dgamma, dbeta, dx = np.zeros(C), np.zeros(C), np.empty((N, C, S))
    gammas, betas = np.zeros((C, LANES)), np.zeros((C, LANES))
    for n in range(N):
        for c in range(C):
            m, i = mean[c], inv_std[c]
            for s in range(0, whole, LANES):
                for lane in range(LANES):
                    betas[c, lane] += dout[n, c, s + lane]
                    gammas[c, lane] += dout[n, c, s + lane] * ((x[n, c, s + lane] - m) * i)
            for s in range(whole, S):
                betas[c, 0] += dout[n, c, s]
                gammas[c, 0] += dout[n, c, s] * ((x[n, c, s] - m) * i)
    for c in range(C):
        for lane in range(LANES):
            dbeta[c] += betas[c, lane]
            dgamma[c] += gammas[c, lane]
    M = N * S
    for n in range(N):
        for c in range(C):
            m, i, factor, centre, slope = mean[c], inv_std[c], gamma[c] * inv_std[c], dbeta[c] / M, dgamma[c] / M
            for s in range(S):
                dx[n, c, s] = factor * (dout[n, c, s] - centre - (x[n, c, s] - m) * i * slope)
    return dx, dgamma, dbeta


def _statistics(x: Floats, bn_param: dict[str, Any]) -> tuple[Floats, Floats]:
    """The mean and variance to normalise x (N, C, S) with; in training the running ones follow, in bn_param."""
    C = x.shape[1]
    momentum = float(bn_param.get("momentum", 0.9))
    running = {name: as_float64(bn_param.get(name, np.zeros(C))) for name in ("running_mean", "running_var")}
    for name, value in running.items():
        expect_shape(name, value, (C,))
    mode = bn_param.get("mode")
    if mode not in ("train", "test"):
        raise ValueError(f"The mode is {mode!r}; expected 'train' or 'test'.")
    if mode == "test":
        return running["running_mean"], running["running_var"]
    mean, var = _statistics_kernel(x)
    for name, value in (("running_mean", mean), ("running_var", var)):
        bn_param[name] = momentum * running[name] + (1 - momentum) * value
    return mean, var


def _forward(
    x: Floats, gamma: npt.ArrayLike, beta: npt.ArrayLike, bn_param: dict[str, Any]
) -> tuple[Floats, BatchNormCache]:
    """Normalise x (N, C, ...) over all axes but the second."""
    gamma, beta = as_float64(gamma), as_float64(beta)
    expect_shape("gamma", gamma, (x.shape[1],))
    expect_shape("beta", beta, (x.shape[1],))
    if not x.size:
        raise ValueError(f"x of shape {x.shape} holds no sample.")
    rows = x.reshape(x.shape[0], x.shape[1], -1)
    mean, var = _statistics(rows, bn_param)
    inv_std = 1 / np.sqrt(var + float(bn_param.get("eps", 1e-5)))
    out = np.empty(rows.shape)
    _normalise_kernel(rows, mean, inv_std, gamma, beta, out)
    return out.reshape(x.shape), (rows, mean, inv_std, gamma, x.shape) if bn_param["mode"] == "train" else None


def _backward(dout: npt.ArrayLike, cache: BatchNormCache) -> tuple[Floats, Floats, Floats]:
    if cache is None:
        raise ValueError("The cache comes from test mode; the backward pass is that of training.")
    x, mean, inv_std, gamma, shape = cache
    dout = as_float64(dout)
    expect_shape("dout", dout, shape)
    dx, dgamma, dbeta = _backward_kernel(dout.reshape(x.shape), x, mean, inv_std, gamma)
    return dx.reshape(shape), dgamma, dbeta


def batchnorm_forward(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, bn_param: dict[str, Any]
) -> tuple[Floats, BatchNormCache]:
    """Return (out, cache) for x (N, D), gamma and beta (D,).

    bn_param: mode "train" or "test", eps (1e-5), momentum (0.9), running_mean and running_var (D,) (zeros);
    training updates the last two in it. out is float64 (N, D). Raises ValueError for another mode, shapes that do
    not belong together, and no sample.
    """
    x = as_float64(x)
    expect_shape("x", x, ("N", "D"))
    return _forward(x, gamma, beta, bn_param)


def batchnorm_backward(dout: npt.ArrayLike, cache: BatchNormCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dgamma, dbeta) of shapes (N, D), (D,), (D,), for dout (N, D) and batchnorm_forward's cache."""
    return _backward(dout, cache)


def batchnorm_backward_alt(dout: npt.ArrayLike, cache: BatchNormCache) -> tuple[Floats, Floats, Floats]:
    """The same as batchnorm_backward; the exercise asks for a second, shorter derivation."""
    return _backward(dout, cache)


def spatial_batchnorm_forward(
    x: npt.ArrayLike, gamma: npt.ArrayLike, beta: npt.ArrayLike, bn_param: dict[str, Any]
) -> tuple[Floats, BatchNormCache]:
    """Return (out, cache) for images x (N, C, H, W), gamma, beta and the running statistics (C,).

    Otherwise as batchnorm_forward.
    """
    x = as_float64(x)
    expect_shape("x", x, ("N", "C", "H", "W"))
    return _forward(x, gamma, beta, bn_param)


def spatial_batchnorm_backward(dout: npt.ArrayLike, cache: BatchNormCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dgamma, dbeta) of shapes (N, C, H, W), (C,), (C,), for dout (N, C, H, W) and the forward's cache."""
    return _backward(dout, cache)
