"""Fully connected networks of any depth, with batch or layer normalisation and dropout (CS231n 2016 and later).

The signature of the class differs by edition, so scenarios ask it: see ``build``.
"""

from __future__ import annotations

import contextlib
import inspect
from itertools import pairwise
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, Expectation, OnlyIf, matches
from grader.spec import Part, integers, normal
from student_template.checks._parameters import gradients_of, set_params

part = Part(
    "fully_connected_net",
    "Fully connected network",
    assignment="fully_connected_nets",
    order=2,
    starter="fc_net",
    needs=("FullyConnectedNet",),
    reference={"TwoLayerNet": "ModularTwoLayerNet"},  # known mistakes change both classes
)

COURSES = 1e-2  # its gradients are numerical ones, of the student's own loss: what a slip of eps changes adds up
SEED = 123
SEEDS = (SEED, 7, 2023)  # by chance, one seed may drop only what is 0 anyway
STEP = 1e-6


def network(*hidden: int, reg: float, norm: bool = False) -> dict[str, Any]:
    """Samples, labels and parameters: biases, gammas and betas that are not those of a fresh net."""
    N, D, C = 6, 4, 3
    sizes = [D, *hidden, C]
    case: dict[str, Any] = {"X": normal(N, D), "y": integers(0, C, N), "reg": reg}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        case |= {f"W{layer}": normal(inputs, outputs, scale=inputs**-0.5), f"b{layer}": normal(outputs, scale=0.5)}
        if norm and layer <= len(hidden):
            case |= {f"gamma{layer}": normal(outputs, shift=1.0, scale=0.2), f"beta{layer}": normal(outputs, scale=0.3)}
    return case


def edge_cases(norm: bool = False) -> dict[str, Any]:
    """With regularisation, one layer more, and layers whose parameters could be mistaken for each other's."""
    return {
        "regularisation": network(6, 4, reg=0.4, norm=norm),
        "three hidden layers": network(4, 6, 5, reg=0.0, norm=norm),
        "three hidden layers, regularisation": network(4, 6, 5, reg=0.8, norm=norm),
        "layers of one size": network(4, 4, reg=0.0, norm=norm),  # here what one layer has fits another
        "scores alone": network(6, 4, reg=0.0, norm=norm) | {"alone": True},
    }


def build(
    code: Any, params: dict[str, Array], reg: float = 0.0, norm: str = "", keep: float = 1.0, seed: int = SEED
) -> Any:
    """A network of the student's class with the given parameters, by the signature of its edition.

    2016-2017: dropout=0 is the probability to drop, and use_batchnorm; 2018-2020: dropout=1 is the probability to
    keep, and normalization; from 2021 on it is called dropout_keep_ratio.
    """
    biases = [params[f"b{layer}"] for layer in range(1, 1 + sum(name[0] == "W" for name in params))]
    *hidden, classes = map(len, biases)
    accepted = inspect.signature(code.FullyConnectedNet).parameters
    options: dict[str, Any] = {}
    if norm and "normalization" in accepted:
        options["normalization"] = norm
    elif norm == "batchnorm":
        options["use_batchnorm"] = True
    elif norm:
        getattr(code, "The layer normalisation of FullyConnectedNet")  # says that it is missing
    if "dropout_keep_ratio" in accepted:
        options["dropout_keep_ratio"] = keep
    elif "dropout" in accepted:
        options["dropout"] = keep if accepted["dropout"].default == 1 else 1 - keep
    sizes = {"input_dim": len(params["W1"]), "num_classes": classes}
    net = code.FullyConnectedNet(hidden, **sizes, **options, reg=reg, dtype=np.float64, seed=seed)
    if not net.params:  # as in the course's stub, which raises nothing
        getattr(code, "The body of FullyConnectedNet.__init__")
    if norm and len(net.params) <= 2 * len(biases):  # nothing beside weights and biases
        getattr(code, f"The {norm[:5]} normalisation of FullyConnectedNet")
    set_params(net, params)
    return net


def flat(arrays: list[Any]) -> Any:
    """All arrays as one, in their order, so that a row (1, M) counts as (M,); else the first that is no array."""
    odd = [value for value in arrays if not isinstance(value, np.ndarray)]
    if odd:
        return odd[0]
    return np.concatenate([value.ravel() for value in arrays])


def trained(code: Any, net: Any, X: Array, y: Array, params: dict[str, Array]) -> Any:
    """The loss, and the gradients by the parameters' names."""
    both = net.loss(X, y)
    if both is None or not both[1]:
        getattr(code, "The body of FullyConnectedNet.loss")
    loss, grads = both
    return loss, gradients_of(net, grads, params)


def play(
    code: Any, X: Array, y: Array, reg: float, params: dict[str, Array], norm: str = "", alone: bool = False
) -> dict[str, Any]:
    """Loss and gradients of the third of three equal calls, then the scores in test mode.

    The gradients of all biases are one array, in the order of the layers; so are those of gamma and those of beta.
    Where the scores are ``alone``, training need not come to its end: only its running statistics count.
    """
    net = build(code, params, reg, norm)
    if alone:
        for _ in range(3):
            with contextlib.suppress(Exception):
                net.loss(X, y)
        return {"scores": net.loss(X)}
    loss, grads = [trained(code, net, X, y, params) for _ in range(3)][-1]
    weights = {name: value for name, value in grads.items() if name[0] == "W"}
    kinds = {"biases": "b", "gammas": "gamma", "betas": "beta"} if norm else {"biases": "b"}
    rest = {
        kind: flat([value for name, value in grads.items() if name.rstrip("1234") == start])
        for kind, start in kinds.items()
    }
    return {"loss": loss, **weights, **rest, "scores": net.loss(X)}


def expected(*, norm: bool, floor: float = 0.0) -> list[Expectation]:
    """The loss, the gradients of the parameters that there are, and the scores of test mode."""
    found: list[Expectation] = [matches("loss", rel=1e-10, single=True)]
    found += [matches(name, single=True) for name in ("W1", "W2", "W3")]
    found.append(OnlyIf(lambda inputs: "W4" in inputs, matches("W4", single=True)))
    found.append(matches("biases", floor=floor, single=True))
    found += [matches(name, single=True) for name in ("gammas", "betas") if norm]
    return [*(OnlyIf(lambda inputs: "alone" not in inputs, item) for item in found), matches("scores", single=True)]


@part.check(
    points=1,
    inputs=network(6, 4, reg=0.0),
    edges=edge_cases() | {"image-shaped samples": network(6, 4, reg=0.0) | {"X": normal(6, 1, 2, 2), "alone": True}},
    edge_points=3,
    expect=expected(norm=False),
    apart=True,
)
def plain(code: Any, X: Array, y: Array, reg: float, alone: bool = False, **params: Array) -> dict[str, Any]:
    """Without normalisation and dropout: loss, gradients and scores."""
    return play(code, X, y, reg, params, alone=alone)


@part.check(
    points=1,
    inputs=network(6, 4, reg=0.0, norm=True),
    edges=edge_cases(norm=True),
    edge_points=3,
    # A bias before batch normalisation changes nothing: its gradient is zero but for rounding.
    expect=expected(norm=True, floor=1e-12),
    independent=True,  # each normalisation has branches of its own
    own=COURSES,
    apart=True,
)
def batchnorm(code: Any, X: Array, y: Array, reg: float, alone: bool = False, **params: Array) -> dict[str, Any]:
    """With batch normalisation: loss and gradients in training, scores in test mode."""
    return play(code, X, y, reg, params, "batchnorm", alone)


@part.check(
    points=1,
    inputs=network(6, 4, reg=0.0, norm=True),
    edges=edge_cases(norm=True),
    edge_points=3,
    expect=expected(norm=True),
    independent=True,
    own=COURSES,
    apart=True,
)
def layernorm(code: Any, X: Array, y: Array, reg: float, alone: bool = False, **params: Array) -> dict[str, Any]:
    """With layer normalisation: loss, gradients and scores."""
    return play(code, X, y, reg, params, "layernorm", alone)


def with_dropout(*hidden: int, keep: float) -> dict[str, Any]:
    """A net with three directions, each an array as long as all parameters together."""
    case = network(*hidden, reg=0.0)
    sizes = [4, *hidden, 3]
    count = sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
    return {**case, "keep": keep, "directions": normal(3, count)}


def nothing_dropped(inputs: Arrays) -> bool:
    """Whether the case is that of a net without dropout."""
    return float(inputs["keep"]) == 1


def tests(inputs: Arrays) -> bool:
    """Whether the case is one of the test mode."""
    return "test_mode" in inputs


def between_seeds(got: Arrays, inputs: Arrays) -> float:
    """How far the scores of two seeds are from each other, relative to the largest."""
    one, other = got["scores"]
    return float(np.max(np.abs(one - other)) / np.max(np.abs(got["scores"])))


def slope_error(got: Arrays, inputs: Arrays) -> float:
    """How far the gradients are from the slopes of the net's own loss, relative to both.

    The second largest of three directions: a step over the kink of some ReLU, which is rare, would spoil one.
    """
    grads = got["gradients"]
    slopes = (got["losses"][:, 0] - got["losses"][:, 1]) / (2 * STEP)
    errors = np.abs(inputs["directions"] @ grads - slopes) / (np.linalg.norm(grads) + np.abs(slopes) + 1e-12)
    return float(np.sort(errors)[1])


def drops(inputs: Arrays) -> bool:
    """Whether a net is trained with dropout in the case."""
    return not nothing_dropped(inputs)


def idle(got: Arrays, inputs: Arrays) -> float:
    """With how many seeds the training loss is the one without dropout."""
    return float(np.count_nonzero(np.abs(got["effects"]) <= 1e-12))


def moved(params: dict[str, Array], step: Array) -> dict[str, Array]:
    """The parameters after a step, given as one array."""
    ends = np.cumsum([value.size for value in params.values()])
    pieces = zip(params.items(), np.split(step, ends[:-1]), strict=True)
    return {name: value + piece.reshape(value.shape) for (name, value), piece in pieces}


@part.check(
    points=1,
    inputs=with_dropout(6, 4, keep=0.75),
    edges={
        "three hidden layers": with_dropout(4, 6, 5, keep=0.5),
        "no dropout": with_dropout(6, 4, keep=1.0),
        "test mode": with_dropout(6, 4, keep=0.5) | {"test_mode": True},
    },
    edge_points=1,
    expect=[
        OnlyIf(
            lambda inputs: not tests(inputs),
            Below(
                "losses",
                1e-5,
                "distance of the gradients from the slopes of the loss",
                ("losses", "gradients"),
                slope_error,
            ),
        ),
        OnlyIf(
            tests, Below("seeds", 1e-6, "relative difference of the scores of two seeds", ("scores",), between_seeds)
        ),
        OnlyIf(nothing_dropped, matches("loss", rel=1e-10, single=True)),
        OnlyIf(nothing_dropped, matches("gradients", single=True)),
        # What is consistent need not be the net: without dropout it is, and a constant has a gradient, too.
        OnlyIf(lambda inputs: not tests(inputs), matches("without", single=True)),
        OnlyIf(tests, matches("scores", single=True)),
        OnlyIf(
            drops,
            Below(
                "effects", len(SEEDS), "number of seeds with which dropout leaves the loss as it is", ("effects",), idle
            ),
        ),
    ],
)
def dropout(
    code: Any, X: Array, y: Array, reg: float, keep: float, directions: Array, test_mode: bool = False, **params: Array
) -> dict[str, Any]:
    """With dropout of a fixed seed: the gradients are those of the loss; without dropout both are the plain net's."""

    def called(values: dict[str, Array], keep: float, seed: int = SEED) -> Any:
        return trained(code, build(code, values, reg, keep=keep, seed=seed), X, y, values)

    plain_loss, plain_grads = called(params, 1.0)
    effects = [called(params, keep, seed)[0] - plain_loss for seed in SEEDS] if keep != 1 else [0.0]
    if test_mode:  # after training, as its last call leaves it; whatever is dropped then depends on the seed
        nets = [build(code, params, reg, keep=keep, seed=seed) for seed in (SEED, SEED + 1)]
        for net in nets:
            trained(code, net, X, y, params)
        return {"scores": np.array([net.loss(X) for net in nets]), "effects": np.ravel(effects)}
    loss, grads = called(params, keep)
    losses = [[called(moved(params, h * d), keep)[0] for h in (STEP, -STEP)] for d in directions]
    return {
        "losses": np.array(losses).reshape(len(directions), -1),  # a loss may be an array (1,)
        "loss": loss,
        "gradients": flat(list(grads.values())),
        "without": flat(list(plain_grads.values())),
        "effects": np.ravel(effects),
    }
