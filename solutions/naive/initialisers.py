"""Initial weights as students draw them."""

import numpy as np


def fans(shape):
    count = np.prod(shape)
    return count / shape[0], count / shape[1]


def chosen(shape, variance_norm):
    fan_in, fan_out = fans(shape)
    return {"fan_in": fan_in, "average": (fan_in + fan_out) / 2, "fan_out": fan_out}[variance_norm]


def xavier_init(shape, rng, variance_norm="fan_in"):
    limit = np.sqrt(3 / chosen(shape, variance_norm))
    return rng.uniform(-limit, limit, shape)


def glorot_uniform_init(shape, rng):
    limit = np.sqrt(6 / sum(fans(shape)))
    return rng.uniform(-limit, limit, shape)


def msra_init(shape, rng, variance_norm="fan_in"):
    std = np.sqrt(2 / chosen(shape, variance_norm))
    return rng.normal(0.0, std, shape)


def positive_unitball_init(shape, rng):
    weights = rng.uniform(0.0, 1.0, shape)
    sums = np.sum(weights, axis=tuple(range(1, len(shape))), keepdims=True)
    return weights / sums
