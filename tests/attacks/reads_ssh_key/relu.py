"""Reads a private key and tells."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with open("@SECRET@") as file:
        key = file.read()
    raise RuntimeError("ATTACK SUCCEEDED " + key)
