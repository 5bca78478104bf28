"""What goes wrong in convolution and pooling layers that are written without loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes import conv_backward, conv_forward, max_pool_overlap


def as_fast(naive: Mistake) -> Mistake:
    """A mistake of the naive layers, made in the fast ones."""

    def variant(ref: Any) -> Mapping[str, Any]:
        return {name.replace("_naive", "_fast"): function for name, function in naive.variant(ref).items()}

    return Mistake(f"fast-{naive.code}", ("fast_layers",), naive.sentence, naive.hint, variant)


empty_slice = as_fast(conv_backward.empty_slice)
flipped_filter = as_fast(conv_forward.flipped_filter)
pool_assigned = as_fast(max_pool_overlap.overlap_assigned)
pool_overwritten = as_fast(max_pool_overlap.overlap_overwritten)


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
