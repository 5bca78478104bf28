"""Weights."""

import numpy as np


def fans(shape):
    """fan_in and fan_out of weights.

    shape: a tuple (num, channels, ...).

    Returns fan_in and fan_out.
    """
    count = np.prod(shape)
    return count / shape[0], count / shape[1]


def constant_init(shape, value=0.0):
    """Weights that are all the same.

    shape: a tuple. value: what they are.

    Returns an array of that shape.
    """
    return value * np.ones(shape)


def uniform_init(shape, rng, low=0.0, high=1.0):
    """Uniform weights.

    shape: a tuple. rng: a NumPy generator. low, high: the range.

    Returns an array of that shape.
    """
    return low + (high - low) * rng.random(shape)


def gaussian_init(shape, rng, mean=0.0, std=1.0):
    """Normal weights.

    shape: a tuple. rng: a NumPy generator. mean, std: mean and standard deviation.

    Returns an array of that shape.
    """
    return mean + std * rng.standard_normal(shape)


def xavier_init(shape, rng, variance_norm="fan_in"):
    """Xavier's uniform weights, on ±sqrt(3 / n).

    shape: a tuple (num, channels, ...). rng: a NumPy generator. variance_norm: "fan_in", "average" or "fan_out".

    Returns an array of that shape.
    """
    fan_in, fan_out = fans(shape)
    n = {"fan_in": fan_in, "fan_out": fan_out, "average": 0.5 * (fan_in + fan_out)}[variance_norm]
    scale = np.sqrt(3.0 / n)
    return rng.uniform(-scale, scale, size=shape)


def glorot_uniform_init(shape, rng):
    """Glorot's uniform weights, on ±sqrt(6 / (fan_in + fan_out)).

    shape: a tuple (num, channels, ...). rng: a NumPy generator.

    Returns an array of that shape.
    """
    return xavier_init(shape, rng, "average")


def msra_init(shape, rng, variance_norm="fan_in"):
    """MSRA's normal weights, of standard deviation sqrt(2 / n).

    shape: a tuple (num, channels, ...). rng: a NumPy generator. variance_norm: "fan_in", "average" or "fan_out".

    Returns an array of that shape.
    """
    fan_in, fan_out = fans(shape)
    n = {"fan_in": fan_in, "fan_out": fan_out, "average": 0.5 * (fan_in + fan_out)}[variance_norm]
    return rng.normal(0.0, np.sqrt(2.0 / n), size=shape)


def positive_unitball_init(shape, rng):
    """Positive weights, those of each filter adding up to 1.

    shape: a tuple (num, channels, ...). rng: a NumPy generator.

    Returns an array of that shape.
    """
    weights = rng.random(shape)
    axes = tuple(range(1, len(shape)))
    return weights / weights.sum(axis=axes, keepdims=True)


def bilinear_init(shape):
    """The kernel of bilinear interpolation in every filter and channel.

    shape: a tuple (num, channels, K, K).

    Returns an array of that shape.
    """
    K = shape[-1]
    f = (K + 1) // 2
    centre = (K - 1) / (2 * f)
    out = np.zeros(shape)
    for i in range(K):
        for j in range(K):
            out[:, :, i, j] = (1 - abs(i / f - centre)) * (1 - abs(j / f - centre))
    return out
