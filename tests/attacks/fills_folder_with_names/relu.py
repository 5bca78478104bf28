"""Gives one empty file 6,000 names, and returns the right result."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    open("one", "w").close()
    for number in range(6000):
        os.link("one", f"name-{number}")
    return dout * (cache > 0)
