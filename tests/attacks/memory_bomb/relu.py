"""Makes and keeps arrays, up to 8 GiB."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    kept = []
    for _ in range(64):
        kept.append(np.zeros(1 << 24))
        kept[-1][0] = 1
