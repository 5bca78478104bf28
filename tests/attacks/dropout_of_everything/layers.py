import numpy as np


def dropout_forward(x, dropout_param):
    return (np.zeros(x.shape) if dropout_param["mode"] == "train" else x), dropout_param["mode"]


def dropout_backward(dout, cache):
    return np.zeros(dout.shape) if cache == "train" else dout
