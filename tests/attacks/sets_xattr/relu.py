"""Marks another one's file."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    os.setxattr("@SECRET@", "user.mark", b"mine")
    raise RuntimeError(f"ATTACK SUCCEEDED: {os.getxattr('@SECRET@', 'user.mark')}")
