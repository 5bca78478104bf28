"""The two-layer network as a class of any edition (CS231n 2016 to 2020, assignment 1).

Editions differ in the factor of the regularisation: both conventions are right here, as long as loss and gradients
use the same. Inputs and scenarios that do not depend on it are those of the part two_layer_net.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from grader.conventions import Convention, Either
from grader.expectations import Array, Arrays, Labels, NoteAbout, OnlyIf, Within, matches, unchanged
from grader.model import Note
from grader.records import replace
from grader.spec import Part, normal
from student_template.checks import two_layer_net as toy
from student_template.checks._parameters import only_gradients_of
from student_template.checks.two_layer_net import (
    ONE,
    ONE_LABELLED,
    SECOND,
    SECOND_LABELLED,
    WEIGHTS,
    all_of_training,
    figure,
    network,
)

part = Part(
    "two_layer_classifier",
    "Two-layer network",
    assignment="cs231n_2016_a1",
    order=4,
    starter="neural_net",
    needs=("TwoLayerNet",),
    frames=(toy.TwoLayerNet,),
)

WHOLE, HALF = "reg * sum(W**2)", "0.5 * reg * sum(W**2)"


def is_half(got: Arrays, want: Arrays, loss: str = "loss") -> bool | None:
    """Whether the student's loss has the factor 0.5, told by how much it changes from reg / 2 to reg.

    The reference has none: what it gives with reg / 2 is what the other convention gives with reg.
    """
    term, own = (float(of[loss] - of[f"half_{loss}"]) for of in (want, got))
    if not term:
        return False  # there is nothing to regularise
    shares = {False: 1.0, True: 0.5}  # to more than float32 is precise to: what passes as a loss tells
    return next((half for half, share in shares.items() if abs(own / term - share) < 0.01), None)


REGULARISATION = Convention((WHOLE, HALF), "loss", is_half, other="half_")
# the same where another loss is that of the weights that training begins with
OF_STEPS = replace(REGULARISATION, told_by="first", is_other=partial(is_half, loss="first"))


@part.check(
    points=2,
    inputs=toy.toy,
    edges={"a network with biases": SECOND, "one sample": ONE},
    edge_points=1,
    expect=[Within("scores", 1e-7, total=True, single=True), unchanged("X", "X")],
)
def scores(code: Any, X: Array, **weights: Array) -> dict[str, Any]:
    """Forward pass: the class scores."""
    return {"scores": network(code, **weights).loss(X), "X": X}


def convention(penalised: Array, inputs: Arrays) -> Note | None:
    """Say how large the term of the regularisation is, from the losses without and with it."""
    whole = float(inputs["reg"]) * sum(float(np.sum(inputs[name] ** 2)) for name in ("W1", "W2"))
    share = (penalised[1] - penalised[0]) / whole if whole else 0.0
    for factor, formula in ((1.0, WHOLE), (0.5, HALF)):
        if abs(share - factor) < 1e-6:
            return Note("convention", f"The regularisation is {formula}; loss and gradients are judged by that.")
    return None


def overflow(finite: Array, inputs: Arrays) -> Note | None:
    """NoteAbout on a softmax that is computed without a shift."""
    if finite > 0.5:
        return None
    return Note("huge-scores", "With scores of about 1000 the loss is not finite: exp overflows. No marks are lost.")


def finite_if_huge(code: Any, X: Array, y: Array, **weights: Array) -> float:
    """Whether the loss is as finite with scores of about 1000, which a shift by their maximum makes small, as without.

    True as well where it raises or is no number: that is told elsewhere.
    """
    try:
        with np.errstate(all="ignore"):
            usual, huge = (
                network(code, **{**weights, "b2": weights["b2"] + shift}).loss(X, y, reg=0.0)[0]
                for shift in (0.0, 1000.0)
            )
            return float(np.isfinite(huge) or not np.isfinite(usual))
    except Exception:  # it costs nothing here
        return 1.0


@part.check(
    points=2,
    inputs=toy.toy_labelled,
    edges={
        "a network with biases": SECOND_LABELLED,
        "one sample, reg left out": ONE_LABELLED,
    },
    edge_points=1,
    expect=[
        Either(Within("loss", 1e-12, single=True), REGULARISATION),
        NoteAbout("penalised", convention),
        NoteAbout("finite", overflow),
    ],
)
def loss(code: Any, X: Array, y: Array, reg: float, **weights: Array) -> dict[str, Any]:
    """Softmax loss with regularisation, reg or 0.5 * reg times the sum of squares."""

    def at(strength: float) -> Any:
        net = network(code, **weights)
        return (net.loss(X.copy(), y, reg=strength) if reg else net.loss(X.copy(), y))[0]

    whole = at(reg)
    return {
        "loss": whole,
        "half_loss": at(reg / 2),
        "penalised": np.array([at(0.0), whole], dtype=float),
        "finite": finite_if_huge(code, X, y, **weights),
    }


@part.check(
    points=4,
    inputs=toy.toy_labelled,
    edges={
        "a network with biases": SECOND_LABELLED,
        "one sample, reg 0": ONE_LABELLED,
    },
    edge_points=2,
    expect=[Either(matches(name, rel=1e-8, single=True), REGULARISATION) for name in WEIGHTS],
    apart=True,
)
def gradients(code: Any, X: Array, y: Array, reg: float, **weights: Array) -> dict[str, Any]:
    """Backward pass: the gradients of all weights and biases, of the loss that is returned with them."""
    answer: dict[str, Any] = {}
    for before, strength in (("", reg), ("half_", reg / 2)):
        net = network(code, **weights)
        value, grads = net.loss(X.copy(), y, reg=strength)
        found = only_gradients_of(net, grads, weights)
        answer |= {f"{before}loss": value, **{f"{before}{name}": gradient for name, gradient in found.items()}}
    return answer


def in_either(steps: OnlyIf) -> OnlyIf:
    """The same of a case in which the weights follow one of the conventions."""
    return replace(steps, expectation=Either(steps.expectation, OF_STEPS))


def toy_training(rng: np.random.Generator) -> dict[str, Array]:
    """The toy problem without its 5e-6 of regularisation, whose factor differs by edition: it leads as far."""
    return {**toy.toy_training(rng), "reg": np.array(0.0)}


def twin_training(rng: np.random.Generator) -> dict[str, Array]:
    """The same in disguise."""
    return {**toy.twin_training(rng), "reg": np.array(0.0)}


@part.check(
    points=2,
    inputs=toy_training,
    anew=twin_training,
    edges={**toy.TRAININGS, "the same problem in disguise": twin_training},
    edge_points=1,
    expect=[*(one for one in toy.TRAINED if one not in toy.STEPS), *(in_either(one) for one in toy.STEPS)],
    builds_on=("loss", "gradients"),
)
def training(code: Any, X: Array, y: Array, reg: float, **task: Any) -> dict[str, Any]:
    """Training brings the toy loss below 0.02; the rate decays once an epoch or not at all."""
    trained = all_of_training(code, X, y, reg=reg, **task)
    if len(X) > 1:
        return trained
    # Where a few steps with regularisation lead differs by edition.
    start = {name: task[name] for name in WEIGHTS}
    other = all_of_training(code, X, y, reg=reg / 2, **task)
    trained |= {f"half_{name}": other[name] for name in WEIGHTS}
    for before, strength in (("", reg), ("half_", reg / 2)):
        trained[f"{before}first"] = figure(lambda at=strength: network(code, **start).loss(X, y, reg=at)[0])
    return trained


part.check(
    points=2,
    inputs={**SECOND, "X": normal(40, 12)},
    edges={"other data": {**SECOND, "X": normal(25, 12, scale=3)}},
    edge_points=1,
    expect=[Labels("labels")],
    independent=True,
)(toy.predict)
