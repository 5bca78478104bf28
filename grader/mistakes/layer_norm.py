"""What goes wrong in the forward pass of layer and group normalisation, and where the numbers of a group are sought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from grader.mistakes.normalised_rows import (
    Arrange,
    Change,
    EpsOf,
    Rows,
    exact_outside_root,
    given,
    outside_root,
    untouched,
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
    "layernorm-eps-hard-coded",
    parts=PARTS,
    sentence="eps is always 1e-5, whatever ln_param or gn_param says.",
    hint="Read eps from the dictionary.",
)
def eps_hard_coded(ref: Any) -> Mapping[str, Any]:
    """The default of eps in every case."""
    return both(ref, eps_read=lambda settings: 1e-5)


@mistake(
    "layernorm-eps-hard-coded-backward",
    parts=PARTS,
    sentence="The backward pass uses an eps of 1e-5, whatever the forward pass was given.",
    hint="What the backward pass needs to know belongs into the cache.",
)
def eps_hard_coded_backward(ref: Any) -> Mapping[str, Any]:
    """The default of eps in the backward pass."""
    return backward_only(ref, both(ref, eps_read=lambda settings: 1e-5))


@mistake(
    "layernorm-eps-absent",
    parts=PARTS,
    sentence="eps is not used: the normalisation divides by the standard deviation alone.",
    hint="What happens to a sample whose features are all the same?",
)
def eps_absent(ref: Any) -> Mapping[str, Any]:
    """An eps of 0."""
    return both(ref, eps_read=lambda settings: 0.0)


@mistake(
    "layernorm-eps-absent-backward",
    parts=PARTS,
    sentence="The backward pass leaves eps out: it divides by the standard deviation alone.",
    hint="It has to divide by what the forward pass divided by.",
)
def eps_absent_backward(ref: Any) -> Mapping[str, Any]:
    """An eps of 0 in the backward pass."""
    return backward_only(ref, both(ref, eps_read=lambda settings: 0.0))


@mistake(
    "layernorm-eps-default",
    parts=PARTS,
    sentence="Where ln_param or gn_param holds no eps, next to none is used; the default is 1e-5.",
    hint="Which eps is taken when the dictionary is empty?",
)
def eps_default(ref: Any) -> Mapping[str, Any]:
    """A default that is too small to matter; 1e-8 gives the same numbers to seven digits."""
    return both(ref, eps_read=lambda settings: float(settings.get("eps", 1e-12)))


@mistake(
    "layernorm-eps-outside-root",
    parts=PARTS,
    sentence="eps is added to the standard deviation, outside the square root; it belongs to the variance.",
    hint="Compare where eps stands in the formula.",
)
def eps_outside_root(ref: Any) -> Mapping[str, Any]:
    """Beside the root, and the backward pass is the gradient of that."""
    return both(ref, eps_of=outside_root, change=exact_outside_root)


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


AXES = "A group is a run of C / G neighbouring channels of one image, with all their pixels."

PER_PIXEL = grouped(
    "groupnorm-per-pixel",
    "Each pixel is normalised by itself, over the channels of its group only.",
    AXES,
    lambda x, G: np.moveaxis(x.reshape(len(x), G, -1, *x.shape[2:]), 2, -1).reshape(-1, x.shape[1] // G),
)
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
