"""What goes wrong in the convolution and the pooling of a matrix."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

FILE = Path(__file__).parents[1] / "naive" / "convolution_2d.py"
convolution, pooling = (Naive(FILE, parts=(part,)) for part in ("convolution_2d", "pooling_2d"))

SLIDES = "What does the definition of convolution do to the kernel before it slides?"
CORNERS = "Mark the four corners of a small kernel and follow each of them through half a turn."
CENTRE = "With a 3 x 3 kernel whose centre is 1 and the rest 0, conv_same must give the image back."
WHICH_OUTPUTS = (
    "Write down which outputs one pixel takes part in, and by which weight; conv_full turns the kernel already."
)
ANOTHER_PIXEL = "By how much does the maximum change when another pixel of the window grows a little?"
FULL, TURNED, AREA = "spread(x, w)", "w[::-1, ::-1]", " / s**2"

CONVOLUTION = (
    *(
        convolution.wrong(f"{form.replace('_', '-')}-unrotated", f"{form} uses the kernel as it stands: that is a correlation.", SLIDES, form, FULL, f"spread(x, {TURNED})")
        for form in ("conv_full", "conv_valid", "conv_same")  # it may be made in one of them and not in another
    ),
    convolution.wrong("rotation-on-one-axis", "rot180 flips one axis of the kernel, not both.", CORNERS, "rot180", TURNED, "w[::-1]"),
    convolution.wrong("rotation-is-transposition", "rot180 transposes the kernel.", CORNERS, "rot180", TURNED, "w.T"),
    convolution.wrong("valid-one-short", "conv_valid leaves out the last row and the last column of positions.", "Count the positions of a kernel of 3 on a line of 5 pixels.", "conv_valid", "[HH - 1 : H, WW - 1 : W]", "[HH - 1 : H - 1, WW - 1 : W - 1]"),
    convolution.wrong("same-too-late", "conv_same is cut out of the full convolution one row and one column too late.", CENTRE, "conv_same", FULL, f"np.pad({FULL}, ((0, 1), (0, 1)))[1:, 1:]"),
    convolution.wrong("same-too-early", "conv_same is cut out of the full convolution one row and one column too early.", CENTRE, "conv_same", FULL, f"np.pad({FULL}, ((1, 0), (1, 0)))"),
    convolution.wrong("correlation-gradient-turned", "corr_valid_backward has the kernel turned the wrong way round: this is the gradient of conv_valid.", WHICH_OUTPUTS, "corr_valid_backward", "spread(dout, w)", f"spread(dout, {TURNED})"),
    convolution.wrong("convolution-gradient-turned", "conv_valid_backward has the kernel turned the wrong way round: this is the gradient of corr_valid.", WHICH_OUTPUTS, "conv_valid_backward", TURNED, "w"),
)  # fmt: skip

POOLING = (
    pooling.wrong("mean-pool-summed", "mean_pool_2d adds up each window and does not divide by its area.", "What is the mean of a window of ones?", "mean_pool_2d", AREA, ""),
    pooling.wrong("mean-pool-gradient-undivided", "mean_pool_2d_backward gives every pixel of a window the whole gradient, not its share.", "By how much does the mean change when one pixel grows by 1?", "mean_pool_2d_backward", AREA, ""),
    pooling.wrong("mean-pool-gradient-by-side", "mean_pool_2d_backward divides by the side of the window, not by its area.", "How many pixels does a window hold?", "mean_pool_2d_backward", AREA, " / s"),
    pooling.wrong("max-pool-2d-to-all", "max_pool_2d_backward gives the gradient to every pixel of a window, not to its maximum alone.", ANOTHER_PIXEL, "max_pool_2d_backward", "mask * np", "np"),
    pooling.wrong("max-pool-2d-shared", "max_pool_2d_backward shares the gradient among all pixels of a window, as mean pooling does.", ANOTHER_PIXEL, "max_pool_2d_backward", "mask * np.kron(dout, np.ones((s, s)))", "np.kron(dout, np.ones((s, s))) / s**2"),
)  # fmt: skip
