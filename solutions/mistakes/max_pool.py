"""What goes wrong in a max-pooling layer: other windows than asked for, and other values than their maxima."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from grader.mistakes import Mistake, mistake


class Window(NamedTuple):
    """pool_height, pool_width and stride."""

    height: int
    width: int
    stride: int


# A wrong choice of windows, (H, W, window) -> (rows, columns): from where to where each row and column of them reaches.
Spans = list[tuple[int, int]]
Places = Callable[[int, int, Window], tuple[Spans, Spans]]


def spans(number: int, step: int, size: int) -> Spans:
    """So many windows of a size, one every step."""
    return [(i * step, i * step + size) for i in range(number)]


def count(length: int, size: int, stride: int) -> int:
    """How many windows fit."""
    return 1 + (length - size) // stride


def pool_one(ref: Any, part: Any) -> tuple[Any, Any]:
    """Pool a part of the images as one window; ValueError if it is empty."""
    if not part.size:
        raise ValueError("zero-size array to reduction operation maximum which has no identity")
    out, cache = ref.max_pool_forward_naive(
        part, {"pool_height": part.shape[2], "pool_width": part.shape[3], "stride": 1}
    )
    return out, cache


def other_windows(ref: Any, places: Places) -> Mapping[str, Any]:
    """The layer with other windows, which end where the image ends; IndexError where dout has no value for one."""

    def chosen(x: Any, pool_param: Mapping[str, int]) -> Any:
        window = Window(pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"])
        H, W = x.shape[2:]
        rows, columns = places(H, W, window)
        for (i, down), (j, right) in itertools.product(enumerate(rows), enumerate(columns)):
            yield i, j, np.s_[:, :, slice(*down), slice(*right)]

    def max_pool_forward_naive(x: Any, pool_param: Any) -> Any:
        windows = list(chosen(x, pool_param))
        out = np.zeros((*x.shape[:2], windows[-1][0] + 1, windows[-1][1] + 1))
        for i, j, place in windows:
            out[:, :, i, j] = pool_one(ref, x[place])[0][:, :, 0, 0]
        return out, (x, pool_param)

    def max_pool_backward_naive(dout: Any, cache: Any) -> Any:
        x, pool_param = cache
        dx = np.zeros_like(x)
        for i, j, place in chosen(x, pool_param):
            one = dout[:, :, i, j][:, :, None, None]
            dx[place] += ref.max_pool_backward_naive(one, pool_one(ref, x[place])[1])
        return dx

    return {"max_pool_forward_naive": max_pool_forward_naive, "max_pool_backward_naive": max_pool_backward_naive}


def in_one(variant: Callable[[Any], Mapping[str, Any]], name: str) -> Callable[[Any], Mapping[str, Any]]:
    """A variant of which only the forward or the backward pass is wrong."""

    def one(ref: Any) -> Mapping[str, Any]:
        wrong = variant(ref)[name]
        if name == "max_pool_forward_naive":
            return {name: lambda x, pool_param: (wrong(x, pool_param)[0], ref.max_pool_forward_naive(x, pool_param)[1])}
        return {
            "max_pool_forward_naive": lambda x, pool_param: (
                ref.max_pool_forward_naive(x, pool_param)[0],
                (x, pool_param),
            ),
            name: wrong,
        }

    return one


def declare(code: str, sentence: str, hint: str, places: Places) -> tuple[Mistake, Mistake]:
    """The mistake made in the forward pass, and made in the backward pass."""
    variant: Callable[[Any], Mapping[str, Any]] = lambda ref: other_windows(ref, places)  # noqa: E731
    forward, backward = (
        mistake(f"pool{infix}-{code}", parts=("max_pool",), sentence=f"In the {words} pass {sentence}", hint=hint)(
            in_one(variant, f"max_pool_{words}_naive")
        )
        for infix, words in (("", "forward"), ("-backward", "backward"))
    )
    return forward, backward


def sized(rows: Any, columns: Any) -> Places:
    """The right windows, but as many as other sizes would hold."""

    def places(H: int, W: int, window: Window) -> tuple[Spans, Spans]:
        OH, OW = (count(length, size, window.stride) for length, size in (rows(H, W, window), columns(H, W, window)))
        return spans(OH, window.stride, window.height), spans(OW, window.stride, window.width)

    return places


def cut(row_step: Any, row_size: Any, column_step: Any, column_size: Any) -> Places:
    """As many windows as are right, of other sizes and at other places."""

    def places(H: int, W: int, window: Window) -> tuple[Spans, Spans]:
        rows, columns = count(H, window.height, window.stride), count(W, window.width, window.stride)
        return (
            spans(rows, row_step(window), row_size(window)),
            spans(columns, column_step(window), column_size(window)),
        )

    return places


SIZES = "Follow each side of out back to the image's and the window's side that it belongs to."
PLACE = "From which row and column to which does the window of out[..., 1, 1] reach?"


def pool_height(window: Window) -> int:
    """Of the window."""
    return window.height


def pool_width(window: Window) -> int:
    """Of the window."""
    return window.width


def stride(window: Window) -> int:
    """Of the windows."""
    return window.stride


def one(window: Window) -> int:
    """No stride."""
    return 1


columns_from_pool_height, backward_columns_from_pool_height = declare(
    "columns-from-pool-height",
    "the number of columns of out is computed with pool_height.",
    SIZES,
    sized(lambda H, W, window: (H, window.height), lambda H, W, window: (W, window.height)),
)
rows_from_pool_width, backward_rows_from_pool_width = declare(
    "rows-from-pool-width",
    "the number of rows of out is computed with pool_width.",
    SIZES,
    sized(lambda H, W, window: (H, window.width), lambda H, W, window: (W, window.width)),
)
columns_from_image_height, backward_columns_from_image_height = declare(
    "columns-from-image-height",
    "the number of columns of out is computed from the height of the images.",
    SIZES,
    sized(lambda H, W, window: (H, window.height), lambda H, W, window: (H, window.width)),
)
rows_from_image_width, backward_rows_from_image_width = declare(
    "rows-from-image-width",
    "the number of rows of out is computed from the width of the images.",
    SIZES,
    sized(lambda H, W, window: (W, window.height), lambda H, W, window: (W, window.width)),
)
# In the backward pass no case tells this from columns_from_image_height, which is true of it.
columns_as_rows = declare(
    "columns-as-rows",
    "there are as many columns of windows as rows.",
    SIZES,
    sized(lambda H, W, window: (H, window.height), lambda H, W, window: (H, window.height)),
)[0]
rows_as_columns, backward_rows_as_columns = declare(
    "rows-as-columns",
    "there are as many rows of windows as columns.",
    SIZES,
    sized(lambda H, W, window: (W, window.width), lambda H, W, window: (W, window.width)),
)
height_for_both, backward_height_for_both = declare(
    "windows-of-pool-height",
    "windows are pool_height high and wide: pool_width is not used for them.",
    PLACE,
    cut(stride, pool_height, stride, pool_height),
)
width_for_both, backward_width_for_both = declare(
    "windows-of-pool-width",
    "windows are pool_width high and wide: pool_height is not used for them.",
    PLACE,
    cut(stride, pool_width, stride, pool_width),
)
exchanged, backward_exchanged = declare(
    "pool-height-and-width-exchanged",
    "windows are pool_width high and pool_height wide.",
    PLACE,
    cut(stride, pool_width, stride, pool_height),
)
windows_of_stride, backward_windows_of_stride = declare(
    "windows-of-stride",
    "windows are as large as the stride, not pool_height x pool_width.",
    PLACE,
    cut(stride, stride, stride, stride),
)
steps_of_window, backward_steps_of_window = declare(
    "windows-side-by-side",
    "windows are laid side by side, whatever the stride is.",
    PLACE,
    cut(pool_height, pool_height, pool_width, pool_width),
)
without_stride, backward_without_stride = declare(
    "windows-without-stride",
    "the windows move by 1 from one output to the next, whatever the stride is.",
    PLACE,
    cut(one, pool_height, one, pool_width),
)
stride_for_columns_only, backward_stride_for_columns_only = declare(
    "stride-for-columns-only",
    "the stride moves the windows to the right only: downwards they move by 1.",
    PLACE,
    cut(one, pool_height, stride, pool_width),
)
stride_for_rows_only, backward_stride_for_rows_only = declare(
    "stride-for-rows-only",
    "the stride moves the windows downwards only: to the right they move by 1.",
    PLACE,
    cut(stride, pool_height, one, pool_width),
)
tiles, backward_tiles = declare(
    "windows-tile-the-image",
    "the image is cut into windows that lie side by side, whatever the stride is.",
    PLACE,
    lambda H, W, window: (
        spans(H // window.height, window.height, window.height),
        spans(W // window.width, window.width, window.width),
    ),
)


def begun_too_early(H: int, W: int, window: Window) -> tuple[Spans, Spans]:
    """i : i * stride + height."""
    rows, columns = cut(stride, pool_height, stride, pool_width)(H, W, window)
    return [(i, end) for i, (_, end) in enumerate(rows)], [(j, end) for j, (_, end) in enumerate(columns)]


begun_early, backward_begun_early = declare(
    "windows-begin-without-stride",
    "windows end where they should but begin without the stride: they grow to the right and downwards.",
    PLACE,
    begun_too_early,
)
