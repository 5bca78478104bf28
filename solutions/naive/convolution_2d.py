"""The convolution and the pooling of a matrix as students write them."""

import numpy as np


def spread(x, w):
    H, W = x.shape
    HH, WW = w.shape
    out = np.zeros((H + HH - 1, W + WW - 1))
    for i in range(HH):
        for j in range(WW):
            out[i : i + H, j : j + W] += w[i, j] * x
    return out


def rot180(w):
    return w[::-1, ::-1]


def conv_full(x, w):
    return spread(x, w)


def conv_valid(x, w):
    (H, W), (HH, WW) = x.shape, w.shape
    return spread(x, w)[HH - 1 : H, WW - 1 : W]


def conv_same(x, w):
    (H, W), (HH, WW) = x.shape, w.shape
    top, left = (HH - 1) // 2, (WW - 1) // 2
    return spread(x, w)[top : top + H, left : left + W]


def corr_valid_backward(dout, w):
    return spread(dout, w)


def conv_valid_backward(dout, w):
    return spread(dout, w[::-1, ::-1])


def mean_pool_2d(x, s):
    H, W = x.shape
    return np.sum(x.reshape(H // s, s, W // s, s), axis=(1, 3)) / s**2


def mean_pool_2d_backward(dout, s):
    return np.kron(dout, np.ones((s, s))) / s**2


def max_pool_2d_backward(dout, x, s):
    H, W = x.shape
    maxima = np.max(x.reshape(H // s, s, W // s, s), axis=(1, 3))
    mask = x == np.kron(maxima, np.ones((s, s)))
    return mask * np.kron(dout, np.ones((s, s)))
