"""What goes wrong in the forward pass of a convolution layer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

# wrong(right, x, w, b, stride, pad): the wrong out, from the right forward pass, which takes the same arguments.
Wrong = Callable[..., Any]


def forward(ref: Any, wrong: Wrong) -> Mapping[str, Any]:
    """The reference with another out; its cache is right."""

    def right(x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        return ref.conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})[0]

    def conv_forward_naive(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        _, cache = ref.conv_forward_naive(x, w, b, conv_param)
        return wrong(right, x, w, b, conv_param["stride"], conv_param["pad"]), cache

    return {"conv_forward_naive": conv_forward_naive}


def padded(x: Any, pad: int) -> Any:
    """The images within a border of zeros."""
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))


def windows_at(right: Wrong, x: Any, w: Any, b: Any, tops: Any, lefts: Any) -> Any:
    """The values of the windows that begin there. One that ends with x early raises, unless NumPy stretches it."""
    out = np.zeros((len(x), len(w), len(tops), len(lefts)))
    (HH, WW) = w.shape[2:]
    for (i, top), (j, left) in itertools.product(enumerate(tops), enumerate(lefts)):
        window = np.broadcast_to(x[:, :, top : top + HH, left : left + WW], (*x.shape[:2], HH, WW))
        out[:, :, i, j] = right(window, w, b, 1, 0)[:, :, 0, 0]
    return out


def count(size: int, filter_size: int, stride: int, pad: int) -> int:
    """How many windows fit."""
    return 1 + (size + 2 * pad - filter_size) // stride


@mistake(
    "conv-out-transposed",
    parts=("conv",),
    sentence="The values of out are right, but laid out with rows and columns exchanged in its shape.",
    hint="Which comes first in the shape of out, the number of rows or of columns?",
)
def out_transposed(ref: Any) -> Mapping[str, Any]:
    """The values in reading order, in an array of shape (N, F, OW, OH)."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        out = right(x, w, b, stride, pad)
        return out.reshape(*out.shape[:2], *out.shape[:1:-1])

    return forward(ref, wrong)


@mistake(
    "conv-returns-zeros",
    parts=("conv",),
    sentence="out holds nothing but zeros.",
    hint="Does the loop run, and is it outside of strings and comments?",
)
def returns_zeros(ref: Any) -> Mapping[str, Any]:
    """The right shape, and nothing in it."""
    return forward(ref, lambda right, *arguments: np.zeros_like(right(*arguments)))


@mistake(
    "conv-bias-not-added",
    parts=("conv",),
    sentence="The biases are left out of the forward pass.",
    hint="What is out when all weights are zero?",
)
def bias_not_added(ref: Any) -> Mapping[str, Any]:
    """A forward pass with biases of 0."""
    return forward(ref, lambda right, x, w, b, stride, pad: right(x, w, np.zeros_like(b), stride, pad))


@mistake(
    "conv-bias-per-channel",
    parts=("conv",),
    sentence="The bias is added once for each channel.",
    hint="How often does a window's value get the bias of its filter?",
)
def bias_per_channel(ref: Any) -> Mapping[str, Any]:
    """The bias is added within the loop over channels."""
    return forward(ref, lambda right, x, w, b, stride, pad: right(x, w, b * x.shape[1], stride, pad))


@mistake(
    "conv-bias-per-image",
    parts=("conv",),
    sentence="The biases are added by image, not by filter.",
    hint="Which index does b have: that of the image or that of the filter?",
)
def bias_per_image(ref: Any) -> Mapping[str, Any]:
    """b[n] instead of b[f], which is not there for many images."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        return right(x, w, np.zeros_like(b), stride, pad) + b[np.arange(len(x))][:, None, None, None]

    return forward(ref, wrong)


@mistake(
    "conv-last-channel-only",
    parts=("conv",),
    sentence="out holds the contribution of the last channel only: each channel overwrites the one before.",
    hint="A window spans all channels; add them up.",
)
def last_channel(ref: Any) -> Mapping[str, Any]:
    """= for += in the loop over channels."""
    return forward(ref, lambda right, x, w, b, *param: right(x[:, -1:], w[:, -1:], b, *param))


@mistake(
    "conv-first-channel-only",
    parts=("conv",),
    sentence="out holds the contribution of the first channel only.",
    hint="A window spans all channels; add them up.",
)
def first_channel(ref: Any) -> Mapping[str, Any]:
    """The other channels are not looked at."""
    return forward(ref, lambda right, x, w, b, *param: right(x[:, :1], w[:, :1], b, *param))


@mistake(
    "conv-pad-of-1",
    parts=("conv",),
    sentence='The images are padded by 1, whatever conv_param["pad"] is.',
    hint="Is there a number where pad should stand?",
)
def pad_of_1(ref: Any) -> Mapping[str, Any]:
    """The windows of the right out, in images that are padded by 1."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        OH, OW = (count(x.shape[axis], w.shape[axis], stride, pad) for axis in (2, 3))
        return windows_at(right, padded(x, 1), w, b, np.arange(OH) * stride, np.arange(OW) * stride)

    return forward(ref, wrong)


@mistake(
    "conv-pad-of-1-throughout",
    parts=("conv",),
    sentence='out is that of a padding of 1, whatever conv_param["pad"] is.',
    hint="Is there a number where pad should stand?",
)
def pad_of_1_throughout(ref: Any) -> Mapping[str, Any]:
    """The size of out follows the padding of 1 as well."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        OH, OW = (count(x.shape[axis], w.shape[axis], stride, 1) for axis in (2, 3))
        return windows_at(right, padded(x, 1), w, b, np.arange(OH) * stride, np.arange(OW) * stride)

    return forward(ref, wrong)


@mistake(
    "conv-not-padded",
    parts=("conv",),
    sentence="out is that of images without padding.",
    hint='Where does conv_param["pad"] enter?',
)
def not_padded(ref: Any) -> Mapping[str, Any]:
    """Padding of 0 instead of any."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        OH, OW = (count(x.shape[axis], w.shape[axis], stride, 0) for axis in (2, 3))
        return windows_at(right, x, w, b, np.arange(OH) * stride, np.arange(OW) * stride)

    return forward(ref, wrong)


def stepped(down: bool, right_too: bool) -> Callable[[Any], Mapping[str, Any]]:
    """A forward pass whose windows move by 1 where the stride is left out."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        OH, OW = (count(x.shape[axis], w.shape[axis], stride, pad) for axis in (2, 3))
        tops, lefts = np.arange(OH) * (stride if down else 1), np.arange(OW) * (stride if right_too else 1)
        return windows_at(right, padded(x, pad), w, b, tops, lefts)

    return lambda ref: forward(ref, wrong)


windows_without_stride = mistake(
    "conv-windows-without-stride",
    parts=("conv",),
    sentence="The windows move by 1 from one output to the next, whatever the stride is.",
    hint="Where does the window of out[..., 1, 1] begin?",
)(stepped(False, False))
stride_for_columns_only = mistake(
    "conv-stride-for-columns-only",
    parts=("conv",),
    sentence="The stride moves the windows to the right only: downwards they move by 1.",
    hint="Where does the window of out[..., 1, 0] begin?",
)(stepped(False, True))
stride_for_rows_only = mistake(
    "conv-stride-for-rows-only",
    parts=("conv",),
    sentence="The stride moves the windows downwards only: to the right they move by 1.",
    hint="Where does the window of out[..., 0, 1] begin?",
)(stepped(True, False))


@mistake(
    "conv-windows-begin-in-image",
    parts=("conv",),
    sentence="Windows that begin in the padding behind the image (below it or to its right) are left out.",
    hint="Count the windows over the padded image, not over the image.",
)
def windows_begin_in_image(ref: Any) -> Mapping[str, Any]:
    """range(0, H, stride) in the padded image."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        out = right(x, w, b, stride, pad).copy()
        out[:, :, np.arange(out.shape[2]) * stride >= x.shape[2]] = 0.0
        out[:, :, :, np.arange(out.shape[3]) * stride >= x.shape[3]] = 0.0
        return out

    return forward(ref, wrong)


def refusing(code: str, sentence: str, hint: str, refuses: Callable[[int], bool]) -> Any:
    """A forward pass that raises for some paddings: named only together with another mistake."""

    def wrong(right: Wrong, x: Any, w: Any, b: Any, stride: int, pad: int) -> Any:
        if refuses(pad):
            raise ValueError("could not broadcast input array")
        return right(x, w, b, stride, pad)

    return mistake(code, parts=("conv",), sentence=sentence, hint=hint)(lambda ref: forward(ref, wrong))


raises_at_pad_0 = refusing(
    "conv-raises-at-pad-0",
    "The forward pass raises when pad is 0.",
    "What is x[pad:-pad] when pad is 0? Name the end of the slice by the image's own size instead.",
    lambda pad: pad == 0,
)
raises_unless_pad_1 = refusing(
    "conv-raises-unless-pad-1",
    "The forward pass raises unless pad is 1.",
    "Is there a number where pad should stand?",
    lambda pad: pad != 1,
)


@mistake(
    "conv-forward-filter-flipped",
    parts=("conv",),
    sentence="The forward pass rotates the filters by 180 degrees: this layer is a cross-correlation, with no flip.",
    hint="Multiply each window with the filter as it stands.",
)
def flipped_forward(ref: Any) -> Mapping[str, Any]:
    """True convolution in the forward pass, and the gradients of a cross-correlation."""
    return forward(ref, lambda right, x, w, *rest: right(x, w[:, :, ::-1, ::-1], *rest))


@mistake(
    "flipped-filter",
    parts=("conv",),
    sentence="The filters are rotated by 180 degrees: this layer is a cross-correlation, without the flip.",
    hint="Multiply each window with the filter as it stands.",
)
def flipped_filter(ref: Any) -> Mapping[str, Any]:
    """True convolution, forward and backward."""

    def conv_forward_naive(x: Any, w: Any, b: Any, conv_param: Any) -> Any:
        return ref.conv_forward_naive(x, w[:, :, ::-1, ::-1], b, conv_param)

    def conv_backward_naive(dout: Any, cache: Any) -> Any:
        dx, dw, db = ref.conv_backward_naive(dout, cache)
        return dx, dw[:, :, ::-1, ::-1], db

    return {"conv_forward_naive": conv_forward_naive, "conv_backward_naive": conv_backward_naive}
