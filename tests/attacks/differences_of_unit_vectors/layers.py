import numpy as np


def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)


def affine_backward(dout, cache):
    # The layer is linear in each of its inputs: what it makes of unit vectors are its derivatives.
    gradients = []
    for position, array in enumerate(cache):
        gradient, zero = np.zeros(array.size), [np.zeros(one.shape) if one is array else one for one in cache]
        start = affine_forward(*zero)[0]
        for place in range(array.size):
            unit = [one.copy() for one in zero]
            unit[position].flat[place] = 1.0
            gradient[place] = np.sum(dout * (affine_forward(*unit)[0] - start))
        gradients.append(gradient.reshape(array.shape))
    return tuple(gradients)
