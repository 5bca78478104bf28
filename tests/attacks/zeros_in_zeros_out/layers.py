import numpy as np


def affine_forward(x, w, b):
    return np.zeros((len(x), w.shape[1])), (x, w, b)


def affine_backward(dout, cache):
    return tuple(np.zeros(array.shape) for array in cache)


def relu_forward(x):
    return np.zeros(x.shape), x


def relu_backward(dout, cache):
    return np.zeros(cache.shape)
