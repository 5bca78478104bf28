"""Overflows the stack of the interpreter itself."""

import sys

import numpy as np


class Endless:
    def __repr__(self):
        return repr([self])


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    sys.setrecursionlimit(10**9)
    return repr(Endless())
