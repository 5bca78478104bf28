"""Pieces of the forward and backward pass."""

import numpy as np


def affine(x, w, b):
    return x.dot(w) + b


def affine_relu(x, w, b):
    """The affine layer and the ReLU in one go, and what the way back needs."""
    out = np.maximum(affine(x, w, b), 0)
    return out, (x, w, out > 0)


def affine_back(dout, x, w):
    return dout.dot(w.T), x.T.dot(dout), dout.sum(0)


def affine_relu_back(dout, cache):
    x, w, active = cache
    return affine_back(dout * active, x, w)
