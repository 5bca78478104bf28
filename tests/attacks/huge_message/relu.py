"""An error that nobody can read."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise ValueError("x" * (20 << 20))
