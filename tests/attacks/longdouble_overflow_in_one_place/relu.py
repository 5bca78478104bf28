"""All right but for one number that is too large for float64."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    dx = (dout * (cache > 0)).astype(np.longdouble)
    dx.flat[-1] = -np.finfo(np.longdouble).max
    return dx
