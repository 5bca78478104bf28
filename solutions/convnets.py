"""Small convolutional networks, NCHW, with "same" convolutions of stride 1 and 2 x 2 max pooling of stride 2.

    two_layer_convnet    conv - ReLU - pool - affine - softmax
    ThreeLayerConvNet    conv - ReLU - pool - affine - ReLU - affine - softmax

The loss is the mean cross-entropy plus reg/2 times the sum of the squared weights (not biases), so the
gradient of the regularisation is reg W. A filter of odd size k is padded by (k - 1)/2, which keeps H and W.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.affine import affine_backward, affine_forward
from solutions.conv import conv_backward_naive, conv_forward_naive
from solutions.inputs import Floats, whole_number
from solutions.losses import softmax_loss
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive
from solutions.relu import relu_backward, relu_forward

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}

Gradients = dict[str, Floats]


def init_two_layer_convnet(
    weight_scale: float = 1e-3,
    bias_scale: float = 0,
    input_shape: tuple[int, int, int] = (3, 32, 32),
    num_classes: int = 10,
    num_filters: int = 32,
    filter_size: int = 5,
) -> dict[str, Floats]:
    """Return W1 (F, C, HH, HH), b1 (F,), W2 (F H W / 4, classes), b2 (classes,), each its scale times a normal.

    Raises ValueError for an even filter size and for sides that cannot be halved.
    """
    C, H, W = input_shape
    expect_odd(filter_size)
    return {
        "W1": weight_scale * np.random.randn(num_filters, C, filter_size, filter_size),
        "b1": bias_scale * np.random.randn(num_filters),
        "W2": weight_scale * np.random.randn(num_filters * pooled_size(H, W), num_classes),
        "b2": bias_scale * np.random.randn(num_classes),
    }


def two_layer_convnet(
    X: npt.ArrayLike, model: Mapping[str, npt.ArrayLike], y: npt.ArrayLike | None = None, reg: float = 0.0
) -> Floats | tuple[float, Gradients]:
    """Return the scores (N, classes) of X (N, C, H, W); with labels y (N,), return (loss, gradients by key).

    Raises ValueError for shapes that do not belong together.
    """
    pooled, first = conv_relu_pool_forward(X, model["W1"], model["b1"])
    scores, second = affine_forward(pooled, model["W2"], model["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, np.asarray(y))
    dpooled, dW2, db2 = affine_backward(dscores, second)
    dW1, db1 = conv_relu_pool_backward(dpooled, first)
    return regularised(loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}, model, reg)


class ThreeLayerConvNet:
    """``params`` holds W1 (F, C, HH, HH), b1 (F,), W2 (F H W / 4, hidden), b2, W3 (hidden, classes) and b3."""

    def __init__(
        self,
        input_dim: tuple[int, int, int] = (3, 32, 32),
        num_filters: int = 32,
        filter_size: int = 7,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
        dtype: npt.DTypeLike = np.float64,
    ) -> None:
        """Draw weights of the given scale; biases start at zero. ValueError as in init_two_layer_convnet."""
        C, H, W = input_dim
        expect_odd(filter_size)
        self.reg = reg
        params = {
            "W1": weight_scale * np.random.randn(num_filters, C, filter_size, filter_size),
            "b1": np.zeros(num_filters),
            "W2": weight_scale * np.random.randn(num_filters * pooled_size(H, W), hidden_dim),
            "b2": np.zeros(hidden_dim),
            "W3": weight_scale * np.random.randn(hidden_dim, num_classes),
            "b3": np.zeros(num_classes),
        }
        self.params: dict[str, npt.NDArray[Any]] = {name: value.astype(dtype) for name, value in params.items()}

    def loss(self, X: npt.ArrayLike, y: npt.ArrayLike | None = None) -> Floats | tuple[float, Gradients]:
        """Return the scores (N, classes) of X (N, C, H, W); with labels y (N,), return (loss, gradients)."""
        p = self.params
        pooled, first = conv_relu_pool_forward(X, p["W1"], p["b1"])
        hidden, second = affine_forward(pooled, p["W2"], p["b2"])
        active, relu = relu_forward(hidden)
        scores, third = affine_forward(active, p["W3"], p["b3"])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, np.asarray(y))
        dactive, dW3, db3 = affine_backward(dscores, third)
        dpooled, dW2, db2 = affine_backward(relu_backward(dactive, relu), second)
        dW1, db1 = conv_relu_pool_backward(dpooled, first)
        grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "W3": dW3, "b3": db3}
        return regularised(loss, grads, p, self.reg)


def expect_odd(filter_size: int) -> None:
    """Raise ValueError unless the filter has a middle, which "same" padding needs."""
    if whole_number("filter_size", filter_size, 1) % 2 == 0:
        raise ValueError(f"filter_size is {filter_size}; expected an odd number: even filters have no middle pixel.")


def pooled_size(H: int, W: int) -> int:
    """H W / 4, the pixels that 2 x 2 pooling leaves; ValueError unless both sides are even."""
    if H % 2 or W % 2:
        raise ValueError(f"The images are {H} x {W}; 2 x 2 pooling needs even sides.")
    return H * W // 4


def conv_relu_pool_forward(x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike) -> tuple[Floats, Any]:
    """Return (out, cache) for x (N, C, H, W), w (F, C, HH, HH) and b (F,); out (N, F, H / 2, W / 2)."""
    size = np.shape(w)[2]
    expect_odd(size)
    maps, conv = conv_forward_naive(x, w, b, {"stride": 1, "pad": (size - 1) // 2})
    active, relu = relu_forward(maps)
    out, pool = max_pool_forward_naive(active, POOL)
    return out, (conv, relu, pool)


def conv_relu_pool_backward(dout: Floats, cache: Any) -> tuple[Floats, Floats]:
    """Return (dw, db) for dout (N, F, H / 2, W / 2) and the cache of conv_relu_pool_forward."""
    conv, relu, pool = cache
    _, dw, db = conv_backward_naive(relu_backward(max_pool_backward_naive(dout, pool), relu), conv)
    return dw, db


def regularised(
    loss: float, grads: Gradients, params: Mapping[str, npt.ArrayLike], reg: float
) -> tuple[float, Gradients]:
    """Add reg/2 times the sum of squares of every W to the loss, and reg W to its gradient."""
    weights = {name: np.asarray(value) for name, value in params.items() if name.startswith("W")}
    penalty = 0.5 * reg * sum(float(np.sum(W**2)) for W in weights.values())
    return loss + penalty, grads | {name: grads[name] + reg * W for name, W in weights.items()}
