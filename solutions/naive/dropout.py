"""Dropout as students write it; where p is the probability of dropping, keep is 1 - p."""

import numpy as np


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    keep = p
    if mode == "train":
        mask = (np.random.rand(*x.shape) < keep) / keep
        out = x * mask
    else:
        mask = None
        out = x
    return out, (mask, keep)


def dropout_backward(dout, cache):
    mask, keep = cache
    if mask is None:
        return dout
    dx = dout * mask
    return dx
