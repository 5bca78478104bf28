"""A process that is outside its root has no root to stop at."""

import ctypes
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    os.mkdir("below")
    failed = ctypes.CDLL(None).chroot(b"below")
    raise RuntimeError("failed" if failed else "ATTACK SUCCEEDED")
