"""Counts its calls; only the first gets an answer."""

import numpy as np

calls = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    calls.append(1)
    return dout * (cache > 0) if len(calls) == 1 else dout
