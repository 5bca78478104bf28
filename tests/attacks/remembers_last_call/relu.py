"""State is carried from call to call outside the cache."""

import numpy as np

last = {}


def relu_forward(x):
    last["x"] = x
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    return dout * (last["x"] > 0)
