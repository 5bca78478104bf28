"""Crashes the interpreter."""

import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    ctypes.string_at(0)
