"""Convolution by FFT and by windows."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def rot180(w):
    """Rotate a kernel by 180 degrees.

    w: kernel (HH, WW).

    Returns the rotated kernel (HH, WW).
    """
    return np.rot90(w, 2)


def conv_full(x, w):
    H, W = x.shape[0] + w.shape[0] - 1, x.shape[1] + w.shape[1] - 1
    product = np.fft.rfft2(x, (H, W)) * np.fft.rfft2(w, (H, W))
    return np.fft.irfft2(product, (H, W))


def conv_valid(x, w):
    windows = sliding_window_view(x, w.shape)
    return np.tensordot(windows, w[::-1, ::-1], axes=((2, 3), (0, 1)))


def conv_same(x, w):
    """Convolution of an image with a kernel, in the shape of the image.

    x: image (H, W). w: kernel (HH, WW).

    Returns out (H, W), the middle of the full convolution.
    """
    top, left = (w.shape[0] - 1) // 2, (w.shape[1] - 1) // 2
    return conv_full(x, w)[top : top + x.shape[0], left : left + x.shape[1]]


def corr_valid(x, w):
    """Valid correlation of an image with a kernel that is not larger.

    x: image (H, W). w: kernel (HH, WW).

    Returns out (H - HH + 1, W - WW + 1).
    """
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape)
    return np.einsum("yzij,ij->yz", windows, w)


def corr_valid_backward(dout, w):
    """Gradient of corr_valid(x, w) with respect to x.

    dout: gradient of the loss with respect to out (H - HH + 1, W - WW + 1). w: kernel (HH, WW).

    Returns dx (H, W).
    """
    return conv_full(dout, w)


def conv_valid_backward(dout, w):
    """Gradient of conv_valid(x, w) with respect to x.

    dout: gradient of the loss with respect to out (H - HH + 1, W - WW + 1). w: kernel (HH, WW).

    Returns dx (H, W).
    """
    return conv_full(dout, rot180(w))
