"""What goes wrong in the backward pass of batch normalisation, and along the axes of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake
from grader.mistakes.batch_norm import per_feature

PARTS = ("batch_norm", "spatial_batch_norm")
PASSES = {
    "batchnorm_forward": ("batchnorm_backward", "batchnorm_backward_alt"),
    "spatial_batchnorm_forward": ("spatial_batchnorm_backward",),
}

# (dx, slope, dout, xhat, axes) -> the mistaken dx; slope is gamma / sqrt(var + eps), all of x's shape.
Change = Callable[[Any, Any, Any, Any, tuple[int, ...]], Any]


def with_dx(ref: Any, change: Change) -> Mapping[str, Any]:
    """All backward passes, their dx changed."""

    def forward_of(name: str) -> Any:
        def forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
            settings = dict(bn_param)
            out, cache = getattr(ref, name)(x, gamma, beta, bn_param)
            xhat, _ = getattr(ref, name)(x, np.ones_like(gamma), np.zeros_like(gamma), dict(settings))
            column = (-1, *[1] * (x.ndim - 2))
            var = x.var(axis=per_feature(x)[1]) + settings.get("eps", 1e-5)
            return out, (cache, (gamma / np.sqrt(var)).reshape(column), xhat)

        return forward

    def backward_of(name: str) -> Any:
        def backward(dout: Any, cache: Any) -> Any:
            inner, slope, xhat = cache
            dx, dgamma, dbeta = getattr(ref, name)(dout, inner)
            return change(dx, slope, dout, xhat, per_feature(dout)[1]), dgamma, dbeta

        return backward

    return {name: forward_of(name) for name in PASSES} | {
        name: backward_of(name) for names in PASSES.values() for name in names
    }


@mistake(
    "batchnorm-mean-path",
    parts=PARTS,
    sentence="dx leaves out what flows through the mean.",
    hint="Every sample changes the mean, and the mean changes every normalised value.",
)
def mean_path(ref: Any) -> Mapping[str, Any]:
    """The mean taken as a constant."""
    return with_dx(ref, lambda dx, slope, dout, xhat, axes: dx + slope * dout.mean(axis=axes, keepdims=True))


@mistake(
    "batchnorm-variance-path",
    parts=PARTS,
    sentence="dx leaves out what flows through the variance.",
    hint="Every sample changes the variance, and the variance changes every normalised value.",
)
def variance_path(ref: Any) -> Mapping[str, Any]:
    """The variance taken as a constant."""

    def change(dx: Any, slope: Any, dout: Any, xhat: Any, axes: tuple[int, ...]) -> Any:
        return slope * (dout - dout.mean(axis=axes, keepdims=True))

    return with_dx(ref, change)


@mistake(
    "batchnorm-statistics-constant",
    parts=PARTS,
    sentence="dx takes the mean and the variance as constants, though both depend on x.",
    hint="Draw the graph of the computation: x reaches out along three ways.",
)
def statistics_constant(ref: Any) -> Mapping[str, Any]:
    """The direct way alone."""
    return with_dx(ref, lambda dx, slope, dout, xhat, axes: slope * dout)


@mistake(
    "batchnorm-jacobian-diagonal",
    parts=PARTS,
    sentence="dx holds the diagonal of the Jacobian only: how each sample changes its own result, not the others'.",
    hint="A sample changes the mean and the variance, and with them the results of all samples.",
)
def jacobian_diagonal(ref: Any) -> Mapping[str, Any]:
    """The terms of other samples left out."""

    def change(dx: Any, slope: Any, dout: Any, xhat: Any, axes: tuple[int, ...]) -> Any:
        M, _ = per_feature(dout)
        return slope * dout * (M - 1 - xhat**2) / M

    return with_dx(ref, change)


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
    parts=("spatial_batch_norm",),
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
    parts=("spatial_batch_norm",),
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
    parts=("spatial_batch_norm",),
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
