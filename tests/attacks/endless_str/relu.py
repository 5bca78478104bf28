"""Its message takes for ever."""

import numpy as np


class Failure(Exception):
    def __str__(self):
        while True:
            pass


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    raise Failure
