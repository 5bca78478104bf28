"""What goes wrong in the backward pass of layer and group normalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake, pattern
from solutions.mistakes.layer_norm import GROUP, LAYER, PARTS, both, group_norm, layer_norm, runs, samples
from solutions.mistakes.normalised_rows import Change, Row, Rows, counting
from solutions.mistakes.parameter_gradients import PARAMETER_SLIPS, ParameterSlip, Passed
from solutions.mistakes.row_gradients import ROOTS, SLIPS


def of_dx(code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in dx alone."""
    declare = mistake(f"layernorm-{code}", parts=PARTS, sentence=sentence, hint=hint, place="dx")
    return declare(lambda ref: both(ref, change=change))


OF_DX = tuple(of_dx(slip.code, slip.sentence, slip.hint, slip.change) for slip in (*SLIPS, *ROOTS))


def counted(code: str, parts: tuple[str, ...], sentence: str, count: Callable[[Any, int], float]) -> Mistake:
    """dx divides the sums over a group by ``count(shape of x, G)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def backward_of(make: Any, arrange: Any, name: str) -> Any:
            def backward(dout: Any, cache: Any) -> Any:
                groups = len(cache[0]) // len(dout)
                layer = Rows(ref, arrange, change=lambda row: counting(row, count(dout.shape, groups)))
                return make(ref, layer)[name](dout, cache)

            return backward

        return {
            **both(ref),
            "layernorm_backward": backward_of(layer_norm, samples, "layernorm_backward"),
            "spatial_groupnorm_backward": backward_of(group_norm, runs, "spatial_groupnorm_backward"),
        }

    return mistake(code, parts=parts, sentence=sentence, hint="Over how many values did each mean go?")(variant)


COUNT_SAMPLES = counted(
    "layernorm-count-samples",
    LAYER,
    "dx divides by the number of samples N; each mean is one over the D features.",
    lambda shape, G: shape[0],
)
COUNT_PIXELS = counted(
    "groupnorm-count-pixels",
    GROUP,
    "dx divides by the pixels of one channel; a group has those of all its channels.",
    lambda shape, G: shape[2] * shape[3],
)
COUNT_CHANNELS = counted(
    "groupnorm-count-channels",
    GROUP,
    "dx divides by the number of channels; a group has the pixels of all its channels.",
    lambda shape, G: shape[1],
)
COUNT_ALL = counted(
    "groupnorm-count-all",
    GROUP,
    "dx divides by all values of an image; a group has only the pixels of its own channels.",
    lambda shape, G: shape[1] * shape[2] * shape[3],
)
COUNT_BATCH = counted(
    "groupnorm-count-batch",
    GROUP,
    "dx divides by the pixels of all images, N H W, as in batch normalisation.",
    lambda shape, G: shape[0] * shape[2] * shape[3],
)


def with_gamma(ref: Any, of: Callable[[Any], Any]) -> Mapping[str, Any]:
    """dx as it is with a gamma of 1, times ``of(gamma)``."""

    def change(row: Row) -> Any:
        _, kept = ref.layernorm_forward(row.x[None], np.ones_like(row.x), np.zeros_like(row.x), {"eps": row.eps})
        return of(row.gamma) * ref.layernorm_backward(row.dout[None], kept)[0][0]

    return both(ref, change=change)


@mistake(
    "layernorm-gamma-last",
    parts=PARTS,
    sentence="dx is multiplied with gamma at the end; gamma differs within a group, so it belongs inside the sums.",
    hint="In batch normalisation gamma can be moved out of the sums. Why not here?",
)
def gamma_last(ref: Any) -> Mapping[str, Any]:
    """Batch normalisation's shorter formula along the other axis."""
    return with_gamma(ref, lambda gamma: gamma)


@mistake(
    "layernorm-gamma-absent",
    parts=PARTS,
    sentence="dx leaves gamma out.",
    hint="What does out depend on the normalised values by?",
)
def gamma_absent(ref: Any) -> Mapping[str, Any]:
    """A gamma of 1."""
    return with_gamma(ref, np.ones_like)


@mistake(
    "layernorm-gradients-per-sample",
    parts=LAYER,
    sentence="dgamma and dbeta are summed over the features, one number a sample.",
    hint="gamma has one number a feature, shared by all samples.",
)
def gradients_per_sample(ref: Any) -> Mapping[str, Any]:
    """Sums along the axis of the statistics."""
    layer = Rows(ref, samples)

    def layernorm_backward(dout: Any, cache: Any) -> Any:
        dx, dgamma, dbeta = layer.backward(dout, cache)
        return dx, dgamma.sum(axis=1), dbeta.sum(axis=1)

    return {**layer_norm(ref, layer), "layernorm_backward": layernorm_backward}


ONE_GROUP = pattern(
    "groupnorm-backward-one-group",
    parts=GROUP,
    checks=("group_norm/backward",),
    fails={"all channels in one group"},
    sentence="The backward pass is right for several groups, and not where all channels are in one group (G = 1).",
    hint="squeeze() drops every axis of length 1, also that of the groups when there is only one.",
)


def of_parameters(slip: ParameterSlip) -> Mistake:
    """A mistake in dgamma or dbeta of both layers."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def backward_of(layer: Rows, axes: tuple[int, ...], keepdims: bool) -> Any:
            def backward(dout: Any, cache: Any) -> Any:
                dx, *_ = layer.backward(dout, cache)
                index, rows, gammas, betas, eps = cache
                centred = rows - rows.mean(axis=1, keepdims=True)
                xhat = centred / np.sqrt(rows.var(axis=1, keepdims=True) + eps)
                spread = [np.empty(dout.size) for _ in range(5)]
                for array, values in zip(spread, (rows, centred, xhat, gammas, betas), strict=True):
                    array[index] = values
                arrays = [array.reshape(dout.shape) for array in spread]
                x, spread_centred, spread_xhat, gamma, beta = arrays
                at = Passed(
                    dout,
                    x,
                    spread_centred,
                    spread_xhat,
                    gamma,
                    beta,
                    lambda values: values.sum(axis=axes, keepdims=keepdims),
                )
                return dx, *slip.change(at)

            return backward

        layers, groups = Rows(ref, samples), Rows(ref, runs)
        return {
            **both(ref),
            "layernorm_backward": backward_of(layers, (0,), False),
            "spatial_groupnorm_backward": backward_of(groups, (0, 2, 3), True),
        }

    return mistake(f"layernorm-{slip.code}", parts=PARTS, sentence=slip.sentence, hint=slip.hint)(variant)


OF_PARAMETERS = tuple(map(of_parameters, PARAMETER_SLIPS))


def along_samples(code: str, count: Callable[[Any], int], *, slope_inside: bool) -> Mistake:
    """The sums of dx over the samples, as in batch normalisation, with a right forward pass."""

    def variant(ref: Any) -> Mapping[str, Any]:
        layer = Rows(ref, samples)

        def layernorm_backward(dout: Any, cache: Any) -> Any:
            _, dgamma, dbeta = layer.backward(dout, cache)
            _, x, gammas, _, eps = cache
            slope = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
            xhat, g = (x - x.mean(axis=1, keepdims=True)) * slope, dout * gammas
            if slope_inside:
                mean = np.sum(g * slope, axis=0)
                through = np.sum(g * xhat / slope, axis=0) * xhat * slope**2
            else:
                mean, through = slope * np.sum(g, axis=0), slope * xhat * np.sum(g * xhat, axis=0)
            return slope * g - (mean + through) / count(x.shape), dgamma.sum(axis=0), dbeta.sum(axis=0)

        return {**layer_norm(ref, layer), "layernorm_backward": layernorm_backward}

    return mistake(
        f"layernorm-sums-over-samples{code}",
        parts=LAYER,
        sentence="The sums in dx go over the samples, as in batch normalisation; the statistics are those of a sample.",
        hint="The sums of the backward pass go over what the means of the forward pass went over.",
    )(variant)


ALONG_SAMPLES = (
    along_samples("", lambda shape: shape[0], slope_inside=False),
    along_samples("-inside", lambda shape: shape[0], slope_inside=True),
    along_samples("-by-features", lambda shape: shape[1], slope_inside=False),
    along_samples("-by-features-inside", lambda shape: shape[1], slope_inside=True),
)


def of_groups(code: str, sentence: str, hint: str, change: Callable[[Any, Any, Any], Any]) -> Mistake:
    """Group normalisation's backward pass changed: ``change(what is returned right, dout, cache)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        layers = group_norm(ref, Rows(ref, runs))
        right = layers["spatial_groupnorm_backward"]
        return {**layers, "spatial_groupnorm_backward": lambda dout, cache: change(right(dout, cache), dout, cache)}

    return mistake(code, parts=GROUP, sentence=sentence, hint=hint)(variant)


def in_images(cache: Any, shape: Any) -> tuple[Any, ...]:
    """(g per dout, xhat, sqrt(var + eps)) of each number of the images."""
    index, rows, gammas, _, eps = cache
    root = np.sqrt(rows.var(axis=1, keepdims=True) + eps)
    found = np.empty((3, rows.size))
    for array, values in zip(found, (gammas, (rows - rows.mean(axis=1, keepdims=True)) / root, root), strict=True):
        array[index] = values
    return tuple(array.reshape(shape) for array in found)


def per_channel(right: Any, dout: Any, cache: Any, count: int) -> Any:
    """The sums of dx over the pixels of one channel, divided by a count."""
    gamma, xhat, root = in_images(cache, dout.shape)
    g = dout * gamma
    sums = [np.sum(values, axis=(2, 3), keepdims=True) / count for values in (g, g * xhat)]
    return (g - sums[0] - xhat * sums[1]) / root, *right[1:]


SUMS_PER_CHANNEL = of_groups(
    "groupnorm-sums-per-channel",
    "The sums in dx go over the pixels of one channel; a group has those of all its channels.",
    "The sums of the backward pass go over what the means of the forward pass went over.",
    lambda right, dout, cache: per_channel(right, dout, cache, cache[1].shape[1]),
)
MEANS_PER_CHANNEL = of_groups(
    "groupnorm-means-per-channel",
    "The means in dx are those of one channel; a group has the pixels of all its channels.",
    "The means of the backward pass go over what the means of the forward pass went over.",
    lambda right, dout, cache: per_channel(right, dout, cache, dout.shape[2] * dout.shape[3]),
)


def summed_over(name: str, words: str, axis: str, axes: Any, first: bool, second: bool) -> Mistake:
    """dgamma, dbeta or both summed over some of the axes, with and without those of length 1."""

    def change(right: Any, dout: Any, cache: Any) -> Any:
        xhat = in_images(cache, dout.shape)[1]
        keepdims = axis == "pixels"
        dgamma = (dout * xhat).sum(axis=axes, keepdims=keepdims) if first else right[1]
        return right[0], dgamma, dout.sum(axis=axes, keepdims=keepdims) if second else right[2]

    return of_groups(
        f"groupnorm-{name}-over-{axis}",
        f"{words} summed over the {axis} only; the sum goes over images and pixels.",
        "gamma and beta have one number a channel.",
        change,
    )


SUMMED_OVER = tuple(
    summed_over(name, words, axis, axes, first, second)
    for name, words, first, second in (
        ("dgamma", "dgamma is", True, False),
        ("dbeta", "dbeta is", False, True),
        ("gradients", "dgamma and dbeta are", True, True),
    )
    for axis, axes in (("images", 0), ("pixels", (2, 3)))
)

COUNT_GROUP_CHANNELS = counted(
    "groupnorm-count-channels-of-group",
    GROUP,
    "dx divides by the number of channels of a group; a group has all their pixels.",
    lambda shape, G: shape[1] // G,
)
COUNT_G_PIXELS = counted(
    "groupnorm-count-g-pixels",
    GROUP,
    "dx divides by G times the pixels of a channel; a group has C / G channels.",
    lambda shape, G: G * shape[2] * shape[3],
)
COUNT_IMAGES = counted(
    "groupnorm-count-images",
    GROUP,
    "dx divides by the number of images N; each mean is one over the group's pixels of one image.",
    lambda shape, G: shape[0],
)

ONE_SIZE = pattern(
    "groupnorm-one-size-of-group",
    parts=GROUP,
    checks=("group_norm/forward", "group_norm/backward"),
    fails={"all channels in one group", "each channel a group of its own"},
    sentence="Right for two groups of three channels each, as in the course's notebook; other groups fail.",
    hint="Is there a number in a reshape that should be computed from C and G?",
)
LENGTH_ONE = pattern(
    "groupnorm-axes-of-length-1",
    parts=GROUP,
    checks=("group_norm/forward", "group_norm/backward"),
    fails={"all channels in one group", "each channel a group of its own", "a single image"},
    sentence="Right where there are several images, groups and channels in a group; wrong where one of these is 1.",
    hint="squeeze() drops every axis of length 1, whichever it is.",
)
