"""Which parameters the regularisation of a network of any depth covers, where it should be all weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake, pattern
from solutions.mistakes.networks import Call, about, networks

DEEP = ("fully_connected_net",)
BOTH = ("modular_two_layer_net", *DEEP)

Chosen = Callable[[int, int], float]


def weights_of(call: Call) -> list[str]:
    """The names of the weights, first layer first."""
    return sorted(name for name in call.params if name[0] == "W")


def only_regularised(choose: Callable[[list[str]], list[str]]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that regularises the weights that ``choose`` picks of all, in the loss and its gradients."""

    def change(call: Call) -> Any:
        names = weights_of(call)
        left_out = [name for name in names if name not in choose(names)]
        penalty = 0.5 * call.reg * sum(np.sum(call.params[name] ** 2) for name in left_out)
        grads = call.grads
        return call.loss - penalty, grads | {name: grads[name] - call.reg * call.params[name] for name in left_out}

    return lambda ref: networks(ref, change)


HINT = "The regularisation sums over the weights of every layer, in the loss and in the gradients; count your loops."

LAST_LEFT_OUT = mistake(
    "net-last-weights-not-regularised",
    parts=DEEP,
    sentence="The weights of the last layer are left out of the regularisation.",
    hint=HINT,
)(only_regularised(lambda names: names[:-1]))

LAST_ONLY = mistake(
    "net-only-last-weights-regularised",
    parts=DEEP,
    sentence="Only the weights of the last layer are regularised.",
    hint=HINT,
)(only_regularised(lambda names: names[-1:]))

FIRST_ONLY = mistake(
    "net-only-first-weights-regularised",
    parts=DEEP,
    sentence="Only the weights of the first layer are regularised.",
    hint=HINT,
)(only_regularised(lambda names: names[:1]))

NONE_AT_ALL = mistake(
    "net-not-regularised",
    parts=BOTH,
    sentence="Nothing is regularised, neither in the loss nor in the gradients.",
    hint="What does your network do with reg?",
)(only_regularised(lambda names: []))


@mistake(
    "net-last-weights-not-in-penalty",
    parts=DEEP,
    sentence="The loss leaves the weights of the last layer out of the regularisation; the gradients have them.",
    hint=HINT,
)
def last_not_in_penalty(ref: Any) -> Mapping[str, Any]:
    """The penalty without the last weights."""

    def change(call: Call) -> Any:
        return call.loss - 0.5 * call.reg * np.sum(call.params[weights_of(call)[-1]] ** 2), call.grads

    return networks(ref, change)


@mistake(
    "net-scales-penalised",
    parts=DEEP,
    sentence="gamma and beta are regularised too; only the weights should be.",
    hint="Which parameters does the sum of the regularisation run over?",
)
def scales_penalised(ref: Any) -> Mapping[str, Any]:
    """The squares of gamma and beta in the loss, and their gradients."""
    return penalised(ref, ("gamma", "beta"))


@mistake(
    "net-all-penalised",
    parts=DEEP,
    sentence="All parameters are regularised: biases, gammas and betas too; only the weights should be.",
    hint="Which parameters does the sum of the regularisation run over?",
)
def all_penalised(ref: Any) -> Mapping[str, Any]:
    """The squares of all parameters; a net that has no gamma is the case of biases-penalised."""
    return penalised(ref, ("b", "gamma"))


def penalised(ref: Any, starts: tuple[str, ...]) -> Mapping[str, Any]:
    """Regularisation of further parameters, by how their names start."""

    def change(call: Call) -> Any:
        scaled = "gamma1" in call.params
        more = {name: value for name, value in call.params.items() if scaled and name.startswith(starts)}
        penalty = 0.5 * call.reg * sum(np.sum(value**2) for value in more.values())
        return call.loss + penalty, call.grads | {
            name: call.grads[name] + call.reg * value for name, value in more.items()
        }

    return networks(ref, change)


def reg_terms(
    code: str, parts: tuple[str, ...], sentence: str, *, loss: Chosen | None = None, gradient: Chosen | None = None
) -> Mistake:
    """How often each weight array is counted: ``loss(i, L)`` and ``gradient(i, L)`` for i = 1 ... L; else once."""

    def change(call: Call) -> Any:
        names = weights_of(call)
        value, grads = call.loss, dict(call.grads)
        for i, name in enumerate(names, start=1):
            W = call.params[name]
            if loss:
                value = value + (loss(i, len(names)) - 1) * 0.5 * call.reg * np.sum(W**2)
            if gradient:
                grads[name] = grads[name] + (gradient(i, len(names)) - 1) * call.reg * W
        return value, grads

    of = (about("loss") if loss else set()) | (about("gradient") if gradient else set())
    return mistake(code, parts=parts, sentence=sentence, hint=HINT, about=of)(lambda ref: networks(ref, change))


TERMS = (
    reg_terms("net-reg-loss-absent", BOTH, "The loss leaves out the regularisation.", loss=lambda i, L: 0),
    reg_terms(
        "net-reg-loss-every-layer",
        DEEP,
        "The loss adds the whole regularisation once per layer.",
        loss=lambda i, L: L,
    ),
    reg_terms(
        "net-reg-loss-last-only", DEEP, "The loss regularises the last layer only.", loss=lambda i, L: float(i == L)
    ),
    reg_terms(
        "net-reg-loss-first-only", DEEP, "The loss regularises the first layer only.", loss=lambda i, L: float(i == 1)
    ),
    reg_terms(
        "net-reg-gradient-halved",
        BOTH,
        "The gradient of the regularisation is half of what it should be.",
        gradient=lambda i, L: 0.5,
    ),
    reg_terms(
        "net-reg-gradient-negative",
        BOTH,
        "The gradient of the regularisation has the wrong sign.",
        gradient=lambda i, L: -1,
    ),
    reg_terms(
        "net-reg-gradient-not-last",
        DEEP,
        "The gradient of the last weights leaves out the regularisation.",
        gradient=lambda i, L: float(i < L),
    ),
    reg_terms(
        "net-reg-gradient-last-only",
        DEEP,
        "Only the gradient of the last weights has its regularisation.",
        gradient=lambda i, L: float(i == L),
    ),
    reg_terms(
        "net-reg-gradient-not-first",
        DEEP,
        "The gradient of W1 leaves out the regularisation.",
        gradient=lambda i, L: float(i > 1),
    ),
    reg_terms(
        "net-reg-gradient-twice-last",
        DEEP,
        "The gradient of the last weights has its regularisation twice.",
        gradient=lambda i, L: 1 + float(i == L),
    ),
)

REG_CASES = {"regularisation", "three hidden layers, regularisation"}
WITHOUT_REG = (
    pattern(
        "net-right-without-reg",
        parts=DEEP,
        checks=tuple(f"fully_connected_net/{check}" for check in ("plain", "batchnorm", "layernorm")),
        fails=REG_CASES,
        sentence="It is right only where reg is 0: the regularisation is wrong.",
        hint=HINT,
    ),
    pattern(
        "modular-right-without-reg",
        parts=("modular_two_layer_net",),
        checks=("modular_two_layer_net/loss", "modular_two_layer_net/gradients"),
        fails={"regularisation", "more samples than features, regularisation"},
        sentence="It is right only where reg is 0: the regularisation is wrong.",
        hint=HINT,
    ),
    pattern(
        "convnet-right-without-reg",
        parts=("three_layer_convnet",),
        checks=("three_layer_convnet/loss", "three_layer_convnet/gradients"),
        fails={"regularisation", "all of these"},
        sentence="It is right only where reg is 0: the regularisation is wrong.",
        hint=HINT,
    ),
)
