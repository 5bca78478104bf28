"""Fills arrays, up to 8 GiB."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return [np.ones(1 << 24) for _ in range(64)]
