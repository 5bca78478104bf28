"""What goes wrong in the forward pass of batch normalisation, of features and of images."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

PARTS = ("batch_norm", "spatial_batch_norm")
NAMES = ("batchnorm_forward", "spatial_batchnorm_forward")

Forward = Callable[[Any, Any, Any, Any, dict[str, Any]], Any]


def with_forward(ref: Any, change: Forward) -> Mapping[str, Any]:
    """Both forward passes, each made by ``change(forward, x, gamma, beta, bn_param)`` from the reference's."""

    def changed(name: str) -> Any:
        return lambda x, gamma, beta, bn_param: change(getattr(ref, name), x, gamma, beta, bn_param)

    return {name: changed(name) for name in NAMES}


def per_feature(x: Any) -> tuple[int, tuple[int, ...]]:
    """How many samples a feature of x has, and the axes that they lie on."""
    return x.size // x.shape[1], (0, *range(2, x.ndim))


def with_settings(
    forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any], **settings: Any
) -> tuple[Any, Any]:
    """The reference's forward pass with other settings; running statistics follow in bn_param."""
    used = {**bn_param, **settings}
    out, cache = forward(x, gamma, beta, used)
    bn_param |= {name: used[name] for name in ("running_mean", "running_var") if name in used}
    return out, cache


@mistake(
    "batchnorm-running-forgotten",
    parts=PARTS,
    sentence="The running mean and variance are not updated in training.",
    hint="bn_param must hold the new running statistics when the function returns.",
)
def running_forgotten(ref: Any) -> Mapping[str, Any]:
    """They stay what they were, zeros at first."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        for name in ("running_mean", "running_var"):
            bn_param.setdefault(name, np.zeros(x.shape[1]))
        return forward(x, gamma, beta, dict(bn_param))

    return with_forward(ref, change)


@mistake(
    "batchnorm-momentum-swapped",
    parts=PARTS,
    sentence="The momentum multiplies the batch's statistics, and its complement the running ones.",
    hint="With a momentum near 1, should one batch change the running statistics little or much?",
)
def momentum_swapped(ref: Any) -> Mapping[str, Any]:
    """The momentum's complement."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        return with_settings(forward, x, gamma, beta, bn_param, momentum=1 - bn_param.get("momentum", 0.9))

    return with_forward(ref, change)


@mistake(
    "batchnorm-momentum-ignored",
    parts=PARTS,
    sentence="The momentum is always 0.9, whatever bn_param says.",
    hint="Read the momentum from bn_param.",
)
def momentum_ignored(ref: Any) -> Mapping[str, Any]:
    """The default of the momentum in every case."""
    return with_forward(ref, lambda *arguments: with_settings(*arguments, momentum=0.9))


@mistake(
    "batchnorm-running-restart",
    parts=PARTS,
    sentence="The running statistics start again at zero with every batch.",
    hint="They continue from those in bn_param.",
)
def running_restart(ref: Any) -> Mapping[str, Any]:
    """What was running before is forgotten in training."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        if bn_param["mode"] != "train":
            return forward(x, gamma, beta, bn_param)
        zeros = np.zeros(x.shape[1])
        return with_settings(forward, x, gamma, beta, bn_param, running_mean=zeros, running_var=zeros)

    return with_forward(ref, change)


def with_running_var(ref: Any, added: Callable[[Any, dict[str, Any]], Any]) -> Mapping[str, Any]:
    """Running variances that take up ``added(x, bn_param)`` on top of the batch's."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        result = forward(x, gamma, beta, bn_param)
        if bn_param["mode"] == "train":
            more = (1 - bn_param.get("momentum", 0.9)) * added(x, bn_param)
            bn_param["running_var"] = bn_param["running_var"] + more
        return result

    return with_forward(ref, change)


def _bessel(x: Any, bn_param: dict[str, Any]) -> Any:
    """What dividing by one sample less adds to a variance."""
    M, axes = per_feature(x)
    return x.var(axis=axes) / max(M - 1, 1)


@mistake(
    "batchnorm-running-unbiased",
    parts=PARTS,
    sentence="The running variance takes up the unbiased variance, divided by one sample less.",
    hint="Some libraries do so; here the variance is the biased one throughout.",
)
def running_unbiased(ref: Any) -> Mapping[str, Any]:
    """M - 1 in the running variance only."""
    return with_running_var(ref, _bessel)


@mistake(
    "batchnorm-running-var-eps",
    parts=PARTS,
    sentence="The running variance takes up the variance plus eps.",
    hint="eps guards a division; it is no part of the statistics.",
)
def running_var_eps(ref: Any) -> Mapping[str, Any]:
    """eps is accumulated."""
    return with_running_var(ref, lambda x, bn_param: bn_param.get("eps", 1e-5))


@mistake(
    "batchnorm-running-std",
    parts=PARTS,
    sentence="The running variance takes up the standard deviation.",
    hint="Which of the two does test mode take the root of?",
)
def running_std(ref: Any) -> Mapping[str, Any]:
    """The root of the variance is accumulated, without eps."""

    def added(x: Any, bn_param: dict[str, Any]) -> Any:
        axes = per_feature(x)[1]
        return x.std(axis=axes) - x.var(axis=axes)

    return with_running_var(ref, added)


@mistake(
    "batchnorm-running-std-eps",
    parts=PARTS,
    sentence="The running variance takes up the standard deviation, sqrt(var + eps).",
    hint="Which of the two does test mode take the root of?",
)
def running_std_eps(ref: Any) -> Mapping[str, Any]:
    """The root of variance plus eps is accumulated."""

    def added(x: Any, bn_param: dict[str, Any]) -> Any:
        var = x.var(axis=per_feature(x)[1])
        return np.sqrt(var + bn_param.get("eps", 1e-5)) - var

    return with_running_var(ref, added)


@mistake(
    "batchnorm-unbiased-variance",
    parts=PARTS,
    sentence="The variance is the unbiased one, divided by one sample less.",
    hint="Batch normalisation divides by the number of samples.",
)
def unbiased_variance(ref: Any) -> Mapping[str, Any]:
    """M - 1 in the normalisation and in the running variance: as a smaller gamma and a smaller eps."""
    running = running_unbiased.variant(ref)

    def forward_of(name: str) -> Any:
        def forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
            M, _ = per_feature(x)
            share, eps = (M - 1) / M if M > 1 else 1.0, bn_param.get("eps", 1e-5)
            out, _ = running[name](x, gamma, beta, bn_param)
            if bn_param["mode"] != "train":
                return out, None
            out, cache = getattr(ref, name)(x, np.sqrt(share) * gamma, beta, {**bn_param, "eps": share * eps})
            return out, (cache, np.sqrt(share))

        return forward

    def backward_of(name: str) -> Any:
        def backward(dout: Any, cache: Any) -> Any:
            inner, root = cache
            dx, dgamma, dbeta = getattr(ref, name)(dout, inner)
            return dx, root * dgamma, dbeta

        return backward

    backwards = ("batchnorm_backward", "batchnorm_backward_alt", "spatial_batchnorm_backward")
    return {name: forward_of(name) for name in NAMES} | {name: backward_of(name) for name in backwards}


@mistake(
    "batchnorm-test-uses-batch",
    parts=PARTS,
    sentence="Test mode normalises with the batch's own statistics instead of the running ones.",
    hint="In test mode a sample's result must not depend on the others in its batch.",
)
def test_uses_batch(ref: Any) -> Mapping[str, Any]:
    """Training's normalisation in both modes."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        if bn_param["mode"] == "train":
            return forward(x, gamma, beta, bn_param)
        return forward(x, gamma, beta, {**bn_param, "mode": "train"})

    return with_forward(ref, change)
