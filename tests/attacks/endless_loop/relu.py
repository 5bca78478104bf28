"""Never returns, and takes no interrupt for an answer."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
