import numpy as np


def dropout_forward(x, dropout_param):
    mode, p = dropout_param["mode"], dropout_param["p"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":
        mask = np.random.choice([1, 0], size=x.shape, p=[p, 1 - p]).astype(np.float32)
        out = x.astype(np.float32) * mask / np.float32(p)
    else:
        out = x.astype(np.float32)
    return out, (mode, p, mask)


def dropout_backward(dout, cache):
    mode, p, mask = cache
    if mode == "train":
        dx = dout * mask / p
    else:
        dx = dout
    return dx
