"""What goes wrong in convolution and pooling layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake


@mistake(
    "empty-slice-at-pad-0",
    parts=("conv",),
    sentence="The padding is cut off with a slice [pad:-pad], which is empty when pad is 0.",
    hint="What is x[0:-0]? Name the end of the slice by the image's own size instead.",
)
def empty_slice(ref: Any) -> Mapping[str, Any]:
    """An empty dx where nothing was padded."""

    def conv_backward_naive(dout: Any, cache: Any) -> Any:
        gradients, pad = cache
        dx, dw, db = ref.conv_backward_naive(dout, gradients)
        return (dx if pad else dx[:, :, 0:0, 0:0]), dw, db

    def conv_forward_naive(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        out, cache = ref.conv_forward_naive(x, w, b, conv_param)
        return out, (cache, conv_param["pad"])

    return {"conv_forward_naive": conv_forward_naive, "conv_backward_naive": conv_backward_naive}


@mistake(
    "flipped-filter",
    parts=("conv",),
    sentence="The filters are rotated by 180 degrees: this layer is a cross-correlation, without the flip.",
    hint="Multiply each window with the filter as it stands.",
)
def flipped_filter(ref: Any) -> Mapping[str, Any]:
    """True convolution, forward and backward."""

    def conv_forward_naive(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        return ref.conv_forward_naive(x, w[:, :, ::-1, ::-1], b, conv_param)

    def conv_backward_naive(dout: Any, cache: Any) -> Any:
        dx, dw, db = ref.conv_backward_naive(dout, cache)
        return dx, dw[:, :, ::-1, ::-1], db

    return {"conv_forward_naive": conv_forward_naive, "conv_backward_naive": conv_backward_naive}


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
