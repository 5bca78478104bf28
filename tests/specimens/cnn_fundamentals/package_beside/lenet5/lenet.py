"""The network."""

import numpy as np

from .convolution import conv_valid


def init_conv_pool(filter_shape, poolsize, rng):
    """Initial weights of a conv-pool layer.

    filter_shape: a tuple (F, C, HH, WW). poolsize: a tuple (rows, columns). rng: a NumPy generator.

    Returns W (F, C, HH, WW) and b (F,).
    """
    fan_in = np.prod(filter_shape[1:])
    fan_out = filter_shape[0] * np.prod(filter_shape[2:]) / np.prod(poolsize)
    bound = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, size=filter_shape), np.zeros(filter_shape[0])


def conv_pool_forward(x, W, b, poolsize=(2, 2)):
    first, second = poolsize
    maps = []
    for image in x:
        for kernels in W:
            maps.append(sum(conv_valid(channel, kernel) for channel, kernel in zip(image, kernels)))
    H, V = maps[0].shape
    tiles = np.array(maps).reshape(len(x), len(W), H // first, first, V // second, second)
    return np.tanh(tiles.max(axis=(3, 5)) + b[None, :, None, None])


def dense_softmax(features, W3, b3, W4, b4):
    """A hidden layer with tanh, and a softmax.

    features: (N, D), or (N, maps, rows, columns) with D numbers each. W3 (D, M), b3 (M,), W4 (M, K), b4 (K,).

    Returns the probabilities of the classes (N, K).
    """
    rows = features.reshape(len(features), -1)
    hidden = np.tanh(rows @ W3 + b3)
    scores = hidden @ W4 + b4
    scores = scores - scores.max(axis=1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def lenet_forward(x, params):
    """Forward pass of the LeNet.

    x: images (N, C, H, W). params: dictionary of W1, b1, W2, b2 (conv-pool layers), W3, b3, W4, b4 (dense layers).

    Returns the probabilities of the classes (N, K).
    """
    first = conv_pool_forward(x, params["W1"], params["b1"])
    second = conv_pool_forward(first, params["W2"], params["b2"])
    return dense_softmax(second, params["W3"], params["b3"], params["W4"], params["b4"])


def init_lenet(rng):
    """Initial parameters of the LeNet for 28 x 28 images.

    rng: a NumPy generator.

    Returns a dictionary of W1, b1, W2, b2, W3, b3, W4 and b4.
    """
    W1, b1 = init_conv_pool((20, 1, 5, 5), (2, 2), rng)
    W2, b2 = init_conv_pool((50, 20, 5, 5), (2, 2), rng)
    return {
        "W1": W1,
        "b1": b1,
        "W2": W2,
        "b2": b2,
        "W3": 0.01 * rng.standard_normal((50 * 4 * 4, 500)),
        "b3": np.zeros(500),
        "W4": 0.01 * rng.standard_normal((500, 10)),
        "b4": np.zeros(10),
    }
