"""What goes wrong in the forward pass of a convolution layer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.mistakes import mistake
from grader.patches import Naive

conv = Naive(Path(__file__).parents[1] / "naive" / "conv.py", parts=("conv",))

SIDES = "Follow each side of out back to the image's and the filter's side that it belongs to."
NUMBER = "Is there a number where pad should stand?"

ROWS = "(H + 2 * pad - HH)"
COLUMNS = "(W + 2 * pad - WW)"
PADDED = "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"

# What comes out
out_transposed = conv.wrong(
    "conv-out-transposed",
    "The values of out are right, but laid out with rows and columns exchanged in its shape.",
    "Which comes first in the shape of out, the number of rows or of columns?",
    *("conv_forward_naive", "return out,", "return out.reshape(N, F, OW, OH),"),
)
returns_zeros = conv.wrong(
    "conv-returns-zeros",
    "out holds nothing but zeros.",
    "Does the loop run, and is it outside of strings and comments?",
    *("conv_forward_naive", "out[:, :, i, j] =", "value ="),
)
bias_not_added = conv.wrong(
    "conv-bias-not-added",
    "The biases are left out of the forward pass.",
    "What is out when all weights are zero?",
    *("conv_forward_naive", " + b", ""),
)
bias_per_channel = conv.wrong(
    "conv-bias-per-channel",
    "The bias is added once for each channel.",
    "How often does a window's value get the bias of its filter?",
    *("conv_forward_naive", "+ b", "+ C * b"),
)
bias_per_image = conv.wrong(
    "conv-bias-per-image",
    "The biases are added by image, not by filter.",
    "Which index does b have: that of the image or that of the filter?",
    *("conv_forward_naive", "+ b", "+ b[np.arange(N), None]"),
)
last_channel_only = conv.wrong(
    "conv-last-channel-only",
    "out holds the contribution of the last channel only: each channel overwrites the one before.",
    "A window spans all channels; add them up.",
    *("conv_forward_naive", "window, w)", "window[:, -1:], w[:, -1:])"),
)
first_channel_only = conv.wrong(
    "conv-first-channel-only",
    "out holds the contribution of the first channel only.",
    "A window spans all channels; add them up.",
    *("conv_forward_naive", "window, w)", "window[:, :1], w[:, :1])"),
)
forward_filter_flipped = conv.wrong(
    "conv-forward-filter-flipped",
    "The forward pass rotates the filters by 180 degrees: this layer is a cross-correlation, with no flip.",
    "Multiply each window with the filter as it stands.",
    *("conv_forward_naive", "window, w)", "window, w[:, :, ::-1, ::-1])"),
)

# The padding
pad_of_1 = conv.wrong(
    "conv-pad-of-1",
    'The images are padded by 1, whatever conv_param["pad"] is.',
    NUMBER,
    *("conv_forward_naive", PADDED, "np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))"),
)
pad_of_1_throughout = conv.wrong(
    "conv-pad-of-1-throughout",
    'out is that of a padding of 1, whatever conv_param["pad"] is.',
    NUMBER,
    *("conv_forward_naive", 'conv_param["pad"]', "1"),
)
not_padded = conv.wrong(
    "conv-not-padded",
    "out is that of images without padding.",
    'Where does conv_param["pad"] enter?',
    *("conv_forward_naive", 'conv_param["pad"]', "0"),
)
padded_with_edge = conv.wrong(
    "conv-padded-with-edge",
    "The padding repeats the border of the image; it should be zeros.",
    "What is in the border that np.pad adds with this mode?",
    *("conv_forward_naive", PADDED, 'np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")'),
)
windows_begin_in_image = conv.wrong(
    "conv-windows-begin-in-image",
    "Windows that begin in the padding behind the image (below it or to its right) are left out.",
    "Count the windows over the padded image, not over the image.",
    *(
        "conv_forward_naive",
        "for i in range(OH)",
        "for i in range(min(OH, -(-H // stride)))",
        "for j in range(OW)",
        "for j in range(min(OW, -(-W // stride)))",
    ),
)
raises_at_pad_0 = conv.wrong(
    "conv-raises-at-pad-0",
    "The forward pass raises when pad is 0.",
    "What is x[pad:-pad] when pad is 0? Name the end of the slice by the image's own size instead.",
    *(
        "conv_forward_naive",
        PADDED,
        "np.zeros((N, C, H + 2 * pad, W + 2 * pad))\n    padded[:, :, pad:-pad, pad:-pad] = x",
    ),
)
raises_unless_pad_1 = conv.wrong(
    "conv-raises-unless-pad-1",
    "The forward pass raises unless pad is 1.",
    NUMBER,
    *("conv_forward_naive", PADDED, "np.zeros((N, C, H + 2 * pad, W + 2 * pad))\n    padded[:, :, 1:-1, 1:-1] = x"),
)

# The stride
windows_without_stride = conv.wrong(
    "conv-windows-without-stride",
    "The windows move by 1 from one output to the next, whatever the stride is.",
    "Where does the window of out[..., 1, 1] begin?",
    *("conv_forward_naive", "i * stride", "i", "j * stride", "j"),
)
stride_for_columns_only = conv.wrong(
    "conv-stride-for-columns-only",
    "The stride moves the windows to the right only: downwards they move by 1.",
    "Where does the window of out[..., 1, 0] begin?",
    *("conv_forward_naive", "i * stride", "i"),
)
stride_for_rows_only = conv.wrong(
    "conv-stride-for-rows-only",
    "The stride moves the windows downwards only: to the right they move by 1.",
    "Where does the window of out[..., 0, 1] begin?",
    *("conv_forward_naive", "j * stride", "j"),
)

# The size of out
columns_from_image_height = conv.wrong(
    "conv-columns-from-image-height",
    "The number of columns of out is computed from the height of the images.",
    SIDES,
    *("conv_forward_naive", COLUMNS, "(H + 2 * pad - WW)"),
)
rows_from_image_width = conv.wrong(
    "conv-rows-from-image-width",
    "The number of rows of out is computed from the width of the images.",
    SIDES,
    *("conv_forward_naive", ROWS, "(W + 2 * pad - HH)"),
)
columns_from_filter_height = conv.wrong(
    "conv-columns-from-filter-height",
    "The number of columns of out is computed from the height of the filters.",
    SIDES,
    *("conv_forward_naive", COLUMNS, "(W + 2 * pad - HH)"),
)
rows_from_filter_width = conv.wrong(
    "conv-rows-from-filter-width",
    "The number of rows of out is computed from the width of the filters.",
    SIDES,
    *("conv_forward_naive", ROWS, "(H + 2 * pad - WW)"),
)
columns_as_rows = conv.wrong(
    "conv-columns-as-rows",
    "out gets as many columns as it has rows.",
    SIDES,
    *("conv_forward_naive", COLUMNS, ROWS),
)
rows_as_columns = conv.wrong(
    "conv-rows-as-columns",
    "out gets as many rows as it has columns.",
    SIDES,
    *("conv_forward_naive", ROWS, COLUMNS),
)


@mistake(
    "flipped-filter",
    parts=("conv",),
    sentence="The filters are rotated by 180 degrees: this layer is a cross-correlation, without the flip.",
    hint="Multiply each window with the filter as it stands.",
)
def flipped_filter(ref: Any) -> Mapping[str, Any]:
    """True convolution, forward and backward: no patch, for the fast layers make it too."""

    def conv_forward_naive(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        return ref.conv_forward_naive(x, w[:, :, ::-1, ::-1], b, conv_param)

    def conv_backward_naive(dout: Any, cache: Any) -> Any:
        dx, dw, db = ref.conv_backward_naive(dout, cache)
        return dx, dw[:, :, ::-1, ::-1], db

    return {"conv_forward_naive": conv_forward_naive, "conv_backward_naive": conv_backward_naive}
