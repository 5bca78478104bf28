"""The two-layer network as a class of any edition (CS231n 2016 to 2020, assignment 1).

Editions differ in the factor of the regularisation: both conventions are right here, as long as loss and gradients
use the same. Inputs and scenarios that do not depend on it are those of the part two_layer_net.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.conventions import Convention, Either
from grader.expectations import (
    Array,
    Arrays,
    Labels,
    NoteAbout,
    OnlyIf,
    Otherwise,
    ShowCurve,
    Within,
    matches,
    unchanged,
)
from grader.measures import Measured
from grader.model import Note
from grader.spec import Part, integers, normal
from student_template.checks import two_layer_net as toy
from student_template.checks._parameters import gradients_of
from student_template.checks.two_layer_net import SECOND, SECOND_LABELLED, WEIGHTS, figure, network
from student_template.checks.two_layer_net import training as toy_training

part = Part(
    "two_layer_classifier",
    "Two-layer network",
    assignment="cs231n_2016_a1",
    order=4,
    starter="neural_net",
    needs=("TwoLayerNet",),
    frames=(toy.TwoLayerNet,),
)

MOST_OF_WAY = 0.35  # that the first of nine steps goes
WHOLE, HALF = "reg * sum(W**2)", "0.5 * reg * sum(W**2)"


def is_half(got: Arrays, want: Arrays) -> bool | None:
    """Whether the student's loss has the factor 0.5, told by how much it changes from reg / 2 to reg.

    The reference has none: what it gives with reg / 2 is what the other convention gives with reg.
    """
    term, own = float(want["loss"] - want["half_loss"]), float(got["loss"] - got["half_loss"])
    if not term:
        return False  # there is nothing to regularise
    shares = {False: 1.0, True: 0.5}  # to more than float32 is precise to: what passes as a loss tells
    return next((half for half, share in shares.items() if abs(own / term - share) < 0.01), None)


REGULARISATION = Convention((WHOLE, HALF), "loss", is_half, other="half_")

ONE = {**SECOND, "X": normal(1, 12)}
ONE_LABELLED = {**ONE, "y": integers(0, 5, 1), "reg": 0.0}


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
        found = gradients_of(net, grads, weights)
        answer |= {f"{before}loss": value, **{f"{before}{name}": gradient for name, gradient in found.items()}}
    return answer


def equal_samples(rng: np.random.Generator) -> dict[str, Any]:
    """Twelve samples that are all the same one: whatever a batch of three draws, its gradient is that of all.

    An epoch has four steps, so the rate may be halved after the fourth and eighth of nine, after the first, fifth and
    ninth (as the course has it), or never. The rate is small, which keeps the gradient as it is.
    """
    weights = {
        "W1": rng.normal(scale=0.5, size=(4, 10)),
        "b1": 2 + np.abs(rng.normal(size=10)),  # that all hidden units are dead has a probability of about 1e-17
        "W2": rng.normal(scale=0.5, size=(10, 3)),
        "b2": rng.normal(size=3),
    }
    return {
        **weights,
        "X": np.tile(rng.normal(size=4), (12, 1)),
        "y": np.full(12, rng.integers(3)),
        "X_val": rng.normal(size=(3, 4)),
        "y_val": rng.integers(0, 3, 3),
        "reg": 0.0,
        "learning_rate": 1e-4,
        "learning_rate_decay": 0.5,
        "num_iters": 9,
        "batch_size": 3,
    }


def steps_of_equal_samples(inputs: Arrays) -> bool:
    """Whether a case is about how the rate decays."""
    return len(inputs["X"]) == 12


def first_share(got: Mapping[str, Array], start: Mapping[str, Array]) -> float:
    """The first step's share of the way: 1/4, 1/6.5 or 1/9, but 1/2 if the rate is halved at every step.

    Infinite if the way leads up by the student's own loss, or if some parameters never move.
    """
    if got["own_loss"] >= got["own_start"]:
        return float("inf")
    shares = [
        np.linalg.norm(got[f"first_{name}"] - start[name]) / max(np.linalg.norm(got[name] - start[name]), 1e-300)
        for name in WEIGHTS
    ]
    return float(np.max(shares)) if np.all(np.isfinite(shares)) and min(shares) > 0 else float("inf")


def own_share_of_way(got: Arrays, inputs: Arrays) -> float:
    """The same where the first step goes where the student's own gradients lead; infinite if it does not."""
    shares, off = [], []
    for name in WEIGHTS:
        first, whole = (got[of] - inputs[name] for of in (f"first_{name}", name))
        led = float(inputs["learning_rate"]) * got[f"slope_{name}"]
        off.append(np.max(np.abs(first + led)) / np.max(np.abs(first)))
        shares.append(np.linalg.norm(first) / np.linalg.norm(whole))
    return float(np.max(shares)) if max(off) < 1e-4 else float("inf")


def learns(inputs: Arrays) -> bool:
    """Whether a case is about where training leads."""
    return not toy.few(inputs) and not steps_of_equal_samples(inputs)


@part.check(
    points=2,
    inputs=toy.toy_training,
    anew=toy.twin_training,
    edges={
        "the same problem in disguise": toy.twin_training,
        "five steps on one sample": toy.FEW_STEPS,
        "epochs of four steps": equal_samples,
    },
    edge_points=1,
    expect=[
        OnlyIf(learns, toy.TOY_LOSS),
        *(OnlyIf(toy.few, toy.or_own_way(matches(name, rel=1e-6, single=True))) for name in WEIGHTS),
        OnlyIf(
            steps_of_equal_samples,
            Otherwise(
                Measured(
                    "rate",
                    MOST_OF_WAY,
                    "first step's share of the way that nine steps go while the rate is halved once an epoch",
                    (*WEIGHTS, *(f"first_{name}" for name in WEIGHTS)),
                    "first_share",
                    "own_share",
                    "your loss",
                ),
                tuple(f"{kind}{name}" for kind in ("", "first_", "slope_") for name in WEIGHTS),
                own_share_of_way,
                MOST_OF_WAY,
                "the first step goes where your own gradients lead, and has its share of the way",
            ),
        ),
        ShowCurve("loss_history", 0.02),
    ],
    builds_on=("loss", "gradients"),
)
def training(code: Any, X: Array, y: Array, X_val: Array, y_val: Array, num_iters: int, **task: Any) -> dict[str, Any]:
    """Training brings the toy loss below 0.02; the rate decays once an epoch or not at all."""
    data = {"X": X, "y": y, "X_val": X_val, "y_val": y_val}
    trained = dict(toy_training(code, **data, **task, num_iters=num_iters))
    if len(X) != 12:
        return trained
    first = toy_training(code, **data, **task, num_iters=1)
    steps = {**trained, **{f"first_{name}": first[name] for name in WEIGHTS}}
    steps |= {f"slope_{name}": first[f"sum_{name}"][0] for name in WEIGHTS}
    start = {name: task[name] for name in WEIGHTS}
    before = figure(lambda: network(code, **start).loss(X, y, reg=task["reg"])[0])
    return {**steps, "own_share": first_share({**steps, "own_start": before}, start)}


part.check(
    points=2,
    inputs={**SECOND, "X": normal(40, 12)},
    edges={"other data": {**SECOND, "X": normal(25, 12, scale=3)}},
    edge_points=1,
    expect=[Labels("labels")],
    independent=True,
)(toy.predict)
