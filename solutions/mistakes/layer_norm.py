"""What goes wrong in the forward pass of layer and group normalisation, and where the numbers of a group are sought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.normalised_rows import (
    Arrange,
    Change,
    EpsOf,
    Rows,
    given,
    untouched,
    x_overwritten,
)

LAYER, GROUP = ("layer_norm",), ("group_norm",)
PARTS = LAYER + GROUP

DefaultEps = Callable[[Mapping[str, Any]], float]


def samples(x: Any, groups: int) -> Any:
    """Each sample a row, as it should be."""
    return x


def runs(x: Any, groups: int) -> Any:
    """Neighbouring channels of an image a row, as it should be."""
    return x.reshape(len(x) * groups, -1)


def eps_given(settings: Mapping[str, Any]) -> float:
    """As it should be."""
    return float(settings.get("eps", 1e-5))


def layer_norm(ref: Any, layer: Rows, eps_read: DefaultEps = eps_given) -> Mapping[str, Any]:
    """Layer normalisation made of such rows."""

    def layernorm_forward(x: Any, gamma: Any, beta: Any, ln_param: Mapping[str, Any]) -> Any:
        return layer.forward(x, gamma, beta, eps_read(ln_param))

    def layernorm_backward(dout: Any, cache: Any) -> Any:
        dx, dgamma, dbeta = layer.backward(dout, cache)
        return dx, dgamma.sum(axis=0), dbeta.sum(axis=0)

    return {"layernorm_forward": layernorm_forward, "layernorm_backward": layernorm_backward}


def group_norm(ref: Any, layer: Rows, eps_read: DefaultEps = eps_given) -> Mapping[str, Any]:
    """Group normalisation made of such rows."""

    def spatial_groupnorm_forward(x: Any, gamma: Any, beta: Any, G: int, gn_param: Mapping[str, Any]) -> Any:
        return layer.forward(x, gamma, beta, eps_read(gn_param), G)

    def spatial_groupnorm_backward(dout: Any, cache: Any) -> Any:
        dx, dgamma, dbeta = layer.backward(dout, cache)
        axes = (0, 2, 3)
        return dx, dgamma.sum(axis=axes, keepdims=True), dbeta.sum(axis=axes, keepdims=True)

    return {
        "spatial_groupnorm_forward": spatial_groupnorm_forward,
        "spatial_groupnorm_backward": spatial_groupnorm_backward,
    }


def both(
    ref: Any, *, eps_of: EpsOf = given, change: Change = untouched, eps_read: DefaultEps = eps_given
) -> Mapping[str, Any]:
    """Both layers with the same mistake."""
    return {
        **layer_norm(ref, Rows(ref, samples, eps_of, change), eps_read),
        **group_norm(ref, Rows(ref, runs, eps_of, change), eps_read),
    }


FORWARDS = ("layernorm_forward", "spatial_groupnorm_forward")


def backward_only(ref: Any, changed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The right results forward, with the changed layers' caches."""

    def forward_of(name: str) -> Any:
        return lambda *arguments: (getattr(ref, name)(*arguments)[0], changed[name](*arguments)[1])

    return {**changed, **{name: forward_of(name) for name in FORWARDS}}


@mistake(
    "layernorm-unbiased-variance",
    parts=PARTS,
    sentence="The variance is the unbiased one, divided by one value less.",
    hint="The layer divides by the number of values that it averages over.",
)
def unbiased_variance(ref: Any) -> Mapping[str, Any]:
    """M - 1: as a smaller gamma and a smaller eps, row by row."""

    def share(row: Any) -> float:
        return (len(row) - 1) / len(row)

    def shrunk(layers: Mapping[str, Any]) -> Mapping[str, Any]:
        def forward_of(name: str) -> Any:
            def forward(x: Any, gamma: Any, beta: Any, *rest: Any) -> Any:
                count = x[0].size // (rest[0] if len(rest) == 2 else 1)
                root = np.sqrt((count - 1) / count)
                out, cache = layers[name](x, root * gamma, beta, *rest)
                return out, (cache, root)

            return forward

        def backward_of(name: str) -> Any:
            def backward(dout: Any, cache: Any) -> Any:
                dx, dgamma, dbeta = layers[name](dout, cache[0])
                return dx, cache[1] * dgamma, dbeta

            return backward

        return {name: (forward_of if name in FORWARDS else backward_of)(name) for name in layers}

    return shrunk(both(ref, eps_of=lambda eps, row: eps * share(row)))


@mistake(
    "layernorm-is-batchnorm",
    parts=LAYER,
    sentence="This is batch normalisation: mean and variance are taken of each feature over the samples.",
    hint="Here a sample must not depend on the others: along which axis do its own features lie?",
)
def is_batchnorm(ref: Any) -> Mapping[str, Any]:
    """The features as rows."""
    return layer_norm(ref, Rows(ref, lambda x, groups: x.T, change=untouched))


def grouped(code: str, sentence: str, hint: str, arrange: Arrange) -> Mistake:
    """A mistake in which numbers make a group of group normalisation."""
    declare = mistake(code, parts=GROUP, sentence=sentence, hint=hint)
    return declare(lambda ref: group_norm(ref, Rows(ref, arrange)))


def channels_of_pixels(x: Any, groups: int) -> Any:
    """Of each pixel the channels of one group."""
    return np.moveaxis(x.reshape(len(x), groups, -1, *x.shape[2:]), 2, -1).reshape(-1, x.shape[1] // groups)


AXES = "A group is a run of C / G neighbouring channels of one image, with all their pixels."

PER_PIXEL = grouped(
    "groupnorm-per-pixel",
    "Each pixel is normalised by itself, over the channels of its group only.",
    AXES,
    channels_of_pixels,
)


@mistake(
    "groupnorm-per-pixel-overwritten",
    parts=GROUP,
    sentence="Each pixel is normalised by itself, over the channels of its group only; and the forward pass writes its "
    "result over the values of x that its cache keeps.",
    hint=AXES + " Is what the cache keeps a copy?",
)
def per_pixel_overwritten(ref: Any) -> Mapping[str, Any]:
    """The backward pass of pixels that are rows of one array, normalised in place."""
    return backward_only(ref, {**both(ref), **group_norm(ref, Rows(ref, channels_of_pixels, change=x_overwritten))})


PER_CHANNEL = grouped(
    "groupnorm-per-channel",
    "Each channel is normalised by itself, whatever G says.",
    AXES,
    lambda x, G: x.reshape(len(x) * x.shape[1], -1),
)
ALL_CHANNELS = grouped(
    "groupnorm-all-channels",
    "Each image is normalised over all of its channels, whatever G says.",
    AXES,
    lambda x, G: x.reshape(len(x), -1),
)
INTERLEAVED = grouped(
    "groupnorm-interleaved",
    "The groups take every G-th channel; a group is a run of channels that follow each other.",
    "In which order do the two axes come that the channels are split into?",
    lambda x, G: x.reshape(len(x), -1, G, x[0, 0].size).swapaxes(1, 2).reshape(len(x) * G, -1),
)
EVERY_OTHER = grouped(
    "groupnorm-across-groups",
    "The statistics go across the groups: they take one channel of each group, not all channels of one group.",
    "Which axis is that of the groups, and which that of the channels in a group?",
    lambda x, G: x.reshape(len(x), G, -1, x[0, 0].size).swapaxes(1, 2).reshape(len(x) * (x.shape[1] // G), -1),
)
G_CHANNELS = grouped(
    "groupnorm-groups-of-g",
    "G is taken as the number of channels in a group; it is the number of groups.",
    "How many groups are there, and how many channels has each of them?",
    lambda x, G: x.reshape(len(x) * (x.shape[1] // G), -1),
)
OVER_IMAGES = grouped(
    "groupnorm-over-images",
    "Mean and variance of a group are taken over all images, not for each image by itself.",
    "Here an image must not depend on the others.",
    lambda x, G: x.reshape(len(x), G, -1).swapaxes(0, 1).reshape(G, -1),
)
IS_BATCHNORM = grouped(
    "groupnorm-is-batchnorm",
    "This is batch normalisation: mean and variance are taken of each channel over all images.",
    AXES,
    lambda x, G: x.swapaxes(0, 1).reshape(x.shape[1], -1),
)
