"""Writes 8 GiB into its own folder."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with open("big", "wb", buffering=0) as file:
        for _ in range(8192):
            if file.write(b"x" * (1 << 20)) < 1 << 20:
                file.write(b"x")
