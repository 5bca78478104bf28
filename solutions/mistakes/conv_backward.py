"""What goes wrong in the backward pass of a convolution layer."""

from __future__ import annotations

from solutions.mistakes.conv_forward import conv

SIDES = "Follow each side of out back to the image's and the filter's side that it belongs to."
PADDING = "Follow pad through the function: is there a number, or another name, where it should stand?"
ADD = "Is there an = where += is meant? Whatever was used more than once receives the sum."
WINDOW = "In which column is the window of row i and column j?"

PADDED = "np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))"
UNPADDED = """np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    unpadded = np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))"""
CROP = "dpadded[:, :, pad : pad + H, pad : pad + W]"
SIZES = "OH, OW = dout.shape[2:]"
DB = "np.sum(dout, axis=(0, 2, 3))"
DW = 'dw += np.einsum("nchw,nf->fchw", window, dout[:, :, i, j])'
DX = 'np.einsum("fchw,nf->nchw", w, dout[:, :, i, j])'
PUT = "dpadded[:, :, top : top + HH, left : left + WW] +="
FULL = """np.zeros(x.shape)
    bordered = np.zeros((N, F, (OH - 1) * stride + 1 + 2 * pad, (OW - 1) * stride + 1 + 2 * pad))
    bordered[:, :, pad : bordered.shape[2] - pad : stride, pad : bordered.shape[3] - pad : stride] = dout
    for n, c, i, j in np.ndindex(x.shape):
        dx[n, c, i, j] = np.sum(bordered[n, :, i : i + HH, j : j + WW] * w[:, c, ::-1, ::-1])"""

# What is cut out of the gradient of the padded images
empty_slice_at_pad_0 = conv.wrong(
    "empty-slice-at-pad-0",
    "The padding is cut off with a slice [pad:-pad], which is empty when pad is 0.",
    "What is x[0:-0]? Name the end of the slice by the image's own size instead.",
    *("conv_backward_naive", CROP, "dpadded[:, :, pad:-pad, pad:-pad]"),
)
dx_not_cropped = conv.wrong(
    "conv-dx-not-cropped",
    "dx still has the padding: it is larger than x.",
    "Which part of it belongs to x?",
    *("conv_backward_naive", CROP, "dpadded"),
)
dx_cropped_by_1 = conv.wrong(
    "conv-dx-cropped-by-1",
    "A border of 1 is cut off dx, whatever the padding is.",
    PADDING,
    *("conv_backward_naive", CROP, "dpadded[:, :, 1:-1, 1:-1]"),
)
dx_cut_at_the_corner = conv.wrong(
    "conv-dx-cut-at-the-corner",
    "dx is cut out at the top left of the padded gradient.",
    "Where in it is x?",
    *("conv_backward_naive", CROP, "dpadded[:, :, :H, :W]"),
)
dx_height_and_width_exchanged = conv.wrong(
    "conv-dx-height-and-width-exchanged",
    "dx is cut out with the height and the width of the images swapped.",
    "Which axis of x is its height? Try images that are not square.",
    *("conv_backward_naive", CROP, "dpadded[:, :, pad : pad + W, pad : pad + H]"),
)

# The padding
backward_pad_of_1 = conv.wrong(
    "conv-backward-pad-of-1",
    "The backward pass pads by 1, whatever pad is.",
    PADDING,
    *("conv_backward_naive", 'conv_param["pad"]', "1"),
)
dw_from_unpadded_images = conv.wrong(
    "conv-dw-from-unpadded-images",
    "dw is computed from the images without their padding.",
    "Which pixels did the forward pass multiply with the filters?",
    *(
        "conv_backward_naive",
        DW,
        'dw += np.einsum("nchw,nf->fchw", unpadded[:, :, top : top + HH, left : left + WW], dout[:, :, i, j])',
        PADDED,
        UNPADDED,
    ),
)
backward_raises_at_pad_0 = conv.wrong(
    "conv-backward-raises-at-pad-0",
    "The backward pass raises when pad is 0.",
    "What is x[pad:-pad] when pad is 0? Name the end of the slice by the image's own size instead.",
    *(
        "conv_backward_naive",
        PADDED,
        "np.zeros((N, C, H + 2 * pad, W + 2 * pad))\n    padded[:, :, pad:-pad, pad:-pad] = x",
    ),
)
backward_raises_unless_pad_1 = conv.wrong(
    "conv-backward-raises-unless-pad-1",
    "The backward pass raises unless pad is 1.",
    "Is there a number where pad should stand?",
    *("conv_backward_naive", PADDED, "np.zeros((N, C, H + 2 * pad, W + 2 * pad))\n    padded[:, :, 1:-1, 1:-1] = x"),
)
dx_dout_padded_by_pad = conv.wrong(
    "conv-dx-dout-padded-by-pad",
    "dx slides the rotated filters over dout with a border of pad, which fits filters of size 2 pad + 1 only.",
    "How far beyond the top left output does the filter reach that meets the top left pixel?",
    *("conv_backward_naive", CROP, FULL),
)

# Gradients that stay zero
gradients_zero = conv.wrong(
    "conv-gradients-zero",
    "All gradients are zeros: nothing is written into them.",
    "Does the loop run?",
    *("conv_backward_naive", DB, "np.zeros(F)", "range(OH)", "range(0)"),
)
only_db = conv.wrong(
    "conv-only-db",
    "Only db is computed: dx and dw are zeros.",
    "How does the loss change with w, and with x?",
    *("conv_backward_naive", "range(OH)", "range(0)"),
)
dx_zero = conv.wrong(
    "conv-dx-zero",
    "dx holds nothing but zeros.",
    "What becomes of what the loop computes for dx?",
    *("conv_backward_naive", PUT, "value ="),
)
dw_zero = conv.wrong(
    "conv-dw-zero",
    "dw holds nothing but zeros.",
    "What becomes of what the loop computes for dw?",
    *("conv_backward_naive", "dw +=", "value ="),
)
db_zero = conv.wrong(
    "conv-db-zero",
    "db holds nothing but zeros.",
    "How does the loss change with a bias?",
    *("conv_backward_naive", DB, "np.zeros(F)"),
)

# What is added up
dw_last_window = conv.wrong(
    "conv-dw-last-window",
    "dw holds what the last window of the last image gives, not the sum of all.",
    ADD,
    *("conv_backward_naive", DW, 'dw = np.einsum("nchw,nf->fchw", window[-1:], dout[-1:, :, i, j])'),
)
dw_last_window_of_images = conv.wrong(
    "conv-dw-last-window-of-images",
    "dw holds what the last window gives, not the sum over all windows.",
    ADD,
    *("conv_backward_naive", "dw +=", "dw ="),
)
dw_last_image = conv.wrong(
    "conv-dw-last-image",
    "dw is that of the last image, not the sum over all images.",
    ADD,
    *("conv_backward_naive", DW, 'dw += np.einsum("nchw,nf->fchw", window[-1:], dout[-1:, :, i, j])'),
)
db_last_image = conv.wrong(
    "conv-db-last-image",
    "db is that of the last image, not the sum over all images.",
    ADD,
    *("conv_backward_naive", DB, "np.sum(dout[-1], axis=(1, 2))"),
)
db_last_entry = conv.wrong(
    "conv-db-last-entry",
    "db holds the last entry of dout alone, not the sum over all.",
    ADD,
    *("conv_backward_naive", DB, "dout[-1, :, -1, -1]"),
)
DB_AXES = ((0,), (1,), (0, 1), (0, 2), (0, 3), (2, 3), (0, 1, 2), (0, 1, 3), (1, 2, 3), (0, 1, 2, 3))
db_over_axes = tuple(
    conv.wrong(
        f"conv-db-over-axes-{'-'.join(map(str, axes))}",
        f"db is the sum of dout over {'its axis' if len(axes) == 1 else 'its axes'} {', '.join(map(str, axes))} "
        "(counted from 0), which does not leave one number per filter.",
        "Which axis of dout is that of the filters?",
        *("conv_backward_naive", DB, f"np.sum(dout, axis={axes})"),
    )
    for axes in DB_AXES
)
dx_last_filter = conv.wrong(
    "conv-dx-last-filter",
    "dx is that of the last filter alone: each filter overwrites the one before.",
    ADD,
    *("conv_backward_naive", DX, 'np.einsum("fchw,nf->nchw", w[-1:], dout[:, -1:, i, j])'),
)
dx_last_window = conv.wrong(
    "conv-dx-last-window",
    "Where windows overlap, each overwrites in dx what the one before has put there.",
    "An input that lies in several windows receives a gradient from each.",
    *("conv_backward_naive", PUT, "dpadded[:, :, top : top + HH, left : left + WW] ="),
)
dx_last_window_and_filter = conv.wrong(
    "conv-dx-last-window-and-filter",
    "dx holds the contribution of the last filter in the last window, not the sum of all.",
    "An input receives a gradient from every filter, in every window that it lies in.",
    *(
        "conv_backward_naive",
        PUT,
        "dpadded[:, :, top : top + HH, left : left + WW] =",
        DX,
        'np.einsum("fchw,nf->nchw", w[-1:], dout[:, -1:, i, j])',
    ),
)
gradients_averaged = conv.wrong(
    "conv-gradients-averaged",
    "dw and db are divided by the number of images.",
    "dout is the gradient of a loss that has been averaged already, or has not: should it matter here?",
    *("conv_backward_naive", "return dx, dw, db", "return dx, dw / N, db / N"),
)
db_averaged = conv.wrong(
    "conv-db-averaged",
    "db is the mean of dout, not its sum.",
    "How much does the loss change with a bias?",
    *("conv_backward_naive", DB, "np.mean(dout, axis=(0, 2, 3))"),
)

# Which windows
dx_filter_flipped = conv.wrong(
    "conv-dx-filter-flipped",
    "dx is computed with filters that are rotated by 180 degrees.",
    "Which weight joined the top left pixel of a window to its output?",
    *("conv_backward_naive", DX, 'np.einsum("fchw,nf->nchw", w[:, :, ::-1, ::-1], dout[:, :, i, j])'),
)
backward_windows_without_stride = conv.wrong(
    "conv-backward-windows-without-stride",
    "In the backward pass the windows move by 1 from one output to the next, whatever the stride is.",
    "Where did the window of out[..., 1, 1] begin?",
    *("conv_backward_naive", "i * stride", "i", "j * stride", "j"),
)
of_one_without_stride = tuple(
    conv.wrong(
        f"conv-{name}-without-stride",
        f"The windows that go into {name} move by 1 from one output to the next, whatever the stride is.",
        "Where did the window of out[..., 1, 1] begin?",
        *("conv_backward_naive", piece, piece.replace("top", "i").replace("left", "j")),
    )
    for name, piece in (("dx", PUT), ("dw", "window = padded[:, :, top : top + HH, left : left + WW]"))
)
backward_stride_for_columns_only = conv.wrong(
    "conv-backward-stride-for-columns-only",
    "In the backward pass the stride moves the windows to the right only: downwards they move by 1.",
    "Where did the window of out[..., 1, 0] begin?",
    *("conv_backward_naive", "i * stride", "i"),
)
backward_stride_for_rows_only = conv.wrong(
    "conv-backward-stride-for-rows-only",
    "In the backward pass the stride moves the windows downwards only: to the right they move by 1.",
    "Where did the window of out[..., 0, 1] begin?",
    *("conv_backward_naive", "j * stride", "j"),
)
backward_columns_from_image_height = conv.wrong(
    "conv-backward-columns-from-image-height",
    "The backward pass computes the number of columns of out from the height of the images.",
    SIDES,
    *("conv_backward_naive", SIZES, "OH, OW = dout.shape[2], 1 + (H + 2 * pad - WW) // stride"),
)
backward_rows_from_image_width = conv.wrong(
    "conv-backward-rows-from-image-width",
    "The backward pass computes the number of rows of out from the width of the images.",
    SIDES,
    *("conv_backward_naive", SIZES, "OH, OW = 1 + (W + 2 * pad - HH) // stride, dout.shape[3]"),
)
backward_columns_from_filter_height = conv.wrong(
    "conv-backward-columns-from-filter-height",
    "The backward pass computes the number of columns of out from the height of the filters.",
    SIDES,
    *("conv_backward_naive", SIZES, "OH, OW = dout.shape[2], 1 + (W + 2 * pad - HH) // stride"),
)
backward_rows_from_filter_width = conv.wrong(
    "conv-backward-rows-from-filter-width",
    "The backward pass computes the number of rows of out from the width of the filters.",
    SIDES,
    *("conv_backward_naive", SIZES, "OH, OW = 1 + (H + 2 * pad - WW) // stride, dout.shape[3]"),
)
backward_columns_as_rows = conv.wrong(
    "conv-backward-columns-as-rows",
    "The backward pass visits as many columns of dout as it has rows.",
    SIDES,
    *("conv_backward_naive", SIZES, "OH = OW = dout.shape[2]"),
)
backward_rows_as_columns = conv.wrong(
    "conv-backward-rows-as-columns",
    "The backward pass visits as many rows of dout as it has columns.",
    SIDES,
    *("conv_backward_naive", SIZES, "OH = OW = dout.shape[3]"),
)
dx_index_by_height = conv.wrong(
    "conv-dx-index-by-height",
    "For dx, what belongs to the window (i, j) is looked up at i * (height of out) + j.",
    WINDOW,
    *("conv_backward_naive", DX, 'np.einsum("fchw,nf->nchw", w, dout.reshape(N, F, OH * OW)[:, :, i * OH + j])'),
)
dx_index_by_width = conv.wrong(
    "conv-dx-index-by-width",
    "For dx the rows and columns of a matrix of all windows are swapped.",
    WINDOW,
    *("conv_backward_naive", DX, 'np.einsum("fchw,nf->nchw", w, dout.reshape(N, F, OH * OW)[:, :, j * OH + i])'),
)
backward_windows_begin_in_image = conv.wrong(
    "conv-backward-windows-begin-in-image",
    "The backward pass leaves out windows that begin in the padding beyond the image (below it or to its right).",
    "Count the windows over the padded image, not over the image.",
    *(
        "conv_backward_naive",
        SIZES,
        "dout = dout[:, :, : -(-H // stride), : -(-W // stride)]\n    OH, OW = dout.shape[2:]",
    ),
)
