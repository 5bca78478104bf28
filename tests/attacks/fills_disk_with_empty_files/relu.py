"""Makes 200,000 empty files."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for number in range(200_000):
        open(f"empty-{number}", "w").close()
