import numpy as np


def affine_forward(x, w, b):
    return x.reshape(len(x), -1) @ w + b, (x, w, b)


def affine_backward(dout, cache):
    gradients = []
    for position, array in enumerate(cache):
        gradient = np.zeros(array.size)
        for place in range(array.size):
            moved = [one.astype(complex) for one in cache]
            moved[position].flat[place] += 1e-30j
            gradient[place] = np.sum(dout * affine_forward(*moved)[0].imag) / 1e-30
        gradients.append(gradient.reshape(array.shape))
    return tuple(gradients)
