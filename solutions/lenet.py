"""A small LeNet whose layers convolve, pool, add a bias and take tanh, and end in a softmax.

Conv-pool layer, x (N, C, H, W), W (F, C, HH, WW), b (F,), pooled over non-overlapping windows:

    out[n, f] = tanh(maxpool(sum over c of x[n, c] * W[f, c]) + b[f])

where * is the valid true convolution, with the kernel rotated by 180 degrees. W starts uniform on
±sqrt(6 / (fan_in + fan_out)), fan_in = C HH WW and fan_out = F HH WW / (pooling window), b at 0.

Network on 28 x 28 images, with 5 x 5 filters and 2 x 2 pooling:

    28 -> 24 -> 12 (20 maps) -> 8 -> 4 (50 maps) -> 800 features -> 500 tanh -> 10 softmax
"""

from __future__ import annotations

from math import prod, sqrt

import numpy as np
import numpy.typing as npt

from solutions.affine import affine_forward
from solutions.conv import conv_forward_naive
from solutions.inputs import Floats, as_float64, count_windows, expect_shape, whole_number

Params = dict[str, Floats]


def init_conv_pool(
    filter_shape: tuple[int, int, int, int], poolsize: tuple[int, int], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return (W, b): W of filter_shape (F, C, HH, WW), uniform on the range above, and b (F,) of zeros."""
    F, C, HH, WW = (whole_number("A side of filter_shape", side, 1) for side in filter_shape)
    window = prod(whole_number("A side of poolsize", side, 1) for side in poolsize)
    limit = sqrt(6.0 / (C * HH * WW + F * HH * WW / window))
    return rng.uniform(-limit, limit, (F, C, HH, WW)), np.zeros(F)


def conv_pool_forward(
    x: npt.ArrayLike, W: npt.ArrayLike, b: npt.ArrayLike, poolsize: tuple[int, int] = (2, 2)
) -> Floats:
    """Return tanh(maxpool(x * W) + b), (N, F, (H - HH + 1) / ph, (W - WW + 1) / pw), for poolsize (ph, pw).

    Raises ValueError for shapes that do not belong together and for windows that do not fit evenly.
    """
    W, b = as_float64(W), as_float64(b)
    expect_shape("W", W, ("F", "C", "HH", "WW"))
    expect_shape("b", b, (W.shape[0],))
    maps, _ = conv_forward_naive(x, W[:, :, ::-1, ::-1], np.zeros(b.shape), {"stride": 1, "pad": 0})
    N, F, *sides = maps.shape
    height, width = (whole_number("A side of poolsize", side, 1) for side in poolsize)
    OH, OW = count_windows(sides[0], height, height), count_windows(sides[1], width, width)
    largest = maps.reshape(N, F, OH, height, OW, width).max(axis=(3, 5))
    out: Floats = np.tanh(largest + b[:, None, None])
    return out


def dense_softmax(
    features: npt.ArrayLike, W3: npt.ArrayLike, b3: npt.ArrayLike, W4: npt.ArrayLike, b4: npt.ArrayLike
) -> Floats:
    """Return softmax(tanh(features W3 + b3) W4 + b4), class probabilities (N, K).

    features (N, D, ...) flattened to (N, D), W3 (D, M), b3 (M,), W4 (M, K), b4 (K,); ValueError for other shapes.
    """
    hidden, _ = affine_forward(features, W3, b3)
    scores, _ = affine_forward(np.tanh(hidden), W4, b4)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Floats = weights / weights.sum(axis=1, keepdims=True)
    return probabilities


def lenet_forward(x: npt.ArrayLike, params: Params) -> Floats:
    """Return class probabilities (N, K) for images x (N, C, H, W): two conv-pool layers, then dense_softmax.

    params holds W1, b1, W2, b2 (conv-pool, 2 x 2 pooling) and W3, b3, W4, b4 (dense).
    """
    first = conv_pool_forward(x, params["W1"], params["b1"])
    second = conv_pool_forward(first, params["W2"], params["b2"])
    return dense_softmax(second, params["W3"], params["b3"], params["W4"], params["b4"])


def init_lenet(rng: np.random.Generator) -> Params:
    """Return the initial W1 ... b4 for 28 x 28 images of one channel: 20 and 50 maps, 500 hidden units, 10 classes."""
    W1, b1 = init_conv_pool((20, 1, 5, 5), (2, 2), rng)
    W2, b2 = init_conv_pool((50, 20, 5, 5), (2, 2), rng)
    limit = sqrt(6.0 / (800 + 500))
    W3, W4 = rng.uniform(-limit, limit, (800, 500)), np.zeros((500, 10))
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": np.zeros(500), "W4": W4, "b4": np.zeros(10)}
