"""What goes wrong in the backward passes of batch normalisation: each has its own mistakes, the shorter one too."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.normalised_rows import Change, Rows, counting, given
from solutions.mistakes.parameter_gradients import PARAMETER_SLIPS, ParameterSlip, Passed
from solutions.mistakes.row_gradients import ROOTS, SLIPS, Slip

FEATURES, IMAGES = ("batch_norm",), ("spatial_batch_norm",)
PASSES = {
    "batchnorm_forward": ("batchnorm_backward", "batchnorm_backward_alt"),
    "spatial_batchnorm_forward": ("spatial_batchnorm_backward",),
}
# (how the codes begin, the parts, the functions that are wrong)
FUNCTIONS = (
    ("batchnorm", FEATURES + IMAGES, ("batchnorm_backward", "spatial_batchnorm_backward")),
    ("batchnorm-alt", FEATURES, ("batchnorm_backward_alt",)),
)
# (dout, what the right function returns, x, gamma, beta, bn_param before the call) -> what is returned
Backward = Callable[[Any, Any, Any, Any, Any, Mapping[str, Any]], Any]


def channels(x: Any, groups: int) -> Any:
    """Each feature, or channel of images, as a row."""
    return x.swapaxes(0, 1).reshape(x.shape[1], -1)


def per_channel(values: Any, x: Any) -> Any:
    """One number a feature, so that it broadcasts to x."""
    return np.asarray(values).reshape(-1, *[1] * (x.ndim - 2))


def total(values: Any) -> Any:
    """The sum of each feature."""
    return values.sum(axis=(0, *range(2, values.ndim)))


def with_backward(ref: Any, names: tuple[str, ...], change: Backward) -> Mapping[str, Any]:
    """Some backward passes changed, which know what the forward pass was given; the others as they are."""

    def forward_of(name: str) -> Any:
        def forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
            settings = dict(bn_param)
            out, cache = getattr(ref, name)(x, gamma, beta, bn_param)
            return out, (cache, (x, gamma, beta, settings))

        return forward

    def backward_of(name: str) -> Any:
        def backward(dout: Any, cache: Any) -> Any:
            right = getattr(ref, name)(dout, cache[0])
            return change(dout, right, *cache[1]) if name in names else right

        return backward

    every = [name for passes in PASSES.values() for name in passes]
    return {name: forward_of(name) for name in PASSES} | {name: backward_of(name) for name in every}


def with_dx(ref: Any, names: tuple[str, ...], change_of: Callable[[Any], Change]) -> Mapping[str, Any]:
    """dx changed row by row, by what ``change_of(shape of x)`` says."""

    def change(dout: Any, right: Any, x: Any, gamma: Any, beta: Any, bn_param: Mapping[str, Any]) -> Any:
        layer = Rows(ref, channels, given, change_of(x.shape))
        _, kept = layer.forward(x, per_channel(gamma, x), per_channel(beta, x), bn_param.get("eps", 1e-5))
        return layer.backward(dout, kept)[0], *right[1:]

    return with_backward(ref, names, change)


def of_dx(slip: Slip, start: str, parts: tuple[str, ...], names: tuple[str, ...]) -> Mistake:
    """A mistake in dx alone."""
    declare = mistake(f"{start}-{slip.code}", parts=parts, sentence=slip.sentence, hint=slip.hint, place="dx")
    return declare(lambda ref: with_dx(ref, names, lambda shape: slip.change))


GAMMA_ABSENT = Slip(
    "gamma-absent",
    "dx leaves gamma out.",
    "What does out depend on the normalised values by?",
    lambda row: row.dx / row.gamma,
)
OF_DX = tuple(of_dx(slip, *function) for slip in (*SLIPS, GAMMA_ABSENT, *ROOTS) for function in FUNCTIONS)


def of_parameters(slip: ParameterSlip, start: str, parts: tuple[str, ...], names: tuple[str, ...]) -> Mistake:
    """A mistake in dgamma or dbeta."""

    def change(dout: Any, right: Any, x: Any, gamma: Any, beta: Any, bn_param: Mapping[str, Any]) -> Any:
        axes = (0, *range(2, x.ndim))
        centred = x - x.mean(axis=axes, keepdims=True)
        xhat = centred / np.sqrt(x.var(axis=axes, keepdims=True) + bn_param.get("eps", 1e-5))
        at = Passed(dout, x, centred, xhat, per_channel(gamma, x), per_channel(beta, x), total)
        return right[0], *slip.change(at)

    place = "parameters"  # of their gradients, one mistake is enough
    declare = mistake(f"{start}-{slip.code}", parts=parts, sentence=slip.sentence, hint=slip.hint, place=place)
    return declare(lambda ref: with_backward(ref, names, change))


PER_SAMPLE = ParameterSlip(
    "gradients-per-sample",
    "dgamma and dbeta are summed over the features, one number a sample.",
    "gamma has one number a feature, shared by all samples.",
    lambda at: ((at.dout * at.xhat).sum(axis=1), at.dout.sum(axis=1)),
)
OF_PARAMETERS = tuple(
    of_parameters(slip, *function) for slip in (*PARAMETER_SLIPS, PER_SAMPLE) for function in FUNCTIONS
)


def counted(
    code: str, sentence: str, count: Callable[[Any], float], parts: tuple[str, ...], names: tuple[str, ...]
) -> Mistake:
    """The sums over the samples divided by ``count(shape of x)``."""
    hint = "Over how many values did each mean go?"
    declare = mistake(code, parts=parts, sentence=sentence, hint=hint, place="dx")
    return declare(lambda ref: with_dx(ref, names, lambda shape: lambda row: counting(row, count(shape))))


OTHER_COUNTS = (
    *(
        counted(
            f"{start}-count-features",
            "dx divides by the number of features D; each mean is one over the N samples.",
            lambda shape: shape[1],
            FEATURES,
            names,
        )
        for start, _, names in FUNCTIONS
    ),
    *(
        counted(
            f"{start}-count-all",
            "dx divides by all numbers of x; each mean is one over the N samples of a feature.",
            lambda shape: shape[0] * shape[1],
            FEATURES,
            names,
        )
        for start, _, names in FUNCTIONS
    ),
    *(
        counted(f"spatial-batchnorm-count-{code}", f"dx divides by {words}; each mean is one over all images and pixels.", count, IMAGES, FUNCTIONS[0][2])
        for code, words, count in (
            ("images", "the number of images N", lambda shape: shape[0]),
            ("pixels", "the number of pixels of an image", lambda shape: shape[2] * shape[3]),
            ("channels", "the number of channels", lambda shape: shape[1]),
            ("all", "all numbers of x", lambda shape: shape[0] * shape[1] * shape[2] * shape[3]),
            ("images-less-one", "one less than there are values", lambda shape: shape[0] * shape[2] * shape[3] - 1),
        )
    ),
)  # fmt: skip


def sums_per_image(ref: Any) -> Mapping[str, Any]:
    """The sums of dx over the pixels of each image, divided by all images' pixels."""

    def change(dout: Any, right: Any, x: Any, gamma: Any, beta: Any, bn_param: Mapping[str, Any]) -> Any:
        axes, root = (0, 2, 3), np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
        xhat, g = (x - x.mean(axis=axes, keepdims=True)) / root, dout * per_channel(gamma, x)
        sums = [np.sum(values, axis=(2, 3), keepdims=True) / (x.size / x.shape[1]) for values in (g, g * xhat)]
        return (g - sums[0] - xhat * sums[1]) / root, *right[1:]

    return with_backward(ref, FUNCTIONS[0][2], change)


SUMS_PER_IMAGE = mistake(
    "spatial-batchnorm-backward-sums-per-image",
    parts=IMAGES,
    sentence="The sums in dx go over the pixels of each image by itself, though the statistics are those of all images.",
    hint="The sums of the backward pass go over what the means of the forward pass went over.",
)(sums_per_image)


SUMMED_OVER = tuple(
    of_parameters(
        ParameterSlip(
            f"{name}-over-{axis}",
            f"{words} summed over the {axis} only; the sum goes over images and pixels.",
            "gamma and beta have one number a channel.",
            lambda at, first=first, second=second, axes=axes: (  # type: ignore[misc]  # of a table
                (at.dout * at.xhat).sum(axis=axes) if first else at.total(at.dout * at.xhat),
                at.dout.sum(axis=axes) if second else at.total(at.dout),
            ),
        ),
        "spatial-batchnorm",
        IMAGES,
        FUNCTIONS[0][2],
    )
    for name, words, first, second in (
        ("dgamma", "dgamma is", True, False),
        ("dbeta", "dbeta is", False, True),
        ("gradients", "dgamma and dbeta are", True, True),
    )
    for axis, axes in (("images", 0), ("pixels", (2, 3)))
)
