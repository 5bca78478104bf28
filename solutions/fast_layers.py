"""Convolution and max pooling under the names of the exercise that asks for fast versions (CS231n).

The formulas and kernels are those of solutions.conv and solutions.max_pool, which are fast already.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from solutions.conv import ConvCache, conv_backward_naive, conv_forward_naive
from solutions.inputs import Floats
from solutions.max_pool import PoolCache, max_pool_backward_naive, max_pool_forward_naive


def conv_forward_fast(
    x: npt.ArrayLike, w: npt.ArrayLike, b: npt.ArrayLike, conv_param: dict[str, Any]
) -> tuple[Floats, ConvCache]:
    """Return (out, cache) as conv_forward_naive does: x (N, C, H, W), w (F, C, HH, WW), b (F,)."""
    return conv_forward_naive(x, w, b, conv_param)


def conv_backward_fast(dout: npt.ArrayLike, cache: ConvCache) -> tuple[Floats, Floats, Floats]:
    """Return (dx, dw, db) for dout (N, F, OH, OW) and the cache of conv_forward_fast."""
    return conv_backward_naive(dout, cache)


def max_pool_forward_fast(x: npt.ArrayLike, pool_param: dict[str, int]) -> tuple[Floats, PoolCache]:
    """Return (out, cache) as max_pool_forward_naive does, for x (N, C, H, W)."""
    return max_pool_forward_naive(x, pool_param)


def max_pool_backward_fast(dout: npt.ArrayLike, cache: PoolCache) -> Floats:
    """Return dx in the shape of x, for dout (N, C, OH, OW) and the cache of max_pool_forward_fast."""
    return max_pool_backward_naive(dout, cache)
