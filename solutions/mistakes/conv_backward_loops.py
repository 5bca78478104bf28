"""What goes wrong in the loops of a convolution's backward pass: too few windows, or the wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.mistakes import Mistake
from solutions.mistakes.conv_backward import Call, Gradients, backward
from solutions.mistakes.conv_forward import count

HINT = "Follow each side of out back to the image's and the filter's side that it belongs to."


def looped(code: str, sentence: str, rows: Callable[..., Any], columns: Callable[..., Any]) -> Mistake:
    """Loops over other numbers of rows and columns than dout has; db is summed without loops."""

    def wrong(call: Call) -> Gradients:
        (H, W), (HH, WW) = call.x.shape[2:], call.w.shape[2:]
        both = rows(H, W, HH, WW), columns(H, W, HH, WW)
        OH, OW = (count(side, filter_side, call.stride, call.pad) for side, filter_side in both)
        call.dout[:, :, OH - 1, OW - 1]  # IndexError beyond the end of dout
        dx, dw, _ = call.of(call.kept(np.s_[:, :, :OH, :OW]))
        return dx, dw, call.of(call.dout)[2]

    return backward(code, sentence, HINT)(wrong)


columns_from_height = looped(
    "conv-backward-columns-from-image-height",
    "The backward pass computes the number of columns of out from the height of the images.",
    lambda H, W, HH, WW: (H, HH),
    lambda H, W, HH, WW: (H, WW),
)
rows_from_width = looped(
    "conv-backward-rows-from-image-width",
    "The backward pass computes the number of rows of out from the width of the images.",
    lambda H, W, HH, WW: (W, HH),
    lambda H, W, HH, WW: (W, WW),
)
columns_from_filter_height = looped(
    "conv-backward-columns-from-filter-height",
    "The backward pass computes the number of columns of out from the height of the filters.",
    lambda H, W, HH, WW: (H, HH),
    lambda H, W, HH, WW: (W, HH),
)
rows_from_filter_width = looped(
    "conv-backward-rows-from-filter-width",
    "The backward pass computes the number of rows of out from the width of the filters.",
    lambda H, W, HH, WW: (H, WW),
    lambda H, W, HH, WW: (W, WW),
)
columns_from_rows = looped(
    "conv-backward-columns-as-rows",
    "The backward pass visits as many columns of dout as it has rows.",
    lambda H, W, HH, WW: (H, HH),
    lambda H, W, HH, WW: (H, HH),
)
rows_from_columns = looped(
    "conv-backward-rows-as-columns",
    "The backward pass visits as many rows of dout as it has columns.",
    lambda H, W, HH, WW: (W, WW),
    lambda H, W, HH, WW: (W, WW),
)


@backward(
    "conv-dx-index-by-height",
    "For dx, what belongs to the window (i, j) is looked up at i * (height of out) + j.",
    "At which column stands the window of row i and column j?",
)
def index_by_height(call: Call) -> Gradients:
    """The window (i, j) takes its gradient from the place i * OH + j; IndexError where there is none."""
    N, F, OH, OW = call.dout.shape
    flat = call.dout.reshape(N, F, OH * OW)
    moved = flat[:, :, np.arange(OH)[:, None] * OH + np.arange(OW)]
    _, dw, db = call.of(call.dout)
    return call.of(moved)[0], dw, db


@backward(
    "conv-dx-index-by-width",
    "For dx the rows and columns of a matrix of all windows are exchanged.",
    "At which column stands the window of row i and column j?",
)
def index_exchanged(call: Call) -> Gradients:
    """The window (i, j) takes its gradient from the place j * OH + i."""
    N, F, OH, OW = call.dout.shape
    flat = call.dout.reshape(N, F, OH * OW)
    _, dw, db = call.of(call.dout)
    return call.of(flat[:, :, np.arange(OH)[:, None] + np.arange(OW) * OH])[0], dw, db


@backward(
    "conv-backward-windows-begin-in-image",
    "The backward pass leaves out windows that begin in the padding behind the image (below it or to its right).",
    "Count the windows over the padded image, not over the image.",
)
def windows_begin_in_image(call: Call) -> Gradients:
    """range(0, H, stride) in the padded image; db too is summed in the loops."""
    rows, columns = (-(-call.x.shape[axis] // call.stride) for axis in (2, 3))
    return call.of(call.kept(np.s_[:, :, :rows, :columns]))


@backward(
    "conv-dx-dout-padded-by-pad",
    "dx slides the rotated filters over dout with a border of pad, which fits filters of size 2 pad + 1 only.",
    "How far beyond the top left output does the filter reach that meets the top left pixel?",
)
def dout_padded_by_pad(call: Call) -> Gradients:
    """dout, spread by the stride, gets a border of pad; windows that are not whole raise."""
    H, W = call.x.shape[2:]
    OH, OW = call.dout.shape[2:]
    spread = np.zeros((*call.dout.shape[:2], (OH - 1) * call.stride + 1, (OW - 1) * call.stride + 1))
    spread[:, :, :: call.stride, :: call.stride] = call.dout
    border = ((0, 0), (0, 0), (call.pad, call.pad), (call.pad, call.pad))
    rotated = call.w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1]
    dx, _ = call.ref.conv_forward_naive(
        np.pad(spread, border), rotated, np.zeros(len(rotated)), {"stride": 1, "pad": 0}
    )
    if dx.shape[2] < H or dx.shape[3] < W:
        raise ValueError("operands could not be broadcast together")
    _, dw, db = call.of(call.dout)
    return dx[:, :, :H, :W], dw, db


def refusing(code: str, sentence: str, hint: str, refuses: Callable[[int], bool]) -> Mistake:
    """A backward pass that raises for some paddings: named only together with another mistake."""

    def wrong(call: Call) -> Gradients:
        if refuses(call.pad):
            raise ValueError("could not broadcast input array")
        return call.of(call.dout)

    return backward(code, sentence, hint)(wrong)


raises_at_pad_0 = refusing(
    "conv-backward-raises-at-pad-0",
    "The backward pass raises when pad is 0.",
    "What is x[pad:-pad] when pad is 0? Name the end of the slice by the image's own size instead.",
    lambda pad: pad == 0,
)
raises_unless_pad_1 = refusing(
    "conv-backward-raises-unless-pad-1",
    "The backward pass raises unless pad is 1.",
    "Is there a number where pad should stand?",
    lambda pad: pad != 1,
)
