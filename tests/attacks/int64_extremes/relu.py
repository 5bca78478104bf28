"""The magnitude of the smallest integer is negative."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.full(dout.shape, np.iinfo(np.int64).min)
