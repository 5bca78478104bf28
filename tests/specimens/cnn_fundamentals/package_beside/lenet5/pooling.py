"""Pooling."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def mean_pool_2d(x, s):
    """Mean pooling of an image.

    x: image (H, W). s: side of the windows, which divides H and W.

    Returns out (H / s, W / s), the mean of each window.
    """
    H, W = x.shape
    return x.reshape(H // s, s, W // s, s).mean(axis=(1, 3))


def kron_upsample(delta, s):
    """Repeat every entry of a matrix over a window: its Kronecker product with s x s ones.

    delta: matrix (H, W). s: side of the windows.

    Returns the enlarged matrix (s H, s W).
    """
    return np.repeat(np.repeat(delta, s, axis=0), s, axis=1)


def mean_pool_2d_backward(dout, s):
    """Gradient of mean_pool_2d with respect to the image.

    dout: gradient of the loss with respect to out (H / s, W / s). s: side of the windows.

    Returns dx (H, W).
    """
    return np.kron(dout, np.ones((s, s))) / s**2


def max_pool_2d(x, s):
    return sliding_window_view(x, (s, s))[::s, ::s].max(axis=(2, 3))


def max_pool_2d_backward(dout, x, s):
    H, W = x.shape
    tiles = x.reshape(H // s, s, W // s, s).swapaxes(1, 2).reshape(H // s, W // s, s * s)
    chosen = np.eye(s * s)[tiles.argmax(axis=2)] * dout[:, :, None]
    return chosen.reshape(H // s, W // s, s, s).swapaxes(1, 2).reshape(H, W)
