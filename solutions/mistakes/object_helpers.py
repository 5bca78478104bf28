"""What goes wrong in the helper functions of layers as objects."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.mistakes import Pattern, pattern
from grader.patches import Naive

naive = Naive(Path(__file__).parents[1] / "naive" / "object_helpers.py", parts=("object_helpers",))

PLACE = "Its caller looks at the array that it handed over, not at what is returned."
CHANNELS = "An image is (channels, height, width): which axis does the first index of [a:b, c:d] cut?"
SIDES = "Arrays have the height first; only the arguments begin with filter_width."
BORDER = "How many zeros are there to the left of a row, and how many to its right?"
WHOLE = "In the notebook's own example, what does one number of the output add up?"
LARGEST = "Try a matrix of negative numbers, and one that is not square."

OP = (
    naive.wrong("op-not-in-place", "element_wise_op does not change the array that it is given.", PLACE, "element_wise_op", "for index in", "array = array.copy()\n    for index in"),
    naive.wrong("op-first-axis-only", "element_wise_op changes the first row, or the first channel, only.", "How many axes does an image have?", "element_wise_op", "np.ndindex(array.shape)", "np.ndindex((1,) + array.shape[1:])"),
    naive.wrong("op-added", "element_wise_op adds op(entry) to each entry; it should replace it.", "What should the array hold afterwards?", "element_wise_op", "array[index] = op", "array[index] += op"),
)  # fmt: skip

PADDING = (
    naive.wrong("padding-channels-too", "padding adds channels of zeros as well; only height and width grow.", CHANNELS, "padding", "np.zeros((*input_array.shape[:-2], height + 2 * zp, width + 2 * zp))", "np.zeros([n + 2 * zp for n in input_array.shape])", "padded[..., zp : zp + height, zp : zp + width]", "padded[tuple(slice(zp, zp + n) for n in input_array.shape)]"),
    naive.wrong("padding-one-side", "padding adds zp rows and columns in all; it should add zp on each side.", BORDER, "padding", "height + 2 * zp, width + 2 * zp", "height + zp, width + zp"),
    naive.wrong("padding-sides-swapped", "padding swaps height and width.", SIDES, "padding", "height + 2 * zp, width + 2 * zp", "width + 2 * zp, height + 2 * zp"),
    naive.wrong("padding-not-filled", "padding returns zeros only: the input is not put into them.", BORDER, "padding", " = input_array\n", " = 0\n"),
    naive.wrong("padding-corner", "padding puts the input into the top left corner; it belongs in the middle.", BORDER, "padding", "zp : zp + height, zp : zp + width", ":height, :width"),
    naive.wrong("padding-always-1", "padding adds one row and column on each side, whatever zp is.", BORDER, "padding", "height, width = input_array", "zp = 1\n    height, width = input_array"),
)  # fmt: skip

PATCH = (
    naive.wrong("patch-cuts-channels", "get_patch cuts an image along its channels and its height: the index of the channels is missing.", CHANNELS, "get_patch", "input_array[:, top : top", "input_array[top : top"),
    naive.wrong("patch-without-stride", "get_patch begins at row i and column j; with a stride the windows are further apart.", "Where does the window of the second output begin when the stride is 2?", "get_patch", "i * stride, j * stride", "i, j"),
    naive.wrong("patch-sides-swapped", "get_patch swaps the filter's height and width.", SIDES, "get_patch", "top : top + filter_height, left : left + filter_width", "top : top + filter_width, left : left + filter_height"),
    naive.wrong("patch-row-column-swapped", "get_patch uses i as the column and j as the row.", SIDES, "get_patch", "i * stride, j * stride", "j * stride, i * stride"),
    naive.wrong("patch-moved-by-filter", "get_patch moves the window by the filter's size; it should move by the stride.", "Where does the window of the second output begin when the stride is 2?", "get_patch", "i * stride, j * stride", "i * filter_height, j * filter_width"),
)  # fmt: skip

CONV = (
    naive.wrong("conv-helper-bias-forgotten", "conv does not add the bias.", "What is output_array where the input is 0?", "conv", " + bias", ""),
    naive.wrong("conv-helper-turned", "conv turns the kernel by 180 degrees; it should be used as it stands.", WHOLE, "conv", "patch * kernel_array", "patch * kernel_array[..., ::-1, ::-1]"),
    naive.wrong("conv-helper-mean", "conv takes the mean of patch times kernel; it should take the sum.", WHOLE, "conv", "np.sum(", "np.mean("),
    naive.wrong("conv-helper-bias-for-each", "conv adds the bias once for every weight of the kernel; it should add it once for each output.", "How often does the bias enter one output?", "conv", "np.sum(patch * kernel_array) + bias", "(patch * kernel_array + bias).sum()"),
    naive.wrong("conv-helper-not-in-place", "conv leaves output_array as it was.", PLACE, "conv", "rows, columns = output_array.shape", "output_array = output_array.copy()\n    rows, columns = output_array.shape"),
    naive.wrong("conv-helper-first-channel", "conv uses the first channel only.", WHOLE, "conv", "np.sum(patch * kernel_array)", "np.sum((patch * kernel_array)[0] if patch.ndim == 3 else patch * kernel_array)"),
    naive.wrong("conv-helper-stride-1", "conv moves the kernel by one pixel, whatever the stride is.", "Where does the window of the second output begin when the stride is 2?", "conv", "top, left = i * stride, j * stride", "top, left = i, j"),
)  # fmt: skip

INDEX = (
    naive.wrong("max-index-from-0", "get_max_index starts its search from 0, so that it finds nothing where all values are negative.", LARGEST, "get_max_index", "best = array[0, 0]", "best = 0"),
    naive.wrong("max-index-swapped", "get_max_index returns (column, row); it should be (row, column).", LARGEST, "get_max_index", "return row, column", "return column, row"),
    naive.wrong("max-index-of-minimum", "get_max_index finds the smallest entry.", LARGEST, "get_max_index", "> best", "< best"),
    naive.wrong("max-index-last-seen", "get_max_index does not remember the largest value so far: it returns the last entry above the first one.", "After a larger entry is found, what is the next one compared with?", "get_max_index", "best = array[i, j]\n                row", "row"),
    naive.wrong("max-index-square", "get_max_index searches as many columns as there are rows.", LARGEST, "get_max_index", "range(array.shape[1])", "range(min(array.shape[0], array.shape[1]))"),
)  # fmt: skip

ONLY_IMAGES = {
    "padding": {"a matrix", "a matrix whose height and width differ"},
    "get_patch": {"a matrix"},
    "conv": {"matrices"},
}


def images_only(function: str) -> Pattern:
    """A pattern: the function is right for images, and for no matrix."""
    return pattern(
        f"{function.replace('_', '-')}-images-only",
        parts=("object_helpers",),
        checks=(f"object_helpers/{function}",),
        fails=ONLY_IMAGES[function],
        sentence=f"{function} is right for images (channels, height, width), but not for matrices (height, width).",
        hint="How many axes does a matrix have? The text asks for both.",
    )


padding_images, patch_images, conv_images = map(images_only, ONLY_IMAGES)
SQUARE_KERNELS = pattern(
    "conv-helper-square-kernels",
    parts=("object_helpers",),
    checks=("object_helpers/conv",),
    fails={"filter height and width differ"},
    sentence="conv is right only where the kernel is square, among the cases tried.",
    hint=SIDES,
)
