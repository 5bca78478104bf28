"""Copies from a neighbour."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with open("@OTHER@") as file:
        copied = file.read()
    raise RuntimeError("ATTACK SUCCEEDED " + copied)
