"""More of what goes wrong with sizes, windows and borders in convolution and pooling, in either pass."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from solutions.mistakes.conv_backward import CROP, PUT
from solutions.mistakes.conv_backward import SIZES as COUNTS
from solutions.mistakes.conv_forward import PADDED, conv
from solutions.mistakes.max_pool import MAX, SIZES, START, pool
from solutions.mistakes.max_pool_backward import ADDED, MASKED

FORWARD, BACKWARD = "conv_forward_naive", "conv_backward_naive"
POOL, POOL_BACKWARD = "max_pool_forward_naive", "max_pool_backward_naive"
HOW_MANY = "Into 5 pixels, how many windows of 3 fit at stride 1?"
BOUNDS = "How far do the loops have to go, so that every place of out is reached once?"
EITHER_SIDE = "On how many sides of an image does the padding stand?"
LOOPS = "Which of the two loops counts rows, and how many of them are there?"
OF_SIDES = "Which side of a filter, and which of an image, goes with the first index of a window?"
WHERE = "Where in the padded images does x begin and end?"
AS_THERE = "The windows of the backward pass are those of the forward pass."
SUM = "What is added up in a convolution, and is it divided by anything?"
TOP_LEFT, LEFT_TOP = "top : top + HH, left : left + WW", "left : left + HH, top : top + WW"
PRODUCT = 'np.einsum("nchw,fchw->nf", window, w)'

OF_FORWARD = tuple(
    conv.wrong(f"conv-{code}", sentence, hint, FORWARD, *edits)
    for code, sentence, hint, *edits in (
        ("sizes-without-one", "out has one row and one column too few: both counts lack the 1.", HOW_MANY, "1 + (", "("),
        ("sizes-with-one-pad", "The sizes of out count the padding once; it stands on both sides of the images.", EITHER_SIDE, "2 * pad", "pad"),
        ("sizes-without-pad", "The sizes of out are computed without the padding.", EITHER_SIDE, " + 2 * pad", ""),
        ("sizes-without-stride", "The sizes of out are computed without the stride.", HOW_MANY, " // stride", ""),
        ("sizes-over-stride", "The sizes of out are those of the images divided by the stride; padding and filters are left out.", HOW_MANY, "1 + (H + 2 * pad - HH) // stride", "H // stride", "1 + (W + 2 * pad - WW) // stride", "W // stride"),
        ("loops-over-stride", "Only H / stride rows and W / stride columns of windows are gone through; out has its own number of each.", BOUNDS, "range(OH)", "range(H // stride)", "range(OW)", "range(W // stride)"),
        ("padded-rows-only", "The padding is put above and below the images, and not beside them.", EITHER_SIDE, PADDED, "np.pad(x, ((0, 0), (0, 0), (pad, pad), (0, 0)))"),
        ("padded-behind-only", "No padding stands above the images and to their left: the first window begins at the first pixel.", EITHER_SIDE, PADDED, "np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))"),
        ("windows-transposed", "A window's row and column are swapped: it begins as far down as it should begin to the right.", OF_SIDES, TOP_LEFT, LEFT_TOP),
        ("padded-in-all-axes", "All four axes are padded, so that images and channels of zeros come first.", "Which axes of x does np.pad pad when it is given a single number?", PADDED, "np.pad(x, pad)[:N, :C]"),
        ("relu-inside", "out has gone through a ReLU, which is a layer of its own.", "May out be negative?", f"{PRODUCT} + b", f"np.maximum({PRODUCT} + b, 0)"),
        ("averaged", "The products of a window are averaged; they should be summed.", SUM, PRODUCT, f"{PRODUCT} / w[0].size"),
        ("biases-summed", "All biases together are added to each map.", "Which bias belongs to a map?", "+ b", "+ np.sum(b)"),
        ("biases-subtracted", "The biases are subtracted; they should be added.", "What is out when all weights are zero?", "+ b", "- b"),
    )
)  # fmt: skip

AS_IT_IS = (
    BACKWARD,
    "return dx, dw, db",
    "return dx, dw, db",
)  # the backward pass that reads the cache as the naive one does
CACHE = conv.wrong(
    "conv-cache-of-padded-images",
    "The cache holds the padded images, and the backward pass pads them once more.",
    "Which of the two belongs in the cache, and what does the backward pass take it for?",
    FORWARD,
    "return out, (x,",
    "return out, (padded,",
    also=(AS_IT_IS,),
)

OF_BACKWARD = tuple(
    conv.wrong(f"conv-{code}", sentence, hint, BACKWARD, *edits)
    for code, sentence, hint, *edits in (
        ("dw-first-image", "dw comes from the first image only.", SUM, 'np.einsum("nchw,nf->fchw", window,', 'np.einsum("nchw,nf->fchw", window * (np.arange(N) == 0)[:, None, None, None],'),
        ("dw-first-image-throughout", "dw takes the windows of the first image for all images.", SUM, 'np.einsum("nchw,nf->fchw", window,', 'np.einsum("nchw,nf->fchw", np.broadcast_to(window[:1], window.shape),'),
        ("db-first-image", "db comes from the first image only.", SUM, "np.sum(dout, axis=(0, 2, 3))", "np.sum(dout[0], axis=(1, 2))"),
        ("dw-not-padded-twice", "The backward pass pads the images twice.", EITHER_SIDE, PADDED, "np.pad(x, ((0, 0), (0, 0), (2 * pad, 2 * pad), (2 * pad, 2 * pad)))"),
        ("backward-sizes-without-pad", "The backward pass counts the windows without the padding.", EITHER_SIDE, COUNTS, "OH, OW = 1 + (H - HH) // stride, 1 + (W - WW) // stride"),
        ("backward-sizes-with-one-pad", "The backward pass counts the padding once; it stands on both sides of the images.", EITHER_SIDE, COUNTS, "OH, OW = 1 + (H + pad - HH) // stride, 1 + (W + pad - WW) // stride"),
        ("backward-sizes-without-one", "The backward pass leaves out the last row and the last column of windows: both counts lack the 1.", HOW_MANY, COUNTS, "OH, OW = (H + 2 * pad - HH) // stride, (W + 2 * pad - WW) // stride"),
        ("backward-loops-over-stride", "The backward pass goes through H / stride rows and W / stride columns of windows; dout has its own number of each.", BOUNDS, COUNTS, "OH, OW = H // stride, W // stride"),
        ("backward-padded-by-1", "The backward pass pads the images by 1, whatever pad is.", "Is there a number where pad should stand?", PADDED, "np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))"),
        ("dx-cropped-from-1", "dx is cut out from the second row and column on, whatever pad is.", WHERE, CROP, "dpadded[:, :, 1 : 1 + H, 1 : 1 + W]"),
        ("dx-cut-at-the-end", "dx is cut out at the bottom right of the padded gradient.", WHERE, CROP, "dpadded[:, :, 2 * pad :, 2 * pad :]"),
        ("dx-cropped-square-by-height", "dx is cut out as wide as it is high.", WHERE, CROP, "dpadded[:, :, pad : pad + H, pad : pad + H]"),
        ("dx-cropped-square-by-width", "dx is cut out as high as it is wide.", WHERE, CROP, "dpadded[:, :, pad : pad + W, pad : pad + W]"),
        ("dx-windows-transposed", "For dx, a window's row and column are swapped: it begins as far down as it should begin to the right.", OF_SIDES, PUT, PUT.replace(TOP_LEFT, LEFT_TOP)),
        ("dw-averaged", "dw is divided by the number of images; it is a sum over all of them.", SUM, "return dx, dw, db", "return dx, dw / N, db"),
        ("all-gradients-averaged", "All gradients are divided by the number of images.", SUM, "return dx, dw, db", "return dx / N, dw / N, db / N"),
    )
)  # fmt: skip

OF_POOLING = tuple(
    pool.wrong(f"pool-{code}", sentence, hint, function, *edits)
    for code, sentence, hint, function, *edits in (
        ("sizes-without-one", "out has one row and one column too few: both counts lack the 1.", HOW_MANY, POOL, "1 + (", "("),
        ("sizes-over-stride", "The sizes of out are those of the images divided by the stride; the last windows must fit as a whole.", HOW_MANY, POOL, "1 + (H - height) // stride", "H // stride", "1 + (W - width) // stride", "W // stride"),
        ("sizes-over-window", "The sizes of out are those of the images divided by the windows'; the stride is not used.", SIZES, POOL, "1 + (H - height) // stride", "H // height", "1 + (W - width) // stride", "W // width"),
        ("loops-over-window", "Only H / pool_height rows and W / pool_width columns of windows are gone through; out has its own number of each.", BOUNDS, POOL, "range(OH)", "range(H // height)", "range(OW)", "range(W // width)"),
        ("loops-over-stride", "H / stride rows and W / stride columns of windows are gone through; out has its own number of each.", BOUNDS, POOL, "range(OH)", "range(H // stride)", "range(OW)", "range(W // stride)"),
        ("windows-one-short", "The windows are one row and one column too small.", HOW_MANY, POOL, "top : top + height, left : left + width", "top : top + height - 1, left : left + width - 1"),
        ("windows-one-too-large", "The windows are one row and one column too large.", HOW_MANY, POOL, "top : top + height, left : left + width", "top : top + height + 1, left : left + width + 1"),
        ("takes-minimum", "out holds the smallest values of the windows.", START, POOL, MAX, "np.min(window, axis=(2, 3))"),
        ("of-absolute-values", "The absolute values are taken before the maximum.", START, POOL, MAX, "np.max(np.abs(window), axis=(2, 3))"),
        ("places-of-maxima", "out holds the places of the maxima, not the maxima.", "What does argmax give?", POOL, MAX, "np.argmax(window.reshape(N, C, -1), axis=2)"),
        ("backward-sizes-without-one", "The backward pass leaves out the last row and the last column of windows: both counts lack the 1.", HOW_MANY, POOL_BACKWARD, COUNTS, "OH, OW = (H - height) // stride, (W - width) // stride"),
        ("backward-sizes-over-stride", "The backward pass counts H / stride rows and W / stride columns of windows; the last windows must fit as a whole.", HOW_MANY, POOL_BACKWARD, COUNTS, "OH, OW = H // stride, W // stride"),
        ("backward-sizes-over-window", "The backward pass counts as many windows as fit side by side; the stride is not used.", SIZES, POOL_BACKWARD, COUNTS, "OH, OW = H // height, W // width"),
        ("backward-is-value", "dx holds the maxima themselves; dout does not enter it.", AS_THERE, POOL_BACKWARD, MASKED, "mask * window"),
        ("backward-without-dout-assigned", "dx is 1 at the maxima; dout does not enter it.", AS_THERE, POOL_BACKWARD, ADDED, "dx[:, :, top : top + height, left : left + width] = mask + (1 - mask) *", MASKED, "dx[:, :, top : top + height, left : left + width]"),
        ("backward-dout-of-first-image", "The gradient of the first image is used for all images.", "Which index of dout is that of the image?", POOL_BACKWARD, "dout[:, :, i, j,", "dout[:1, :, i, j,"),
        ("backward-windows-one-short", "In the backward pass the windows are one row and one column too small.", HOW_MANY, POOL_BACKWARD, "top : top + height, left : left + width", "top : top + height - 1, left : left + width - 1"),
        ("dx-without-stride", "For dx, the windows are moved by 1, whatever the stride is.", AS_THERE, POOL_BACKWARD, ADDED, "dx[:, :, i : i + height, j : j + width] +="),
        ("backward-maximum-of-map", "The gradient goes to the maximum of the whole map, not to that of each window.", AS_THERE, POOL_BACKWARD, "np.max(window,", "np.max(x,"),
        ("backward-dout-transposed", "dout is read with its rows and columns exchanged.", LOOPS, POOL_BACKWARD, "dout[:, :, i, j,", "dout[:, :, j, i,"),
        ("backward-dout-of-first-map", "The gradient of the first map is used for all maps.", "Which index of dout is that of the map?", POOL_BACKWARD, "dout[:, :, i, j,", "dout[:, :1, i, j,"),
    )
)  # fmt: skip
