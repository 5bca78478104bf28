"""What goes wrong in the convolution and the pooling of a matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake


def unrotated(form: str) -> Mistake:
    """The mistake that ``form`` is computed as a correlation; students may make it in one form and not in another."""

    @mistake(
        f"{form.replace('_', '-')}-unrotated",
        parts=("convolution_2d",),
        sentence=f"{form} uses the kernel as it stands: that is a correlation.",
        hint="What does the definition of convolution do to the kernel before it slides?",
    )
    def variant(ref: Any) -> Mapping[str, Any]:
        return {form: lambda x, w: getattr(ref, form)(x, ref.rot180(w))}

    return variant


full_unrotated = unrotated("conv_full")
valid_unrotated = unrotated("conv_valid")
same_unrotated = unrotated("conv_same")


@mistake(
    "rotation-on-one-axis",
    parts=("convolution_2d",),
    sentence="rot180 turns one axis of the kernel over, not both.",
    hint="Mark the four corners of a small kernel and follow each of them through half a turn.",
)
def rotation_on_one_axis(ref: Any) -> Mapping[str, Any]:
    """Rows in reverse order, columns as they were."""
    return {"rot180": lambda w: np.flipud(w)}


@mistake(
    "rotation-is-transposition",
    parts=("convolution_2d",),
    sentence="rot180 transposes the kernel.",
    hint="Mark the four corners of a small kernel and follow each of them through half a turn.",
)
def rotation_is_transposition(ref: Any) -> Mapping[str, Any]:
    """Rows and columns exchanged."""
    return {"rot180": lambda w: np.transpose(w).copy()}


@mistake(
    "valid-one-short",
    parts=("convolution_2d",),
    sentence="conv_valid leaves out the last row and the last column of positions.",
    hint="Count the positions of a kernel of 3 on a line of 5 pixels.",
)
def valid_one_short(ref: Any) -> Mapping[str, Any]:
    """n - l positions along each axis."""
    return {"conv_valid": lambda x, w: ref.conv_valid(x, w)[:-1, :-1]}


def shifted(step: int, where: str) -> Mistake:
    """The mistake that the middle of the full convolution is cut out ``step`` rows and columns off."""

    @mistake(
        f"same-too-{where}",
        parts=("convolution_2d",),
        sentence=f"conv_same is cut out of the full convolution one row and one column too {where}.",
        hint="With a 3 x 3 kernel whose centre is 1 and the rest 0, conv_same must give the image back.",
    )
    def variant(ref: Any) -> Mapping[str, Any]:
        def conv_same(x: Any, w: Any) -> Any:
            around = np.pad(ref.conv_full(x, w), 1)  # a step out of the full convolution finds zeros
            top, left = ((side - 1) // 2 + step + 1 for side in w.shape)
            return around[top : top + x.shape[0], left : left + x.shape[1]]

        return {"conv_same": conv_same}

    return variant


same_too_late = shifted(1, "late")
same_too_early = shifted(-1, "early")


@mistake(
    "correlation-gradient-turned",
    parts=("convolution_2d",),
    sentence="corr_valid_backward has the kernel turned the wrong way round: this is the gradient of conv_valid.",
    hint="Write down which outputs one pixel takes part in, and by which weight; conv_full turns the kernel already.",
)
def correlation_gradient_turned(ref: Any) -> Mapping[str, Any]:
    """The gradient of the convolution."""
    return {"corr_valid_backward": ref.conv_valid_backward}


@mistake(
    "convolution-gradient-turned",
    parts=("convolution_2d",),
    sentence="conv_valid_backward has the kernel turned the wrong way round: this is the gradient of corr_valid.",
    hint="Write down which outputs one pixel takes part in, and by which weight; conv_full turns the kernel already.",
)
def convolution_gradient_turned(ref: Any) -> Mapping[str, Any]:
    """The gradient of the correlation."""
    return {"conv_valid_backward": ref.corr_valid_backward}


@mistake(
    "mean-pool-summed",
    parts=("pooling_2d",),
    sentence="mean_pool_2d adds up each window and does not divide by its area.",
    hint="What is the mean of a window of ones?",
)
def window_summed(ref: Any) -> Mapping[str, Any]:
    """The sums of the windows."""
    return {"mean_pool_2d": lambda x, s: ref.mean_pool_2d(x, s) * s * s}


@mistake(
    "mean-pool-gradient-undivided",
    parts=("pooling_2d",),
    sentence="mean_pool_2d_backward gives every pixel of a window the whole gradient, not its share.",
    hint="By how much does the mean change when one pixel grows by 1?",
)
def mean_gradient_not_divided(ref: Any) -> Mapping[str, Any]:
    """The gradient spread without dividing by the area."""
    return {"mean_pool_2d_backward": ref.kron_upsample}


@mistake(
    "mean-pool-gradient-by-side",
    parts=("pooling_2d",),
    sentence="mean_pool_2d_backward divides by the side of the window, not by its area.",
    hint="How many pixels does a window hold?",
)
def mean_gradient_divided_by_side(ref: Any) -> Mapping[str, Any]:
    """The gradient spread and divided by s."""
    return {"mean_pool_2d_backward": lambda dout, s: ref.kron_upsample(dout, s) / s}


@mistake(
    "max-pool-2d-to-all",
    parts=("pooling_2d",),
    sentence="max_pool_2d_backward gives the gradient to every pixel of a window, not to its maximum alone.",
    hint="By how much does the maximum change when another pixel of the window grows a little?",
)
def max_gradient_to_all(ref: Any) -> Mapping[str, Any]:
    """The gradient spread over the whole window."""
    return {"max_pool_2d_backward": lambda dout, x, s: ref.kron_upsample(dout, s)}


@mistake(
    "max-pool-2d-shared",
    parts=("pooling_2d",),
    sentence="max_pool_2d_backward shares the gradient among all pixels of a window, as mean pooling does.",
    hint="By how much does the maximum change when another pixel of the window grows a little?",
)
def max_gradient_shared(ref: Any) -> Mapping[str, Any]:
    """The gradient of the mean."""
    return {"max_pool_2d_backward": lambda dout, x, s: ref.mean_pool_2d_backward(dout, s)}
