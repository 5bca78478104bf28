"""What goes wrong along the axes in batch normalisation: of features, and of images as rows of channels."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake

FEATURES, IMAGES = ("batch_norm",), ("spatial_batch_norm",)


def with_axes(ref: Any, to_rows: Any, from_rows: Any, spread: Any, gather: Any) -> Mapping[str, Any]:
    """Images normalised as rows of features that are not the channels.

    ``spread`` gives each feature of the rows its parameter of the channel, ``gather`` sums their gradients back.
    """

    def spatial_batchnorm_forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        out, cache = ref.batchnorm_forward(to_rows(x), spread(gamma, x), spread(beta, x), bn_param)
        return from_rows(out, x.shape), (cache, x.shape)

    def spatial_batchnorm_backward(dout: Any, cache: Any) -> Any:
        inner, shape = cache
        dx, dgamma, dbeta = ref.batchnorm_backward(to_rows(dout), inner)
        return from_rows(dx, shape), gather(dgamma, shape), gather(dbeta, shape)

    return {
        "spatial_batchnorm_forward": spatial_batchnorm_forward,
        "spatial_batchnorm_backward": spatial_batchnorm_backward,
    }


@mistake(
    "spatial-batchnorm-per-pixel",
    parts=IMAGES,
    sentence="The statistics are taken for each pixel over the images, not for each channel.",
    hint="A channel has one mean, over all images and all their pixels.",
)
def per_pixel(ref: Any) -> Mapping[str, Any]:
    """Every pixel of every channel a feature."""
    return with_axes(
        ref,
        lambda x: x.reshape(len(x), -1),
        lambda rows, shape: rows.reshape(shape),
        lambda values, x: np.repeat(values, x[0, 0].size),
        lambda values, shape: values.reshape(shape[1], -1).sum(axis=1),
    )


@mistake(
    "spatial-batchnorm-per-image",
    parts=IMAGES,
    sentence="The statistics are taken for each image by itself, not over all images.",
    hint="A channel has one mean, over all images and all their pixels.",
)
def per_image(ref: Any) -> Mapping[str, Any]:
    """Every channel of every image a feature."""
    return with_axes(
        ref,
        lambda x: x.reshape(x.shape[0] * x.shape[1], -1).T,
        lambda rows, shape: rows.T.reshape(shape),
        lambda values, x: np.tile(values, len(x)),
        lambda values, shape: values.reshape(shape[:2]).sum(axis=0),
    )


@mistake(
    "spatial-batchnorm-axes-unmoved",
    parts=IMAGES,
    sentence="The images are reshaped to rows of C numbers without moving the channels to the last axis first.",
    hint="reshape keeps the order in memory: which numbers end up in one row?",
)
def axes_unmoved(ref: Any) -> Mapping[str, Any]:
    """Neighbours in memory as the channels of a pixel."""
    return with_axes(
        ref,
        lambda x: x.reshape(-1, x.shape[1]),
        lambda rows, shape: rows.reshape(shape),
        lambda values, x: values,
        lambda values, shape: values,
    )


@mistake(
    "batchnorm-per-sample",
    parts=FEATURES,
    sentence="Mean and variance are taken of each sample over its features, not of each feature over the samples.",
    hint="A feature has one mean, over the batch: along which axis do the samples lie?",
)
def per_sample(ref: Any) -> Mapping[str, Any]:
    """Layer normalisation; running statistics with a column of the samples' own."""

    def batchnorm_forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        if bn_param["mode"] != "train":
            return ref.batchnorm_forward(x, gamma, beta, bn_param)
        momentum = bn_param.get("momentum", 0.9)
        statistics = {"running_mean": x.mean(axis=1, keepdims=True), "running_var": x.var(axis=1, keepdims=True)}
        for name, value in statistics.items():
            bn_param[name] = momentum * bn_param.get(name, np.zeros(x.shape[1])) + (1 - momentum) * value
        return ref.layernorm_forward(x, gamma, beta, {"eps": bn_param.get("eps", 1e-5)})

    return {
        "batchnorm_forward": batchnorm_forward,
        "batchnorm_backward": ref.layernorm_backward,
        "batchnorm_backward_alt": ref.layernorm_backward,
    }


Move = Callable[[Any], Any]  # images -> rows of their channels (pixels, C)


def pixels(x: Any) -> Any:
    """The pixels row by row of each image."""
    return x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])


def pixels_by_columns(x: Any) -> Any:
    """The pixels column by column of each image, as swapping the channels with the last axis gives them."""
    return x.swapaxes(1, 3).reshape(-1, x.shape[1])


def unmoved(x: Any) -> Any:
    """Neighbours in memory as a row."""
    return x.reshape(-1, x.shape[1])


def backwards_otherwise(
    code: str, forward: Move, backward: Move, sentence: str, hint: str, into: Move | None = None
) -> Mistake:
    """A backward pass that makes rows of dout otherwise than the forward pass made them of x.

    ``into`` says in which order they are put back, if not in their own.
    """

    def variant(ref: Any) -> Mapping[str, Any]:
        def spatial_batchnorm_forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
            settings = dict(bn_param)
            out, _ = ref.spatial_batchnorm_forward(x, gamma, beta, bn_param)
            return out, ref.batchnorm_forward(forward(x), gamma, beta, settings)[1]

        def spatial_batchnorm_backward(dout: Any, cache: Any) -> Any:
            rows, dgamma, dbeta = ref.batchnorm_backward(backward(dout), cache)
            dx = np.empty(dout.size)
            dx[(into or backward)(np.arange(dout.size).reshape(dout.shape))] = rows
            return dx.reshape(dout.shape), dgamma, dbeta

        return {
            "spatial_batchnorm_forward": spatial_batchnorm_forward,
            "spatial_batchnorm_backward": spatial_batchnorm_backward,
        }

    return mistake(code, parts=IMAGES, sentence=sentence, hint=hint)(variant)


ANOTHER_ORDER = "The backward pass puts the pixels in another order than the forward pass, whose cache it uses."
COMPARE = "Compare how x and dout are made into rows: axis by axis."

BACKWARD_BY_COLUMNS = backwards_otherwise(
    "spatial-batchnorm-backward-order", pixels, pixels_by_columns, ANOTHER_ORDER, COMPARE
)
FORWARD_BY_COLUMNS = backwards_otherwise(
    "spatial-batchnorm-forward-order", pixels_by_columns, pixels, ANOTHER_ORDER, COMPARE
)
PIXELS_FIRST = backwards_otherwise(
    "spatial-batchnorm-backward-pixels-first",
    pixels,
    lambda x: x.transpose(2, 3, 0, 1).reshape(-1, x.shape[1]),
    ANOTHER_ORDER,
    COMPARE,
)
CHANNELS_IN_MEMORY = backwards_otherwise(
    "spatial-batchnorm-backward-channels-in-memory",
    pixels,
    lambda x: x.swapaxes(0, 1).reshape(-1, x.shape[1]),
    "The backward pass reshapes dout to rows of C numbers while the channels are still the first axis.",
    "reshape keeps the order in memory: which numbers end up in one row?",
)
BACKWARD_BY_COLUMNS_AND_ROWS = backwards_otherwise(
    "spatial-batchnorm-backward-order-there", pixels, pixels_by_columns, ANOTHER_ORDER, COMPARE, into=pixels
)
BACKWARD_UNMOVED = backwards_otherwise(
    "spatial-batchnorm-backward-unmoved",
    pixels,
    unmoved,
    "The backward pass reshapes dout to rows of C numbers without moving the channels to the last axis first.",
    "reshape keeps the order in memory: which numbers end up in one row?",
)


def by_columns_back(value: Any) -> Any:
    """Rows of the pixels row by row, read as pixels column by column."""
    N, C, H, W = value.shape
    return value.transpose(0, 2, 3, 1).reshape(N, W, H, C).transpose(0, 3, 2, 1)


def unmoved_back(value: Any) -> Any:
    """Right rows, as images in another order."""
    return value.transpose(0, 2, 3, 1).reshape(value.shape)


def channels_first_back(value: Any) -> Any:
    """Rows of all that one channel holds, as images in another order."""
    return value.swapaxes(0, 1).reshape(value.shape)


def moved_back(code: str, sentence: str, back: Callable[[Any], Any], *, out: bool, dx: bool) -> Mistake:
    """Right rows that are put back in another order: out, or dx, or both."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def spatial_batchnorm_forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
            result, cache = ref.spatial_batchnorm_forward(x, gamma, beta, bn_param)
            return back(result) if out else result, cache

        def spatial_batchnorm_backward(dout: Any, cache: Any) -> Any:
            gradient, dgamma, dbeta = ref.spatial_batchnorm_backward(dout, cache)
            return back(gradient) if dx else gradient, dgamma, dbeta

        return {
            "spatial_batchnorm_forward": spatial_batchnorm_forward,
            "spatial_batchnorm_backward": spatial_batchnorm_backward,
        }

    hint = "The way back takes the same steps in the opposite order."
    return mistake(code, parts=IMAGES, sentence=sentence, hint=hint)(variant)


NOT_MOVED = "The rows are reshaped to images without moving the channels back to the second axis."
OTHERWISE = "The rows are put back into images in another order than they were taken from x."
MOVED_BACK = tuple(
    moved_back(f"spatial-batchnorm-{code}{where}", f"{begin}{sentence[0].lower() if begin else sentence[0]}{sentence[1:]}", back, out=out, dx=dx)
    for code, sentence, back in (
        ("not-moved-back", NOT_MOVED, unmoved_back),
        ("moved-back-by-columns", OTHERWISE, by_columns_back),
        ("moved-back-by-channels", OTHERWISE, channels_first_back),
    )
    for where, begin, out, dx in (("", "", True, True), ("-forward", "In the forward pass ", True, False), ("-backward", "In the backward pass ", False, True))
)  # fmt: skip
