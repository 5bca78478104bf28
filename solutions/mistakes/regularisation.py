"""Which parameters the regularisation covers, and how often: in the loss and in its gradients, apart.

A student who has the same thing wrong in both gets both sentences, except for the few that are declared together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.networks import MODELS, Call, about, networks

THREE = ("three_layer_convnet",)
MOST = tuple(part for part in MODELS if part != "two_layer_convnet")  # what is rare is not recorded for all
HINTS = {
    "loss": "Write down the regularisation term of the loss: each weight array enters once, squared, and no bias does.",
    "gradients": "Differentiate the regularisation term by each parameter; a numeric check needs reg above 0.",
}
Counts = Mapping[str, float]


def covering(loss: Counts, gradients: Counts) -> Callable[[Any], Mapping[str, Any]]:
    """A variant in which some parameters are regularised that many times; right is once a weight, never a bias."""

    def change(call: Call) -> Any:
        value, grads = call.right(call.reg)
        grads = dict(grads)
        for name, array in call.params.items():
            usual = 1.0 if name.startswith("W") else 0.0
            strength = call.factor * call.reg
            value = value + (loss.get(name, usual) - usual) * strength * np.sum(array**2)
            grads[name] = grads[name] + (gradients.get(name, usual) - usual) * 2 * strength * array
        return value, grads

    return lambda ref: networks(ref, change)


def in_loss(code: str, parts: tuple[str, ...], what: str, counts: Counts) -> Mistake:
    """The regularisation term of the loss covers something else; what the gradients do is theirs."""
    return mistake(
        f"reg-loss-{code}", parts=parts, sentence=f"The loss {what}.", hint=HINTS["loss"], about=about("loss", counts)
    )(covering(counts, {}))


def in_gradients(code: str, parts: tuple[str, ...], what: str, counts: Counts) -> Mistake:
    """The regularisation of the gradients covers something else."""
    of = about("gradient", counts)
    return mistake(f"reg-gradient-{code}", parts=parts, sentence=f"{what}.", hint=HINTS["gradients"], about=of)(
        covering({}, counts)
    )


def parts_with(*names: str, of: tuple[str, ...] = MODELS) -> tuple[str, ...]:
    """The parts whose networks have these parameters."""
    return THREE if any(name.endswith("3") for name in names) else of


def layered(name: str) -> tuple[str, ...]:
    """Those, and the two-layer network from layers."""
    return (*parts_with(name), *(() if name.endswith("3") else ("modular_two_layer_net",)))


WEIGHTS = ("W1", "W2", "W3")
ALL = dict.fromkeys(WEIGHTS, 0.0)
BIASES = {"b1": 1.0, "b2": 1.0, "b3": 1.0}

LOSS = (
    in_loss("absent", MODELS, "leaves out the regularisation", ALL),
    *(in_loss(f"without-{one.lower()}", layered(one), f"does not regularise {one}", {one: 0}) for one in WEIGHTS),
    *(
        in_loss(f"without-{one}-and-{two}".lower(), THREE, f"regularises neither {one} nor {two}", {one: 0, two: 0})
        for one, two in combinations(WEIGHTS, 2)
    ),
    *(
        in_loss(f"twice-{one.lower()}", parts_with(one, of=MOST), f"regularises {one} twice", {one: 2})
        for one in WEIGHTS
    ),
    *(
        in_loss(
            f"{two}-for-{one}".lower(),
            parts_with(one, two, of=MOST),
            f"regularises {two} instead of {one}: one of them twice, the other not at all",
            {one: 0, two: 2},
        )
        for one in WEIGHTS
        for two in WEIGHTS
        if one != two
    ),
    *(
        in_loss(
            f"{one}-for-{two}".lower(),
            parts_with(one, of=MOST),
            f"regularises the biases {one} instead of the weights {two}",
            {one: 1, two: 0},
        )
        for one, two in zip(BIASES, WEIGHTS, strict=True)
    ),
    in_loss("with-biases", MODELS, "regularises the biases too; only the weights should be", BIASES),
    in_loss("halved", ("two_layer_net",), "has only half of the regularisation", dict.fromkeys(WEIGHTS, 0.5)),
    in_loss("biases-only", MODELS, "regularises the biases instead of the weights", ALL | BIASES),
)

GRADIENTS = (
    *(
        in_gradients(
            f"without-{one.lower()}", layered(one), f"The gradient of {one} leaves out the regularisation", {one: 0}
        )
        for one in WEIGHTS
    ),
    *(
        in_gradients(
            f"without-{one}-and-{two}".lower(),
            THREE,
            f"The gradients of {one} and {two} leave out the regularisation",
            {one: 0, two: 0},
        )
        for one, two in combinations(WEIGHTS, 2)
    ),
    *(
        in_gradients(
            f"twice-{one.lower()}",
            parts_with(one, of=MOST),
            f"The gradient of {one} has its regularisation twice",
            {one: 2},
        )
        for one in WEIGHTS
    ),
    in_gradients(
        "halved",
        MODELS[:-2],
        "The gradient of the regularisation is half of what it should be",
        dict.fromkeys(WEIGHTS, 0.5),
    ),
    in_gradients(
        "negative", MOST, "The gradient of the regularisation has the wrong sign", dict.fromkeys(WEIGHTS, -1.0)
    ),
    in_gradients(
        "with-biases", MODELS, "The gradients of the biases have a regularisation; they should have none", BIASES
    ),
    in_gradients("biases-only", MODELS, "The gradients regularise the biases instead of the weights", ALL | BIASES),
)


# After the others: where only the loss or only the gradients are explained, the narrower sentence comes first.
LEFT_OUT = tuple(
    mistake(
        f"{name.lower()}-not-regularised",
        parts=(*parts_with(name), "modular_two_layer_net", "fully_connected_net"),
        sentence=f"{name} is left out of the regularisation.",
        hint="The regularisation sums over the weights of every layer.",
        about=about("loss", [name]) | about("gradient", [name]),
    )(covering({name: 0}, {name: 0}))
    for name in WEIGHTS
)


def changed(
    loss: Callable[[Call, Any], Any], gradient: Callable[[Call, Any], Any]
) -> Callable[[Any], Mapping[str, Any]]:
    """A variant with other terms for each weight: ``loss(call, W)`` and ``gradient(call, W)``; None leaves it right."""

    def change(call: Call) -> Any:
        value, grads = call.right(call.reg)
        grads = dict(grads)
        for name, W in call.params.items():
            if name.startswith("W"):
                value = value + loss(call, W) - right_loss(call, W)
                grads[name] = grads[name] + gradient(call, W) - right_gradient(call, W)
        return value, grads

    return lambda ref: networks(ref, change)


def right_loss(call: Call, W: Any) -> Any:
    """The term of one weight array in the loss."""
    return call.factor * call.reg * np.sum(W**2)


def right_gradient(call: Call, W: Any) -> Any:
    """Its gradient."""
    return 2 * call.factor * call.reg * W


OTHERWISE = (
    mistake(
        "reg-gradient-sums-weights",
        parts=MODELS,
        about=about("gradient"),
        sentence="The gradient of the regularisation is made from the sum of the weights: one number for all.",
        hint="It has the shape of W: each weight has its own derivative.",
    )(changed(right_loss, lambda call, W: 2 * call.factor * call.reg * np.sum(W))),
    mistake(
        "reg-gradient-squares",
        parts=MOST,
        about=about("gradient"),
        sentence="The gradient of the regularisation is made of the squares of the weights.",
        hint="Differentiate the square.",
    )(changed(right_loss, lambda call, W: 2 * call.factor * call.reg * W**2)),
    mistake(
        "reg-loss-not-squared",
        parts=MOST,
        about=about("loss"),
        sentence="The loss regularises the sum of the weights, not of their squares.",
        hint="A negative weight costs as much as a positive one.",
    )(changed(lambda call, W: call.factor * call.reg * np.sum(W), right_gradient)),
    mistake(
        "reg-loss-norm",
        parts=MOST,
        about=about("loss"),
        sentence="The loss regularises the norm of the weights, not the sum of their squares.",
        hint="No root is taken.",
    )(changed(lambda call, W: call.factor * call.reg * np.sqrt(np.sum(W**2)), right_gradient)),
    mistake(
        "reg-loss-square-of-sum",
        parts=MOST,
        sentence="The loss regularises the square of the sum of the weights, not the sum of their squares.",
        hint="Which comes first, the square or the sum?",
        about=about("loss"),
    )(changed(lambda call, W: call.factor * call.reg * np.sum(W) ** 2, right_gradient)),
    mistake(
        "reg-loss-subtracted",
        parts=MOST,
        sentence="The loss subtracts the regularisation.",
        hint="Large weights are to cost something.",
        about=about("loss"),
    )(covering(dict.fromkeys(WEIGHTS, -1.0), {})),
    mistake(
        "reg-loss-strength-for-w1-only",
        parts=MOST,
        sentence="In the loss, reg multiplies the squares of W1 only; those of the others enter without it.",
        hint="Check the brackets of the regularisation.",
        about=about("loss"),
    )(
        changed(
            lambda call, W: right_loss(call, W) if W is call.params["W1"] else np.sum(W**2),
            right_gradient,
        )
    ),
    mistake(
        "reg-loss-replaces-the-loss",
        parts=MOST,
        sentence="The loss is the regularisation alone: it is assigned, not added.",
        hint="Where is the loss of the samples, at the end?",
        about=about("loss"),
    )(lambda ref: networks(ref, lambda call: (call.right(call.reg)[0] - call.right(0.0)[0], call.grads))),
    mistake(
        "reg-loss-averaged",
        parts=MOST,
        about=about("loss"),
        sentence="The regularisation in the loss is divided by the number of samples.",
        hint="Only the sum over the samples is averaged.",
    )(changed(lambda call, W: right_loss(call, W) / call.samples, right_gradient)),
    mistake(
        "reg-gradient-averaged",
        parts=MOST,
        about=about("gradient"),
        sentence="The regularisation in the gradients is divided by the number of samples.",
        hint="Only what comes from the samples is averaged.",
    )(changed(right_loss, lambda call, W: right_gradient(call, W) / call.samples)),
)
