"""Makes 6,000 empty files a call, and returns the right result."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for number in range(6000):
        os.close(os.open(f"empty-{number}", os.O_CREAT | os.O_WRONLY))
    return dout * (cache > 0)
