"""What goes wrong in the backward pass of a max-pooling layer."""

from __future__ import annotations

from solutions.mistakes.max_pool import LOOP, PLACE, SIZES, pool

COUNTS = "OH, OW = dout.shape[2:]"
WINDOW = "top : top + height, left : left + width"
PUT = "dx[:, :, top : top + height, left : left + width] += mask * dout[:, :, i, j, None, None]"
ADDED = "dx[:, :, top : top + height, left : left + width] +="
MASKED = "mask * dout[:, :, i, j, None, None]"

# The backward pass: the windows
backward_columns_from_pool_height = pool.wrong(
    "pool-backward-columns-from-pool-height",
    "In the backward pass the number of columns of out is computed with pool_height.",
    SIZES,
    *("max_pool_backward_naive", COUNTS, "OH, OW = dout.shape[2], 1 + (W - height) // stride"),
)
backward_rows_from_pool_width = pool.wrong(
    "pool-backward-rows-from-pool-width",
    "In the backward pass the number of rows of out is computed with pool_width.",
    SIZES,
    *("max_pool_backward_naive", COUNTS, "OH, OW = 1 + (H - width) // stride, dout.shape[3]"),
)
backward_columns_from_image_height = pool.wrong(
    "pool-backward-columns-from-image-height",
    "In the backward pass the number of columns of out is computed from the height of the images.",
    SIZES,
    *("max_pool_backward_naive", COUNTS, "OH, OW = dout.shape[2], 1 + (H - width) // stride"),
)
backward_rows_from_image_width = pool.wrong(
    "pool-backward-rows-from-image-width",
    "In the backward pass the number of rows of out is computed from the width of the images.",
    SIZES,
    *("max_pool_backward_naive", COUNTS, "OH, OW = 1 + (W - height) // stride, dout.shape[3]"),
)
backward_rows_as_columns = pool.wrong(
    "pool-backward-rows-as-columns",
    "In the backward pass there are as many rows of windows as columns.",
    SIZES,
    *("max_pool_backward_naive", COUNTS, "OH, OW = 1 + (W - width) // stride, dout.shape[3]"),
)
backward_windows_of_pool_height = pool.wrong(
    "pool-backward-windows-of-pool-height",
    "In the backward pass windows are pool_height high and wide: pool_width is not used for them.",
    PLACE,
    *("max_pool_backward_naive", "left : left + width", "left : left + height"),
)
backward_windows_of_pool_width = pool.wrong(
    "pool-backward-windows-of-pool-width",
    "In the backward pass windows are pool_width high and wide: pool_height is not used for them.",
    PLACE,
    *("max_pool_backward_naive", "top : top + height", "top : top + width"),
)
backward_pool_height_and_width_exchanged = pool.wrong(
    "pool-backward-pool-height-and-width-exchanged",
    "In the backward pass windows are pool_width high and pool_height wide.",
    PLACE,
    *("max_pool_backward_naive", WINDOW, "top : top + width, left : left + height"),
)
backward_windows_of_stride = pool.wrong(
    "pool-backward-windows-of-stride",
    "In the backward pass windows are as large as the stride, not pool_height x pool_width.",
    PLACE,
    *("max_pool_backward_naive", WINDOW, "top : top + stride, left : left + stride"),
)
backward_windows_side_by_side = pool.wrong(
    "pool-backward-windows-side-by-side",
    "In the backward pass windows are laid side by side, whatever the stride is.",
    PLACE,
    *("max_pool_backward_naive", "i * stride", "i * height", "j * stride", "j * width"),
)
backward_windows_without_stride = pool.wrong(
    "pool-backward-windows-without-stride",
    "In the backward pass the windows move by 1 from one output to the next, whatever the stride is.",
    PLACE,
    *("max_pool_backward_naive", "i * stride", "i", "j * stride", "j"),
)
backward_stride_for_columns_only = pool.wrong(
    "pool-backward-stride-for-columns-only",
    "In the backward pass the stride moves the windows to the right only: downwards they move by 1.",
    PLACE,
    *("max_pool_backward_naive", "i * stride", "i"),
)
backward_stride_for_rows_only = pool.wrong(
    "pool-backward-stride-for-rows-only",
    "In the backward pass the stride moves the windows downwards only: to the right they move by 1.",
    PLACE,
    *("max_pool_backward_naive", "j * stride", "j"),
)
backward_windows_tile_the_image = pool.wrong(
    "pool-backward-windows-tile-the-image",
    "In the backward pass the image is cut into windows that lie side by side, whatever the stride is.",
    PLACE,
    *(
        "max_pool_backward_naive",
        COUNTS,
        "OH, OW = H // height, W // width",
        "i * stride",
        "i * height",
        "j * stride",
        "j * width",
    ),
)
backward_windows_begin_without_stride = pool.wrong(
    "pool-backward-windows-begin-without-stride",
    (
        "In the backward pass windows end where they should but begin without the stride: "
        "they grow to the right and downwards."
    ),
    PLACE,
    *("max_pool_backward_naive", WINDOW, "i : top + height, j : left + width"),
)

# The backward pass: what reaches which pixel
overlap_assigned = pool.wrong(
    "overlap-assigned",
    "Where windows overlap, the gradients of an input are assigned instead of added up.",
    "An input that is the maximum of two windows receives a gradient from both.",
    *(
        "max_pool_backward_naive",
        PUT,
        "np.copyto(dx[:, :, top : top + height, left : left + width], dout[:, :, i, j, None, None], where=mask)",
    ),
)
overlap_overwritten = pool.wrong(
    "overlap-overwritten",
    "Where windows overlap, each window overwrites the gradients of the one before.",
    "Writing a whole window also writes its zeros; add it to what is there.",
    *("max_pool_backward_naive", "+=", "="),
)
backward_zeros = pool.wrong(
    "pool-backward-zeros",
    "dx holds nothing but zeros.",
    LOOP,
    *("max_pool_backward_naive", ADDED, "value ="),
)
backward_without_dout = pool.wrong(
    "pool-backward-without-dout",
    "dx marks the maxima, but does not carry the upstream gradient.",
    "By the chain rule, where does dout come in?",
    *("max_pool_backward_naive", MASKED, "mask"),
)
backward_last_window = pool.wrong(
    "pool-backward-last-window",
    "dx holds the gradient of the last window only.",
    "What becomes of what the other windows have put into dx?",
    *("max_pool_backward_naive", ADDED, "dx[:] = 0\n            dx[:, :, top : top + height, left : left + width] +="),
)
backward_to_whole_window = pool.wrong(
    "pool-backward-to-whole-window",
    "Every value of a window receives its gradient, not the largest only.",
    "How does the output change with a value that is not the maximum?",
    *("max_pool_backward_naive", MASKED, "dout[:, :, i, j, None, None]"),
)
backward_times_value = pool.wrong(
    "pool-backward-times-value",
    "The gradient is multiplied by the maximum itself.",
    "What is the derivative of max(a, b) to a where a is the larger one?",
    *("max_pool_backward_naive", MASKED, "mask * window * dout[:, :, i, j, None, None]"),
)
backward_place_in_window = pool.wrong(
    "pool-backward-place-in-window",
    "The gradient goes to the place that the maximum has in its window, counted from the corner of the image.",
    "Where in the image does the window begin?",
    *("max_pool_backward_naive", ADDED, "dx[:, :, :height, :width] +="),
)
backward_shared_by_window = pool.wrong(
    "pool-backward-shared-by-window",
    "Each value of a window receives an equal share of its gradient, as in average pooling.",
    "How does the output change with a value that is not the maximum?",
    *("max_pool_backward_naive", MASKED, "dout[:, :, i, j, None, None] / (height * width)"),
)
OWN_MAXIMUM = "Over which axes is the maximum? Each image and each channel has its own."
backward_maximum_of_many = tuple(
    pool.wrong(
        f"pool-backward-maximum-of-all-{of}",
        f"In the backward pass the maximum of a window is taken over all {words} at once.",
        OWN_MAXIMUM,
        *("max_pool_backward_naive", "axis=(2, 3)", f"axis={axes}"),
    )
    for of, words, axes in (("images", "images and channels", "None"), ("channels", "channels", "(1, 2, 3)"))
)
