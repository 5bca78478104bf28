"""Activation functions and their derivatives, entry by entry, in arrays of any shape.

                f(x)                                   derivative
    sigmoid     1 / (1 + exp(-x))                      f (1 - f)              by the output f
    tanh        tanh(x)                                1 - f²                 by the output f
    ReLU        max(0, x)                              1 where x > 0, else 0
    leaky ReLU  x where x > 0, else 0.01 x             1 where x > 0, else 0.01
    PReLU       x where x > 0, else a x                dx = dout where x > 0, else a dout
                (a learnt, one for each channel)       da[c] = sum over n, h, w of dout x where x <= 0
    noisy ReLU  max(0, x + e), e ~ normal(0, sigmoid(x))

Sources: He et al. 2015 (PReLU). Nair & Hinton 2010 (noisy ReLU, where sigmoid(x) is the variance of the noise;
here, as in NumPy's normal(mean, sigma), it is the standard deviation).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape

LEAK = 0.01


def sigmoid(x: npt.ArrayLike) -> Floats:
    """Return 1 / (1 + exp(-x)), float64, without overflow for large |x|."""
    x = as_float64(x)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def sigmoid_derivative(f: npt.ArrayLike) -> Floats:
    """Return the derivative of the sigmoid where its output is f."""
    f = as_float64(f)
    return f * (1.0 - f)


def tanh(x: npt.ArrayLike) -> Floats:
    """Return the hyperbolic tangent of x, float64."""
    return np.tanh(as_float64(x))


def tanh_derivative(f: npt.ArrayLike) -> Floats:
    """Return the derivative of tanh where its output is f."""
    f = as_float64(f)
    return 1.0 - f * f


def relu(x: npt.ArrayLike) -> Floats:
    """Return max(0, x), float64."""
    return np.maximum(as_float64(x), 0.0)


def relu_derivative(x: npt.ArrayLike) -> Floats:
    """Return the derivative of the ReLU at its input x; 0 at exactly 0."""
    return np.where(as_float64(x) > 0, 1.0, 0.0)


def leaky_relu(x: npt.ArrayLike) -> Floats:
    """Return x where it is positive, else 0.01 x, float64."""
    x = as_float64(x)
    return np.where(x > 0, x, LEAK * x)


def leaky_relu_derivative(x: npt.ArrayLike) -> Floats:
    """Return the derivative of the leaky ReLU at its input x; 0.01 at exactly 0."""
    return np.where(as_float64(x) > 0, 1.0, LEAK)


def prelu(x: npt.ArrayLike, a: npt.ArrayLike) -> Floats:
    """Return the PReLU of x (N, C, H, W) with one slope a (C,) for each channel; ValueError for other shapes."""
    x, slopes = _images_and_slopes(x, a)
    return np.where(x > 0, x, slopes * x)


def prelu_backward(dout: npt.ArrayLike, x: npt.ArrayLike, a: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return (dx, da) in the shapes of x (N, C, H, W) and a (C,), for dout in the shape of x."""
    x, slopes = _images_and_slopes(x, a)
    dout = as_float64(dout)
    expect_shape("dout", dout, x.shape)
    dx = np.where(x > 0, dout, slopes * dout)
    da = np.where(x > 0, 0.0, dout * x).sum(axis=(0, 2, 3))
    return dx, da


def noisy_relu(x: npt.ArrayLike, rng: np.random.Generator) -> Floats:
    """Return max(0, x + noise), each entry's noise drawn from rng with standard deviation sigmoid(x)."""
    x = as_float64(x)
    return np.maximum(x + rng.normal(0.0, sigmoid(x)), 0.0)


def _images_and_slopes(x: npt.ArrayLike, a: npt.ArrayLike) -> tuple[Floats, Floats]:
    x, a = as_float64(x), as_float64(a)
    expect_shape("x", x, ("N", "C", "H", "W"))
    expect_shape("a", a, (x.shape[1],))
    return x, a[:, None, None]
