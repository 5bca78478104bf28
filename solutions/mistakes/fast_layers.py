"""What goes wrong in convolution and pooling layers that are written without loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake
from solutions.mistakes import conv_forward


@mistake(
    "fast-flipped-filter",
    parts=("fast_layers",),
    sentence=conv_forward.flipped_filter.sentence,
    hint=conv_forward.flipped_filter.hint,
)
def flipped_filter(ref: Any) -> Mapping[str, Any]:
    """As in the naive layers."""
    changed = conv_forward.flipped_filter.variant(ref)
    return {name.replace("_naive", "_fast"): function for name, function in changed.items()}


@mistake(
    "fast-empty-slice-at-pad-0",
    parts=("fast_layers",),
    sentence="The padding is cut off with a slice [pad:-pad], which is empty when pad is 0.",
    hint="What is x[0:-0]? Name the end of the slice by the image's own size instead.",
)
def empty_slice(ref: Any) -> Mapping[str, Any]:
    """An empty dx where nothing was padded."""

    def conv_forward_fast(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        out, cache = ref.conv_forward_fast(x, w, b, conv_param)
        return out, (cache, conv_param["pad"])

    def conv_backward_fast(dout: Any, cache: Any) -> Any:
        inner, pad = cache
        dx, dw, db = ref.conv_backward_fast(dout, inner)
        return (dx if pad else dx[:, :, 0:0, 0:0]), dw, db

    return {"conv_forward_fast": conv_forward_fast, "conv_backward_fast": conv_backward_fast}


@mistake(
    "fast-overlap-assigned",
    parts=("fast_layers",),
    sentence="Where windows overlap, the gradients of an input are assigned instead of added up.",
    hint="An input that is the maximum of two windows receives a gradient from both.",
)
def pool_assigned(ref: Any) -> Mapping[str, Any]:
    """At each input the gradient of the last window that it is the maximum of wins."""

    def max_pool_backward_fast(dout: Any, cache: Any) -> Any:
        dx = ref.max_pool_backward_fast(np.zeros_like(dout), cache)
        for row, column in np.ndindex(dout.shape[2:]):
            one = np.zeros_like(dout)
            one[:, :, row, column] = dout[:, :, row, column]
            part = ref.max_pool_backward_fast(one, cache)
            dx = np.where(part != 0, part, dx)
        return dx

    return {"max_pool_backward_fast": max_pool_backward_fast}


@mistake(
    "fast-overlap-overwritten",
    parts=("fast_layers",),
    sentence="Where windows overlap, each window overwrites the gradients of the one before.",
    hint="Writing a whole window also writes its zeros; add it to what is there.",
)
def pool_overwritten(ref: Any) -> Mapping[str, Any]:
    """Each window is written whole, zeros included."""

    def max_pool_forward_fast(x: Any, pool_param: Any) -> Any:
        out, cache = ref.max_pool_forward_fast(x, pool_param)
        return out, (cache, pool_param)

    def max_pool_backward_fast(dout: Any, cache: Any) -> Any:
        inner, window = cache
        dx = ref.max_pool_backward_fast(np.zeros_like(dout), inner)
        for row, column in np.ndindex(dout.shape[2:]):
            one = np.zeros_like(dout)
            one[:, :, row, column] = dout[:, :, row, column]
            top, left = row * window["stride"], column * window["stride"]
            place = np.s_[:, :, top : top + window["pool_height"], left : left + window["pool_width"]]
            dx[place] = ref.max_pool_backward_fast(one, inner)[place]
        return dx

    return {"max_pool_forward_fast": max_pool_forward_fast, "max_pool_backward_fast": max_pool_backward_fast}


@mistake(
    "fast-conv-not-accumulated",
    parts=("fast_layers",),
    sentence="Where windows overlap, dx holds the last contribution only, not the sum of all.",
    hint="With an array of indices, dx[i] += v adds once for an index that occurs twice; so does plain =.",
)
def conv_not_accumulated(ref: Any) -> Mapping[str, Any]:
    """Of the filter's entries that reach an input, the last in reading order wins."""

    def conv_forward_fast(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        out, cache = ref.conv_forward_fast(x, w, b, conv_param)
        return out, (cache, x, w, b, conv_param)

    def conv_backward_fast(dout: Any, cache: Any) -> Any:
        inner, x, w, b, conv_param = cache
        _, dw, db = ref.conv_backward_fast(dout, inner)
        dx = np.zeros_like(x)
        for i, j in np.ndindex(w.shape[2:]):
            one = np.zeros_like(w)
            one[:, :, i, j] = 1.0
            _, alone = ref.conv_forward_fast(x, w * one, b, conv_param)
            part, _, _ = ref.conv_backward_fast(dout, alone)
            _, reaching = ref.conv_forward_fast(x, one, b, conv_param)
            reached, _, _ = ref.conv_backward_fast(np.ones_like(dout), reaching)
            dx = np.where(reached > 0, part, dx)
        return dx, dw, db

    return {"conv_forward_fast": conv_forward_fast, "conv_backward_fast": conv_backward_fast}


@mistake(
    "fast-conv-last-window",
    parts=("fast_layers",),
    sentence="Where windows overlap, each window overwrites in dx what the one before has put there.",
    hint="An input that lies in several windows receives a gradient from each.",
)
def conv_last_window(ref: Any) -> Mapping[str, Any]:
    """Of the windows that hold an input, the last one wins."""

    def conv_forward_fast(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        out, cache = ref.conv_forward_fast(x, w, b, conv_param)
        return out, (cache, ref.conv_forward_fast(x, np.ones_like(w), b, conv_param)[1])

    def conv_backward_fast(dout: Any, cache: Any) -> Any:
        inner, ones = cache
        dx, dw, db = ref.conv_backward_fast(dout, inner)
        for row, column in np.ndindex(dout.shape[2:]):
            one = np.zeros_like(dout)
            one[:, :, row, column] = 1.0
            reached, _, _ = ref.conv_backward_fast(one, ones)
            dx = np.where(reached > 0, ref.conv_backward_fast(one * dout, inner)[0], dx)
        return dx, dw, db

    return {"conv_forward_fast": conv_forward_fast, "conv_backward_fast": conv_backward_fast}
