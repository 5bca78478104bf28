"""What goes wrong with the result of batch normalisation, in training and in test mode, and with what is running."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.batch_norm import PARTS, per_feature, with_forward
from solutions.mistakes.batch_norm_backward import per_channel
from solutions.mistakes.normalised_outs import OUT_SLIPS, Normalised, OutSlip

OF_SAMPLES = {"variance-not-averaged", "variance-not-centred", "squares-about-mean-of-all"}  # of a batch of its own


def of_out(slip: OutSlip, mode: str) -> Mistake:
    """A wrong result in one of the two modes; cache and running statistics are right."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        given = dict(bn_param)
        out, cache = forward(x, gamma, beta, bn_param)
        if given["mode"] != mode:
            return out, cache
        axes = per_feature(x)[1]
        statistics = (x.mean(axis=axes), x.var(axis=axes))
        if mode == "test":
            statistics = tuple(given.get(name, np.zeros(x.shape[1])) for name in ("running_mean", "running_var"))
        mean, var = (per_channel(value, x) for value in statistics)
        at = Normalised(x, per_channel(gamma, x), per_channel(beta, x), mean, var, given.get("eps", 1e-5))
        return slip.out(at), cache

    words = {"train": "In training: ", "test": "In test mode: "}[mode]
    sentence = (
        words + slip.sentence[0].lower() + slip.sentence[1:] if slip.sentence[0] != "O" else words + slip.sentence
    )
    declare = mistake(f"batchnorm-{mode}-{slip.code}", parts=PARTS, sentence=sentence, hint=slip.hint, place="out")
    return declare(lambda ref: with_forward(ref, change))


OF_OUT = tuple(
    of_out(slip, mode)
    for mode in ("train", "test")
    for slip in OUT_SLIPS
    if mode == "train" or slip.code not in OF_SAMPLES
)

# (the running statistic, the batch's, momentum) -> the new running one
Average = Callable[[Any, Any, float], Any]


def usual(running: Any, batch: Any, momentum: float) -> Any:
    """As it should be."""
    return momentum * running + (1 - momentum) * batch


def turned(running: Any, batch: Any, momentum: float) -> Any:
    """The momentum for the batch's statistics."""
    return usual(running, batch, 1 - momentum)


def kept(running: Any, batch: Any, momentum: float) -> Any:
    """Nothing new."""
    return running


def with_averages(ref: Any, mean_by: Average, var_by: Average) -> Mapping[str, Any]:
    """Running statistics that are averaged otherwise in training."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        given = dict(bn_param)
        result = forward(x, gamma, beta, bn_param)
        if given["mode"] == "train":
            axes, momentum = per_feature(x)[1], given.get("momentum", 0.9)
            batch = {"running_mean": x.mean(axis=axes), "running_var": x.var(axis=axes)}
            for (name, value), average in zip(batch.items(), (mean_by, var_by), strict=True):
                bn_param[name] = average(given.get(name, np.zeros(x.shape[1])), value, momentum)
        return result

    return with_forward(ref, change)


def of_averages(code: str, sentence: str, mean_by: Average, var_by: Average) -> Mistake:
    """A mistake in how running statistics follow the batch's."""
    hint = "The new running statistic is a weighted mean of the old one and the batch's; the weights add up to 1."
    declare = mistake(f"batchnorm-{code}", parts=PARTS, sentence=sentence, hint=hint)
    return declare(lambda ref: with_averages(ref, mean_by, var_by))


BOTH_BY_MOMENTUM = "The batch's {} multiplied by the momentum; it should be by its complement."
NOT_DECAYED = "The old running {} not multiplied by the momentum before the batch's statistics are added."
STATISTICS = (
    ("mean", "mean is", lambda average: (average, usual)),
    ("var", "variance is", lambda average: (usual, average)),
    ("both", "mean and variance are", lambda average: (average, average)),
)
SLIPS = (
    ("batch-by-momentum", BOTH_BY_MOMENTUM, lambda running, batch, momentum: momentum * (running + batch)),
    ("not-decayed", NOT_DECAYED, lambda running, batch, momentum: running + (1 - momentum) * batch),
    (
        "batch-not-weighted",
        "The batch's {} added as a whole to the running one; it should be multiplied by 1 - momentum.",
        lambda running, batch, momentum: momentum * running + batch,
    ),
    (
        "running-replaced",
        "The running {} replaced by the batch's; it should move towards it by a part.",
        lambda running, batch, momentum: batch,
    ),
)
AVERAGES = tuple(
    of_averages(f"{code}-{name}", sentence.format(words), *of(average))
    for code, sentence, average in SLIPS
    for name, words, of in STATISTICS
)
OF_ONE = (
    of_averages("momentum-swapped-mean", "The momentum multiplies the batch's mean, and its complement the running mean.", turned, usual),
    of_averages("momentum-swapped-var", "The momentum multiplies the batch's variance, and its complement the running variance.", usual, turned),
    of_averages("running-mean-forgotten", "The running mean is not updated in training; the running variance is.", kept, usual),
    of_averages("running-var-forgotten", "The running variance is not updated in training; the running mean is.", usual, kept),
    of_averages("running-inverse-std", "The running variance takes up 1 / std.", usual, lambda running, batch, momentum: usual(running, 1 / np.sqrt(batch), momentum)),
    of_averages("running-var-squared", "The running variance takes up the square of the variance.", usual, lambda running, batch, momentum: usual(running, batch**2, momentum)),
)  # fmt: skip


@mistake(
    "batchnorm-running-inverse-std-eps",
    parts=PARTS,
    sentence="The running variance takes up 1 / sqrt(var + eps).",
    hint="Which number does test mode take the root of?",
)
def running_inverse_std(ref: Any) -> Mapping[str, Any]:
    """The factor of the normalisation for the variance."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        eps = bn_param.get("eps", 1e-5)
        changed = with_averages(ref, usual, lambda running, batch, m: usual(running, 1 / np.sqrt(batch + eps), m))
        name = "batchnorm_forward" if x.ndim == 2 else "spatial_batchnorm_forward"
        return changed[name](x, gamma, beta, bn_param)

    return with_forward(ref, change)


def crossed(code: str, sentence: str) -> Mistake:
    """A running statistic that is stored as, or continued from, the other."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        given = dict(bn_param)
        result = forward(x, gamma, beta, bn_param)
        mean, var = (bn_param.get(name, np.zeros(x.shape[1])) for name in ("running_mean", "running_var"))
        if code == "running-var-is-mean":
            bn_param["running_mean"], bn_param["running_var"] = mean, mean
        elif code == "running-mean-is-var":
            bn_param["running_mean"], bn_param["running_var"] = var, var
        elif code == "running-swapped":
            bn_param["running_mean"], bn_param["running_var"] = var, mean
        elif given["mode"] == "train":
            zeros = np.zeros(x.shape[1])
            start = mean if code.endswith("new-mean") else given.get("running_mean", zeros)
            step = start - given.get("running_var", zeros)
            bn_param["running_var"] = var + given.get("momentum", 0.9) * step
        return result

    declare = mistake(
        f"batchnorm-{code}",
        parts=PARTS,
        sentence=sentence,
        hint="Compare the lines of the running mean with those of the running variance.",
    )
    return declare(lambda ref: with_forward(ref, change))


CROSSED = (
    crossed("running-var-is-mean", "bn_param gets the running mean for the running variance."),
    crossed("running-mean-is-var", "bn_param gets the running variance for the running mean."),
    crossed("running-swapped", "The running mean and the running variance are swapped."),
    crossed("running-var-from-mean", "The running variance continues from the running mean."),
    crossed("running-var-from-new-mean", "The running variance continues from the running mean."),
)


def settings_otherwise(code: str, sentence: str, hint: str, **defaults: Any) -> Mistake:
    """Another default or fixed value of a setting in training."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        if bn_param["mode"] != "train":
            return forward(x, gamma, beta, bn_param)
        used = {**{name: make(x) for name, make in defaults.items()}, **bn_param}
        if "momentum" in defaults:
            used["momentum"] = defaults["momentum"](x)
        result = forward(x, gamma, beta, used)
        bn_param |= {name: used[name] for name in ("running_mean", "running_var")}
        return result

    return mistake(f"batchnorm-{code}", parts=PARTS, sentence=sentence, hint=hint)(
        lambda ref: with_forward(ref, change)
    )


STARTS_AT_ONE = settings_otherwise(
    "running-var-starts-at-1",
    "The running variance starts at 1 where bn_param holds none; in this assignment it starts at 0.",
    "What is the default of running_var in the starter code?",
    running_var=lambda x: np.ones(x.shape[1]),
)
STARTS_WITH_BATCH = settings_otherwise(
    "running-starts-with-batch",
    "Where bn_param holds no running statistics they start with the batch's own; in this assignment they start at 0.",
    "What are the defaults of running_mean and running_var in the starter code?",
    running_mean=lambda x: x.mean(axis=per_feature(x)[1]),
    running_var=lambda x: x.var(axis=per_feature(x)[1]),
)
MOMENTUM_99 = settings_otherwise(
    "momentum-always-0.99",
    "The momentum is always 0.99, whatever bn_param says.",
    "Read the momentum from bn_param; its default is 0.9.",
    momentum=lambda x: 0.99,
)


def training_by_running(code: str, sentence: str, before: bool) -> Mistake:
    """Training normalises with the running statistics, as they were or as they are then."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        if bn_param["mode"] != "train":
            return forward(x, gamma, beta, bn_param)
        given = {name: np.zeros(x.shape[1]) for name in ("running_mean", "running_var")} | bn_param
        _, cache = forward(x, gamma, beta, bn_param)
        used = given if before else {**given, **bn_param}
        return forward(x, gamma, beta, {**used, "mode": "test"})[0], cache

    declare = mistake(
        f"batchnorm-{code}",
        parts=PARTS,
        sentence=sentence,
        hint="In training a batch is normalised with its own mean and variance.",
    )
    return declare(lambda ref: with_forward(ref, change))


BY_RUNNING = training_by_running(
    "training-by-running", "Training normalises with the running statistics, as they were before the batch.", True
)
BY_UPDATED = training_by_running(
    "training-by-updated-running", "Training normalises with the running statistics, just updated.", False
)


def updated_in_test(code: str, sentence: str, first: bool) -> Mistake:
    """Test mode goes on with the running statistics, before or after it has normalised."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        if bn_param["mode"] != "test":
            return forward(x, gamma, beta, bn_param)
        trained = {**bn_param, "mode": "train"}
        forward(x, gamma, beta, trained)
        new = {name: trained[name] for name in ("running_mean", "running_var")}
        out, cache = forward(x, gamma, beta, {**bn_param, **new} if first else dict(bn_param))
        bn_param |= new
        return out, cache

    declare = mistake(
        f"batchnorm-{code}",
        parts=PARTS,
        sentence=sentence,
        hint="In test mode a sample's result must not depend on the others in its batch, nor on batches before.",
    )
    return declare(lambda ref: with_forward(ref, change))


UPDATED_FIRST = updated_in_test(
    "test-updates-running-first", "Test mode updates the running statistics, and normalises with the new ones.", True
)
UPDATED_AFTER = updated_in_test(
    "test-updates-running",
    "Test mode updates the running statistics, so that the next call normalises otherwise.",
    False,
)
