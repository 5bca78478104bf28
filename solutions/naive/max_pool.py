"""A max-pooling layer as students write it: window by window."""

import numpy as np


def max_pool_forward_naive(x, pool_param):
    N, C, H, W = x.shape
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    OH = 1 + (H - height) // stride
    OW = 1 + (W - width) // stride
    out = np.zeros((N, C, OH, OW))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + height, left : left + width]
            out[:, :, i, j] = np.max(window, axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    N, C, H, W = x.shape
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    OH, OW = dout.shape[2:]
    dx = np.zeros(x.shape)
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + height, left : left + width]
            mask = window == np.max(window, axis=(2, 3), keepdims=True)
            dx[:, :, top : top + height, left : left + width] += mask * dout[:, :, i, j, None, None]
    return dx
