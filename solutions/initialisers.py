"""Initial weights of shape (num, channels, height, width), or (num, channels): num filters on so many channels.

    count = num channels height width        fan_in = count / num        fan_out = count / channels

    xavier            uniform on ±sqrt(3 / n),    n = fan_in, (fan_in + fan_out) / 2 or fan_out
    glorot uniform    uniform on ±sqrt(6 / (fan_in + fan_out))
    msra              normal with mean 0 and standard deviation sqrt(2 / n), n as for xavier
    positive unitball uniform on [0, 1), each filter then divided by its sum
    bilinear          every filter and channel the kernel k[i] k[j] that interpolates linearly:
                      k[i] = 1 - |i / f - c|,  f = ceil(K / 2),  c = (K - 1) / (2 f),  height = width = K

Sources: Glorot & Bengio 2010; He et al. 2015; the fillers of Caffe.
"""

from __future__ import annotations

from math import ceil, prod, sqrt

import numpy as np

from solutions.inputs import Floats, whole_number

Shape = tuple[int, ...]


def _checked(shape: Shape) -> Shape:
    """The shape as a tuple of ints; ValueError unless it has at least two axes of at least one entry each."""
    shape = tuple(whole_number("A side of shape", side, 1) for side in shape)
    if len(shape) < 2:
        raise ValueError(f"shape is {shape}; expected (num, channels, ...).")
    return shape


def _n(shape: Shape, variance_norm: str) -> float:
    fan_in, fan_out = fans(shape)
    choices = {"fan_in": fan_in, "average": (fan_in + fan_out) / 2, "fan_out": fan_out}
    if variance_norm not in choices:
        raise ValueError(f"variance_norm is {variance_norm!r}; expected one of {', '.join(choices)}.")
    return choices[variance_norm]


def fans(shape: Shape) -> tuple[float, float]:
    """Return (fan_in, fan_out) = (count / num, count / channels) of weights of shape (num, channels, ...)."""
    shape = _checked(shape)
    count = prod(shape)
    return count / shape[0], count / shape[1]


def constant_init(shape: Shape, value: float = 0.0) -> Floats:
    """Return an array of that shape, every entry ``value``."""
    return np.full(_checked(shape), float(value))


def uniform_init(shape: Shape, rng: np.random.Generator, low: float = 0.0, high: float = 1.0) -> Floats:
    """Return numbers drawn uniformly from [low, high)."""
    return rng.uniform(low, high, _checked(shape))


def gaussian_init(shape: Shape, rng: np.random.Generator, mean: float = 0.0, std: float = 1.0) -> Floats:
    """Return normal numbers of this mean and standard deviation."""
    return rng.normal(mean, std, _checked(shape))


def xavier_init(shape: Shape, rng: np.random.Generator, variance_norm: str = "fan_in") -> Floats:
    """Return uniform numbers on ±sqrt(3 / n), n chosen by ``variance_norm``: "fan_in", "average" or "fan_out"."""
    limit = sqrt(3.0 / _n(shape, variance_norm))
    return uniform_init(shape, rng, -limit, limit)


def glorot_uniform_init(shape: Shape, rng: np.random.Generator) -> Floats:
    """Return uniform numbers on ±sqrt(6 / (fan_in + fan_out))."""
    limit = sqrt(6.0 / sum(fans(shape)))
    return uniform_init(shape, rng, -limit, limit)


def msra_init(shape: Shape, rng: np.random.Generator, variance_norm: str = "fan_in") -> Floats:
    """Return normal numbers of standard deviation sqrt(2 / n), n chosen as for xavier_init."""
    return gaussian_init(shape, rng, 0.0, sqrt(2.0 / _n(shape, variance_norm)))


def positive_unitball_init(shape: Shape, rng: np.random.Generator) -> Floats:
    """Return positive numbers, those of each filter adding up to 1."""
    weights = uniform_init(shape, rng)
    rows = weights.reshape(len(weights), -1)
    rows /= rows.sum(axis=1, keepdims=True)
    return weights


def bilinear_init(shape: Shape) -> Floats:
    """Return the bilinear interpolation kernel in every filter and channel; ValueError unless height is width."""
    shape = _checked(shape)
    if len(shape) != 4 or shape[2] != shape[3]:
        raise ValueError(f"shape is {shape}; expected (num, channels, K, K).")
    f = ceil(shape[3] / 2)
    k = 1.0 - np.abs(np.arange(shape[3]) / f - (shape[3] - 1) / (2 * f))
    return np.broadcast_to(np.outer(k, k), shape).copy()
