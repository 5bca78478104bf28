"""Layers that are often used together, as one (CS231n, layer_utils.py).

    affine_relu      out = relu(affine(x))
    conv_relu        out = relu(conv(x))
    conv_relu_pool   out = max_pool(relu(conv(x)))

Backward runs through the same layers in reverse. The cache holds the caches of the layers, in order.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from solutions.affine import AffineCache, affine_backward, affine_forward
from solutions.conv import ConvCache, conv_backward_naive, conv_forward_naive
from solutions.inputs import Floats
from solutions.max_pool import PoolCache, max_pool_backward_naive, max_pool_forward_naive
from solutions.relu import relu_backward, relu_forward

Gradients = tuple[Floats, Floats, Floats]


def affine_relu_forward(
    x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike
) -> tuple[Floats, tuple[AffineCache, Floats]]:
    """Return (out, cache): x (N, d1, ..., dk), w (D, M) with D = d1 ... dk, b (M,); out (N, M) float64.

    Raises ValueError for shapes that do not belong together.
    """
    affine, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(affine)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: npt.ArrayLike, cache: tuple[AffineCache, Floats]) -> Gradients:
    """Return (dx, dw, db) in the shapes of x, w and b, for dout (N, M) and the cache of affine_relu_forward."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def conv_relu_forward(
    x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike, conv_param: dict[str, Any]
) -> tuple[Floats, tuple[ConvCache, Floats]]:
    """Return (out, cache) for x (N, C, H, W), w (F, C, HH, WW), b (F,), conv_param {"stride", "pad"}.

    out is (N, F, OH, OW) float64. Raises ValueError as the layers do.
    """
    conv, conv_cache = conv_forward_naive(x, w, b, conv_param)
    out, relu_cache = relu_forward(conv)
    return out, (conv_cache, relu_cache)


def conv_relu_backward(dout: npt.ArrayLike, cache: tuple[ConvCache, Floats]) -> Gradients:
    """Return (dx, dw, db) in the shapes of x, w and b, for the cache of conv_relu_forward."""
    conv_cache, relu_cache = cache
    return conv_backward_naive(relu_backward(dout, relu_cache), conv_cache)


def conv_relu_pool_forward(
    x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike, conv_param: dict[str, Any], pool_param: dict[str, int]
) -> tuple[Floats, tuple[tuple[ConvCache, Floats], PoolCache]]:
    """Return (out, cache) as conv_relu_forward, then pooled with {"pool_height", "pool_width", "stride"}."""
    relu, conv_relu_cache = conv_relu_forward(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_naive(relu, pool_param)
    return out, (conv_relu_cache, pool_cache)


def conv_relu_pool_backward(dout: npt.ArrayLike, cache: tuple[tuple[ConvCache, Floats], PoolCache]) -> Gradients:
    """Return (dx, dw, db) in the shapes of x, w and b, for the cache of conv_relu_pool_forward."""
    conv_relu_cache, pool_cache = cache
    return conv_relu_backward(max_pool_backward_naive(dout, pool_cache), conv_relu_cache)
