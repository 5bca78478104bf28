"""An error with a very long history."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    error = None
    for number in range(2_000):
        cause, error = error, ValueError(f"number {number}")
        error.__cause__ = error.__context__ = cause
    raise error
