"""What goes wrong in a max-pooling layer: other windows than asked for, and other values than their maxima."""

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

pool = Naive(Path(__file__).parents[1] / "naive" / "max_pool.py", parts=("max_pool",), together=True)

SIZES = "Follow each side of out back to the image's and the window's side that it belongs to."
PLACE = "From which row and column to which does the window of out[..., 1, 1] reach?"
START = "What is the largest of the values -3, -2 and -7?"
LOOP = "Does the loop run?"

ROWS = "(H - height)"
COLUMNS = "(W - width)"
MAX = "np.max(window, axis=(2, 3))"
FARTHEST = """np.max(window, axis=(2, 3))
            flat = window.reshape(N, C, -1)
            farthest = np.argmax(np.abs(flat), axis=2)[:, :, None]
            out[:, :, i, j] = np.take_along_axis(flat, farthest, axis=2)[:, :, 0]"""

# The forward pass: the windows
columns_from_pool_height = pool.wrong(
    "pool-columns-from-pool-height",
    "In the forward pass the number of columns of out is computed with pool_height.",
    SIZES,
    *("max_pool_forward_naive", COLUMNS, "(W - height)"),
)
rows_from_pool_width = pool.wrong(
    "pool-rows-from-pool-width",
    "In the forward pass the number of rows of out is computed with pool_width.",
    SIZES,
    *("max_pool_forward_naive", ROWS, "(H - width)"),
)
columns_from_image_height = pool.wrong(
    "pool-columns-from-image-height",
    "In the forward pass the number of columns of out is computed from the height of the images.",
    SIZES,
    *("max_pool_forward_naive", COLUMNS, "(H - width)"),
)
rows_from_image_width = pool.wrong(
    "pool-rows-from-image-width",
    "In the forward pass the number of rows of out is computed from the width of the images.",
    SIZES,
    *("max_pool_forward_naive", ROWS, "(W - height)"),
)
columns_as_rows = pool.wrong(
    "pool-columns-as-rows",
    "In the forward pass there are as many columns of windows as rows.",
    SIZES,
    *("max_pool_forward_naive", COLUMNS, ROWS),
)
rows_as_columns = pool.wrong(
    "pool-rows-as-columns",
    "In the forward pass there are as many rows of windows as columns.",
    SIZES,
    *("max_pool_forward_naive", ROWS, COLUMNS),
)
windows_of_pool_height = pool.wrong(
    "pool-windows-of-pool-height",
    "In the forward pass windows are pool_height high and wide: pool_width is not used for them.",
    PLACE,
    *("max_pool_forward_naive", "left : left + width", "left : left + height"),
)
windows_of_pool_width = pool.wrong(
    "pool-windows-of-pool-width",
    "In the forward pass windows are pool_width high and wide: pool_height is not used for them.",
    PLACE,
    *("max_pool_forward_naive", "top : top + height", "top : top + width"),
)
pool_height_and_width_exchanged = pool.wrong(
    "pool-pool-height-and-width-exchanged",
    "In the forward pass windows are pool_width high and pool_height wide.",
    PLACE,
    *("max_pool_forward_naive", "top : top + height, left : left + width", "top : top + width, left : left + height"),
)
sides_exchanged = pool.wrong(
    "pool-sides-exchanged",
    "pool_height and pool_width are swapped in the whole forward pass.",
    PLACE,
    *(
        "max_pool_forward_naive",
        'height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]',
        'width, height, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]',
    ),
)
windows_of_stride = pool.wrong(
    "pool-windows-of-stride",
    "In the forward pass windows are as large as the stride, not pool_height x pool_width.",
    PLACE,
    *("max_pool_forward_naive", "top : top + height, left : left + width", "top : top + stride, left : left + stride"),
)
windows_side_by_side = pool.wrong(
    "pool-windows-side-by-side",
    "In the forward pass windows are laid side by side, whatever the stride is.",
    PLACE,
    *("max_pool_forward_naive", "i * stride", "i * height", "j * stride", "j * width"),
)
windows_without_stride = pool.wrong(
    "pool-windows-without-stride",
    "In the forward pass the windows move by 1 from one output to the next, whatever the stride is.",
    PLACE,
    *("max_pool_forward_naive", "i * stride", "i", "j * stride", "j"),
)
stride_for_columns_only = pool.wrong(
    "pool-stride-for-columns-only",
    "In the forward pass the stride moves the windows to the right only: downwards they move by 1.",
    PLACE,
    *("max_pool_forward_naive", "i * stride", "i"),
)
stride_for_rows_only = pool.wrong(
    "pool-stride-for-rows-only",
    "In the forward pass the stride moves the windows downwards only: to the right they move by 1.",
    PLACE,
    *("max_pool_forward_naive", "j * stride", "j"),
)
windows_tile_the_image = pool.wrong(
    "pool-windows-tile-the-image",
    "In the forward pass the image is cut into windows that lie side by side, whatever the stride is.",
    PLACE,
    *(
        "max_pool_forward_naive",
        "1 + (H - height) // stride",
        "H // height",
        "1 + (W - width) // stride",
        "W // width",
        "i * stride",
        "i * height",
        "j * stride",
        "j * width",
    ),
)
windows_begin_without_stride = pool.wrong(
    "pool-windows-begin-without-stride",
    (
        "In the forward pass windows end where they should but begin without the stride: "
        "they grow to the right and downwards."
    ),
    PLACE,
    *("max_pool_forward_naive", "top : top + height, left : left + width", "i : top + height, j : left + width"),
)

# The forward pass: what is made of a window
starts_from_0 = pool.wrong(
    "pool-starts-from-0",
    "The running maximum starts from 0, which no negative value exceeds.",
    START,
    *("max_pool_forward_naive", MAX, "np.maximum(0, np.max(window, axis=(2, 3)))"),
)
starts_from_minus_1 = pool.wrong(
    "pool-starts-from-minus-1",
    "The running maximum starts from -1, which no smaller value exceeds.",
    START,
    *("max_pool_forward_naive", MAX, "np.maximum(-1, np.max(window, axis=(2, 3)))"),
)
largest_absolute_value = pool.wrong(
    "pool-largest-absolute-value",
    "The value that is farthest from 0 is taken, not the largest.",
    START,
    *("max_pool_forward_naive", MAX, FARTHEST),
)
returns_zeros = pool.wrong(
    "pool-returns-zeros",
    "out holds nothing but zeros.",
    LOOP,
    *("max_pool_forward_naive", "out[:, :, i, j] =", "value ="),
)
averages = pool.wrong(
    "pool-averages",
    "out holds the mean of each window, not its maximum.",
    "Which value of a window passes?",
    *("max_pool_forward_naive", "np.max", "np.mean"),
)
maximum_of_all_images = pool.wrong(
    "pool-maximum-of-all-images",
    "The maximum is taken over all images and channels at once.",
    "Over which axes is the maximum? Each image and each channel has its own.",
    *("max_pool_forward_naive", MAX, "np.max(window)"),
)
maximum_of_all_channels = pool.wrong(
    "pool-maximum-of-all-channels",
    "The maximum is taken over all channels at once.",
    "Over which axes is the maximum? Each channel has its own.",
    *("max_pool_forward_naive", MAX, "np.max(window, axis=(1, 2, 3))[:, None]"),
)
out_transposed = pool.wrong(
    "pool-out-transposed",
    "The values of out are right, but its shape has rows and columns swapped.",
    "Which comes first in the shape of out, the number of rows or of columns?",
    *("max_pool_forward_naive", "return out,", "return out.reshape(N, C, OW, OH),"),
)
