"""What goes wrong in a max-pooling layer where windows overlap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake


@mistake(
    "overlap-assigned",
    parts=("max_pool",),
    sentence="Where windows overlap, the gradients of an input are assigned instead of added up.",
    hint="An input that is the maximum of two windows receives a gradient from both.",
)
def overlap_assigned(ref: Any) -> Mapping[str, Any]:
    """At each input the gradient of the last window that it is the maximum of wins."""

    def max_pool_backward_naive(dout: Any, cache: Any) -> Any:
        dx = ref.max_pool_backward_naive(np.zeros_like(dout), cache)
        for row, column in np.ndindex(dout.shape[2:]):
            one = np.zeros_like(dout)
            one[:, :, row, column] = dout[:, :, row, column]
            part = ref.max_pool_backward_naive(one, cache)
            dx = np.where(part != 0, part, dx)
        return dx

    return {"max_pool_backward_naive": max_pool_backward_naive}


@mistake(
    "overlap-overwritten",
    parts=("max_pool",),
    sentence="Where windows overlap, each window overwrites the gradients of the one before.",
    hint="Writing a whole window also writes its zeros; add it to what is there.",
)
def overlap_overwritten(ref: Any) -> Mapping[str, Any]:
    """Each window is written whole, zeros included."""

    def max_pool_forward_naive(x: Any, pool_param: Any) -> Any:
        out, cache = ref.max_pool_forward_naive(x, pool_param)
        return out, (cache, pool_param)

    def max_pool_backward_naive(dout: Any, cache: Any) -> Any:
        inner, window = cache
        dx = ref.max_pool_backward_naive(np.zeros_like(dout), inner)
        for row, column in np.ndindex(dout.shape[2:]):
            one = np.zeros_like(dout)
            one[:, :, row, column] = dout[:, :, row, column]
            top, left = row * window["stride"], column * window["stride"]
            place = np.s_[:, :, top : top + window["pool_height"], left : left + window["pool_width"]]
            dx[place] = ref.max_pool_backward_naive(one, inner)[place]
        return dx

    return {"max_pool_forward_naive": max_pool_forward_naive, "max_pool_backward_naive": max_pool_backward_naive}
