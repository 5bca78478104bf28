"""What goes wrong in a convolution layer: the size of out, counted from the wrong sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake
from solutions.mistakes.conv_forward import Wrong, count, forward, padded, windows_at


def sized(rows: Callable[..., Any], columns: Callable[..., Any]) -> Callable[[Any], Mapping[str, Any]]:
    """A forward pass that counts the rows and columns of out from the wrong sizes."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        (H, W), (HH, WW) = x.shape[2:], w.shape[2:]
        both = rows(H, W, HH, WW), columns(H, W, HH, WW)
        OH, OW = (count(side, filter_side, stride, pad) for side, filter_side in both)
        return windows_at(right, padded(x, pad), w, b, np.arange(OH) * stride, np.arange(OW) * stride)

    return lambda ref: forward(ref, wrong)


def height(H: int, W: int, HH: int, WW: int) -> tuple[int, int]:
    """What the rows are counted from."""
    return H, HH


def width(H: int, W: int, HH: int, WW: int) -> tuple[int, int]:
    """What the columns are counted from."""
    return W, WW


def declare_size(code: str, sentence: str, rows: Any, columns: Any) -> Any:
    """A mistake in the size of out."""
    hint = "Follow each side of out back to the image's and the filter's side that it belongs to."
    return mistake(code, parts=("conv",), sentence=sentence, hint=hint)(sized(rows, columns))


columns_from_height = declare_size(
    "conv-columns-from-image-height",
    "The number of columns of out is computed from the height of the images.",
    height,
    lambda H, W, HH, WW: (H, WW),
)
rows_from_width = declare_size(
    "conv-rows-from-image-width",
    "The number of rows of out is computed from the width of the images.",
    lambda H, W, HH, WW: (W, HH),
    width,
)
columns_from_filter_height = declare_size(
    "conv-columns-from-filter-height",
    "The number of columns of out is computed from the height of the filters.",
    height,
    lambda H, W, HH, WW: (W, HH),
)
rows_from_filter_width = declare_size(
    "conv-rows-from-filter-width",
    "The number of rows of out is computed from the width of the filters.",
    lambda H, W, HH, WW: (H, WW),
    width,
)
columns_from_rows = declare_size(
    "conv-columns-as-rows",
    "out gets as many columns as it has rows.",
    height,
    height,
)
rows_from_columns = declare_size(
    "conv-rows-as-columns",
    "out gets as many rows as it has columns.",
    width,
    width,
)
