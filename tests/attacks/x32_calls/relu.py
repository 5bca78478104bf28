"""The same call by its second number."""

import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    number = 0x40000000 | 41  # socket
    ctypes.CDLL(None).syscall(ctypes.c_long(number), 2, 1, 0)
    raise RuntimeError("ATTACK SUCCEEDED")
