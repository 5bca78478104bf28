"""What goes wrong in the backward pass of batch normalisation."""

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
