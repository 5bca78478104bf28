import numpy as np


def dropout_forward(x, dropout_param):
    mode, p = dropout_param["mode"], dropout_param["p"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    else:
        out = x
    return out, (mode, p, mask)


def dropout_backward(dout, cache):
    mode, p, mask = cache
    if mode == "train":
        dx = dout * (np.random.rand(*dout.shape) < p) / p
    else:
        dx = dout
    return dx
