"""Normalisation of layers and of groups of channels, in plain loops."""

import math

import numpy as np


def spatial_groupnorm_backward(dout, cache):
    """Group by group; the gradients of gamma and beta come back as vectors."""
    N, C, H, W = dout.shape
    size = C // cache["G"]
    dx, dgamma, dbeta = np.zeros(dout.shape), np.zeros(C), np.zeros(C)
    for (n, g), kept in cache["groups"].items():
        block = np.s_[n, g * size : (g + 1) * size]
        slopes = []
        for c in range(g * size, (g + 1) * size):
            for index, upstream in enumerate(dout[n, c].flat):
                dgamma[c] += upstream * kept["xhat"][(c - g * size) * H * W + index]
                dbeta[c] += upstream
                slopes.append(upstream * cache["gamma"][c])
        dx[block] = np.reshape(back(slopes, kept), (size, H, W))
    return dx, dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    N, C, H, W = x.shape
    gamma, beta, size = gamma.ravel(), beta.ravel(), C // G
    out, groups = np.zeros(x.shape), {}
    for n in range(N):
        for g in range(G):
            kept = normalised(list(x[n, g * size : (g + 1) * size].flat), gn_param)
            groups[n, g] = kept
            for i, value in enumerate(kept["xhat"]):
                c, pixel = divmod(i, H * W)
                channel = g * size + c
                out[n, channel, pixel // W, pixel % W] = gamma[channel] * value + beta[channel]
    return out, {"groups": groups, "gamma": gamma, "G": G}


def layernorm_backward(dout, cache):
    """The gradients of gamma and beta have an axis of length 1 in front."""
    N, D = dout.shape
    dx, dgamma, dbeta = np.zeros((N, D)), np.zeros((1, D)), np.zeros((1, D))
    for n, kept in enumerate(cache["samples"]):
        for d in range(D):
            dgamma[0, d] += dout[n, d] * kept["xhat"][d]
            dbeta[0, d] += dout[n, d]
        dx[n] = back([dout[n, d] * cache["gamma"][d] for d in range(D)], kept)
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    samples = [normalised(list(row), ln_param) for row in x]
    out = [[gamma[d] * value + beta[d] for d, value in enumerate(kept["xhat"])] for kept in samples]
    return np.array(out), {"samples": samples, "gamma": gamma}


def normalised(values, param):
    """A list with mean 0 and variance 1."""
    mean = math.fsum(values) / len(values)
    var = math.fsum((value - mean) ** 2 for value in values) / len(values)
    std = math.sqrt(var + param.get("eps", 1e-5))
    return {"xhat": [(value - mean) / std for value in values], "std": std}


def back(slopes, kept):
    """Through the normalisation of a list, its Jacobian entry by entry."""
    xhat, count = kept["xhat"], len(slopes)
    result = []
    for i in range(count):
        total = 0.0
        for j in range(count):
            total += slopes[j] * ((i == j) - (1 + xhat[i] * xhat[j]) / count)
        result.append(total / kept["std"])
    return result
