"""What goes wrong in the backward pass of layer and group normalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake, pattern
from grader.mistakes.layer_norm import GROUP, LAYER, PARTS, both, group_norm, layer_norm, runs, samples
from grader.mistakes.normalised_rows import (
    Change,
    Row,
    Rows,
    counting,
    diagonal,
    direct_path,
    without_mean_path,
    without_variance_path,
)


def of_dx(code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in dx alone."""
    return mistake(code, parts=PARTS, sentence=sentence, hint=hint)(lambda ref: both(ref, change=change))


MEAN_PATH = of_dx(
    "layernorm-mean-path",
    "dx leaves out what flows through the mean.",
    "Every value of a group changes its mean, and the mean changes every normalised value of it.",
    without_mean_path,
)
VARIANCE_PATH = of_dx(
    "layernorm-variance-path",
    "dx leaves out what flows through the variance.",
    "Every value of a group changes its variance, and the variance changes every normalised value of it.",
    without_variance_path,
)
STATISTICS_CONSTANT = of_dx(
    "layernorm-statistics-constant",
    "dx takes the mean and the variance as constants, though both depend on x.",
    "Draw the graph of the computation: x reaches out along three ways.",
    direct_path,
)
JACOBIAN_DIAGONAL = of_dx(
    "layernorm-jacobian-diagonal",
    "dx holds the diagonal of the Jacobian only: how each value changes its own result, not the others'.",
    "A value changes the mean and the variance, and with them the results of its whole group.",
    diagonal,
)


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
