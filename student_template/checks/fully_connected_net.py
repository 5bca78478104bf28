"""Fully connected networks of any depth, with batch or layer normalisation and dropout (CS231n 2016 and later).

The signature of the class differs by edition, so scenarios ask it: see ``build``.
"""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, Expectation, OnlyIf, matches
from grader.spec import Part, normal
from student_template.checks._deep_nets import SEED, SEEDS, build, first, flat, network, of_a_kind, trained
from student_template.checks._dropping import (
    STEP,
    all_active,
    between_seeds,
    dropped,
    drops,
    idle,
    learns,
    moved,
    nothing_dropped,
    places,
    slope_error,
    tests,
    with_dropout,
)
from student_template.checks.three_layer_convnet import distance

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


def edge_cases(norm: bool = False) -> dict[str, Any]:
    """With regularisation, one layer more, layers whose parameters could be mistaken for each other's, a fresh net."""
    return {
        "regularisation": network(6, 4, reg=0.4, norm=norm),
        "three hidden layers": network(4, 6, 5, reg=0.0, norm=norm),
        "three hidden layers, regularisation": network(4, 6, 5, reg=0.8, norm=norm),
        "layers of one size": network(4, 4, reg=0.0, norm=norm),  # here what one layer has fits another
        "scores alone": network(6, 4, reg=0.0, norm=norm) | {"alone": True},
        "first parameters": network(20, 30, reg=0.0, norm=norm) | {"weight_scale": 0.05},
    }


def play(
    code: Any,
    X: Array,
    y: Array,
    reg: float,
    params: dict[str, Array],
    norm: str = "",
    alone: bool = False,
    weight_scale: float = 0.0,
) -> dict[str, Any]:
    """Loss and gradients of the third of three equal calls, then the scores in test mode; or a net's first parameters.

    Where the scores are ``alone``, training need not come to its end: only its running statistics count.
    """
    if weight_scale:
        return first(code, X, y, params, norm, weight_scale)
    net = build(code, params, reg, norm)
    if alone:
        for _ in range(3):
            with contextlib.suppress(Exception):
                net.loss(X, y)
        return {"scores": net.loss(X)}
    loss, grads = [trained(code, net, X, y, params) for _ in range(3)][-1]
    return {"loss": loss, **of_a_kind(grads, norm), "scores": net.loss(X)}


def fresh(inputs: Arrays) -> bool:
    """Whether a case asks for the first parameters."""
    return "weight_scale" in inputs


def at_first(norm: bool) -> list[Expectation]:
    """The first parameters: the limit of 3.5 fails right weights with a probability of 5e-11 each."""
    weights = [
        Below(
            f"initial_{name}",
            3.5,
            f"distance of the first {name} from the distribution of weight_scale * normal",
            (f"initial_{name}",),
            partial(distance, f"initial_{name}"),
        )
        for name in ("W1", "W2", "W3")
    ]
    others = ["initial_biases", *(["initial_gammas", "initial_betas"] if norm else [])]
    return [OnlyIf(fresh, item) for item in (*weights, *map(matches, others))]


def expected(*, norm: bool, floor: float = 0.0) -> list[Expectation]:
    """The loss, the gradients of the parameters that there are, and the scores of test mode."""
    found: list[Expectation] = [matches("loss", rel=1e-10, single=True)]
    found += [matches(name, single=True) for name in ("W1", "W2", "W3")]
    found.append(OnlyIf(lambda inputs: "W4" in inputs, matches("W4", single=True)))
    found.append(matches("biases", floor=floor, single=True))
    found += [matches(name, single=True) for name in ("gammas", "betas") if norm]
    scores = OnlyIf(lambda inputs: not fresh(inputs), matches("scores", single=True))
    whole = [OnlyIf(lambda inputs: "alone" not in inputs and not fresh(inputs), item) for item in found]
    return [*whole, scores, *at_first(norm)]


@part.check(
    points=1,
    inputs=network(6, 4, reg=0.0),
    edges=edge_cases() | {"image-shaped samples": network(6, 4, reg=0.0) | {"X": normal(6, 1, 2, 2), "alone": True}},
    edge_points=3,
    expect=expected(norm=False),
    apart=True,
)
def plain(
    code: Any, X: Array, y: Array, reg: float, alone: bool = False, weight_scale: float = 0.0, **params: Array
) -> dict[str, Any]:
    """Without normalisation and dropout: loss, gradients and scores."""
    return play(code, X, y, reg, params, "", alone, weight_scale)


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
def batchnorm(
    code: Any, X: Array, y: Array, reg: float, alone: bool = False, weight_scale: float = 0.0, **params: Array
) -> dict[str, Any]:
    """With batch normalisation: loss and gradients in training, scores in test mode."""
    return play(code, X, y, reg, params, "batchnorm", alone, weight_scale)


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
def layernorm(
    code: Any, X: Array, y: Array, reg: float, alone: bool = False, weight_scale: float = 0.0, **params: Array
) -> dict[str, Any]:
    """With layer normalisation: loss, gradients and scores."""
    return play(code, X, y, reg, params, "layernorm", alone, weight_scale)


@part.check(
    points=1,
    inputs=with_dropout(6, 4, keep=0.75),
    edges={
        "three hidden layers": with_dropout(4, 6, 5, keep=0.5),
        "no dropout": with_dropout(6, 4, keep=1.0),
        "test mode": with_dropout(6, 4, keep=0.5) | {"test_mode": True},
        "what is dropped": all_active,
    },
    edge_points=1,
    expect=[
        OnlyIf(
            learns,
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
        OnlyIf(learns, matches("without", single=True)),
        OnlyIf(tests, matches("scores", single=True)),
        OnlyIf(
            drops,
            Below(
                "effects", len(SEEDS), "number of seeds with which dropout leaves the loss as it is", ("effects",), idle
            ),
        ),
        *places(),
    ],
)
def dropout(
    code: Any,
    X: Array,
    y: Array,
    reg: float,
    keep: float,
    directions: Array,
    test_mode: bool = False,
    places: bool = False,
    **params: Array,
) -> dict[str, Any]:
    """With dropout of a fixed seed: the gradients are those of the loss; without dropout both are the plain net's."""

    def called(values: dict[str, Array], keep: float, seed: int = SEED) -> Any:
        return trained(code, build(code, values, reg, keep=keep, seed=seed), X, y, values)

    if places:
        return dropped(code, X, y, keep, params)
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
