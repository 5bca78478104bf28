"""The two-layer network as a class (CS231n 2019, assignment 1, Q4), on the toy problem and on a hidden network.

The toy problem is the course's own: weights from np.random.seed(0), data from np.random.seed(1). It hides
mistakes, since its biases are zero; so each check has a second network, with biases, other sizes and an
image-like number of features.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.expectations import Array, Arrays, Expectation, Labels, OnlyIf, Otherwise, ShowCurve, Within, matches
from grader.measures import Measured
from grader.spec import GradientOf, Part, integers, normal
from student_template.checks._epochs import (
    BATCHES,
    RATE,
    WEIGHTS,
    Drawn,
    asks_batches,
    different_samples,
    equal_samples,
    first_share,
    steps_of_equal_samples,
)
from student_template.checks._parameters import only_gradients_of, own_names, set_params


class TwoLayerNet:
    """What the template gives of it, for who pastes methods alone."""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params["W1"] = std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        """Scores, or the loss and its gradients."""
        ...

    def train(self, X, y, X_val, y_val, **options):
        """Stochastic gradient descent."""
        ...

    def predict(self, X):
        """The class with the highest score."""
        ...


part = Part(
    "two_layer_net",
    "Two-layer network",
    assignment="two_layer_net",
    starter="neural_net",
    needs=("TwoLayerNet",),
    frames=(TwoLayerNet,),
)

REG = 5e-6  # of the toy training


def toy(rng: np.random.Generator) -> dict[str, Array]:
    """The course's toy problem: a 4-10-3 network and five samples."""
    weights, data = np.random.RandomState(0), np.random.RandomState(1)
    return {
        "W1": 0.1 * weights.randn(4, 10),
        "b1": np.zeros(10),
        "W2": 0.1 * weights.randn(10, 3),
        "b2": np.zeros(3),
        "X": 10 * data.randn(5, 4),
    }


def toy_labelled(rng: np.random.Generator) -> dict[str, Array]:
    """The toy problem with its labels and the course's regularisation."""
    return {**toy(rng), "y": np.array([0, 1, 2, 2, 1]), "reg": np.array(0.05)}


SECOND = {
    "W1": normal(12, 7, scale=0.5),
    "b1": normal(7),
    "W2": normal(7, 5, scale=0.5),
    "b2": normal(5),
    "X": normal(9, 12),
}
SECOND_LABELLED = {**SECOND, "y": integers(0, 5, 9), "reg": 0.3}
ONE = {**SECOND, "X": normal(1, 12)}
ONE_LABELLED = {**ONE, "y": integers(0, 5, 1), "reg": 0.0}


def vector(values: Any) -> Array | None:
    """The values as a vector for the report's chart; None if they are no numbers, which costs nothing."""
    try:
        return np.array(values, dtype=float)
    except (TypeError, ValueError):
        return None


def network(code: Any, W1: Array, b1: Array, W2: Array, b2: Array) -> Any:
    """A network of the student's class with the given weights."""
    net = code.TwoLayerNet(W1.shape[0], W1.shape[1], W2.shape[1])
    set_params(net, {"W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return net


@part.check(
    points=2,
    inputs=toy,
    edges={"a network with biases": SECOND, "one sample": ONE},
    edge_points=1,
    expect=[Within("scores", 1e-7, total=True, single=True)],
)
def scores(code: Any, X: Array, **weights: Array) -> dict[str, Any]:
    """Forward pass: the class scores."""
    return {"scores": network(code, **weights).loss(X)}


@part.check(
    points=2,
    inputs=toy_labelled,
    edges={"a network with biases": SECOND_LABELLED, "one sample, reg left out": ONE_LABELLED},
    edge_points=1,
    expect=[Within("loss", 1e-12, single=True)],
)
def loss(code: Any, X: Array, y: Array, reg: float, **weights: Array) -> dict[str, Any]:
    """Softmax loss with regularisation."""
    net = network(code, **weights)
    value, _ = net.loss(X, y, reg=reg) if reg else net.loss(X, y)
    return {"loss": value}


@part.check(
    points=4,
    inputs=toy_labelled,
    edges={"a network with biases": SECOND_LABELLED, "one sample, reg 0": ONE_LABELLED},
    edge_points=2,
    expect=[matches(name, rel=1e-8, single=True) for name in WEIGHTS],
    gradient_of=GradientOf("loss", {name: name for name in WEIGHTS}, output="loss", upstream=None),
    apart=True,
)
def gradients(code: Any, X: Array, y: Array, reg: float, **weights: Array) -> dict[str, Any]:
    """Backward pass: the gradients of all weights and biases."""
    net = network(code, **weights)
    _, grads = net.loss(X, y, reg=reg)
    return only_gradients_of(net, grads, weights)


def toy_training(rng: np.random.Generator) -> dict[str, Array]:
    """The toy problem as the course trains it."""
    task = toy_labelled(rng)
    return {
        **task,
        "X_val": task["X"],
        "y_val": task["y"],
        "reg": np.array(REG),
        "learning_rate": np.array(0.1),
        "learning_rate_decay": np.array(0.95),
        "num_iters": np.array(100),
    }


def twin_training(rng: np.random.Generator) -> dict[str, Array]:
    """The toy problem in disguise: features, hidden units and classes shuffled, features mirrored.

    Training it takes exactly the toy problem's course, so every seed is as easy as the toy. Its validation
    data is something else, so that training on that does not help.
    """
    task = toy_training(rng)
    features, hidden, classes = (rng.permutation(n) for n in (4, 10, 3))
    mirror = rng.choice([-1.0, 1.0], 4)
    return {
        **task,
        "X_val": rng.normal(size=(3, 4)),
        "y_val": rng.integers(0, 3, 3),
        "X": (task["X"] * mirror)[:, features],
        "y": np.argsort(classes)[task["y"]],
        "W1": (task["W1"] * mirror[:, None])[features][:, hidden],
        "W2": task["W2"][hidden][:, classes],
    }


# A single sample makes every batch the same, whatever is drawn: then the steps themselves can be compared.
FEW_STEPS = {
    "W1": normal(4, 10, scale=0.5),
    "b1": normal(10),
    "W2": normal(10, 3, scale=0.5),
    "b2": normal(3),
    "X": normal(1, 4),
    "y": integers(0, 3, 1),
    "X_val": normal(3, 4),
    "y_val": integers(0, 3, 3),
    "reg": 0.3,
    "learning_rate": 0.03,
    "learning_rate_decay": 1.0,
    "num_iters": 5,
}


def few(inputs: Arrays) -> bool:
    """Whether a case is about the steps and not about where they lead."""
    return len(inputs["X"]) == 1


SUMS = tuple(f"sum_{name}" for name in WEIGHTS)


def noting(
    net: Any, names: Mapping[str, str], sums: dict[str, Array], X: Array, y: Array, reg: float, decay: float
) -> list[int]:
    """Have the net sum up the gradients that its loss gives to its training: as they are, and times decay**step.

    What is no step on samples of X with their labels, with that regularisation, spoils the sums. The list counts.
    """
    given, steps, signature = net.loss, [0], None

    def add(answer: Any, asked: Mapping[str, Any]) -> None:
        known = (np.asarray(asked["X"])[:, None] == X).all(axis=2) & (np.asarray(asked["y"])[:, None] == y)
        right = known.any(axis=1).all() and np.isclose(asked.get("reg", 0.0), reg)
        for name in WEIGHTS:
            total = sums[f"sum_{name}"]
            gradient = np.asarray(answer[1][names[name]], dtype=float).reshape(total.shape[1:])
            total += np.stack([gradient, decay ** steps[0] * gradient]) if right else np.nan
        steps[0] += 1

    def loss(*arguments: Any, **options: Any) -> Any:
        nonlocal signature
        answer = given(*arguments, **options)
        signature = signature or inspect.signature(given)
        asked = signature.bind(*arguments, **options).arguments
        if asked.get("y") is not None:
            with contextlib.suppress(Exception):  # what cannot be noted is no step
                add(answer, asked)
        return answer

    net.loss = loss
    return steps


def off_own_way(got: Arrays, inputs: Arrays) -> float:
    """How far the weights are from where the student's own gradients lead, relative to their way.

    The rate decays at each iteration, as these problems have one an epoch, or never.
    """
    ways = []
    for kind in (0, 1):
        off = []
        for name in WEIGHTS:
            way = got[name] - inputs[name]
            led = float(inputs["learning_rate"]) * got[f"sum_{name}"][kind].reshape(way.shape)
            off.append(np.max(np.abs(way + led)) / np.max(np.abs(way)))
        ways.append(np.max(off))
    return float(np.min(ways)) if np.all(np.isfinite(ways)) else float("inf")


def or_own_way(expectation: Expectation) -> Otherwise:
    """The same; or all weights are where the student's own gradients lead, which are judged elsewhere."""
    return Otherwise(expectation, (*WEIGHTS, *SUMS), off_own_way, 1e-4, "the weights are where your own gradients lead")


TOY_LOSS = or_own_way(
    Measured("loss", 0.02, "training loss of the returned weights", WEIGHTS, "final_loss", "own_loss", "your loss")
)


def learns(inputs: Arrays) -> bool:
    """Whether a case is about where training leads."""
    return not few(inputs) and not steps_of_equal_samples(inputs) and not asks_batches(inputs)


TRAININGS = {
    "the same problem in disguise": twin_training,
    "five steps on one sample": FEW_STEPS,
    "epochs of four steps": equal_samples,
    "samples that differ": different_samples,
}
STEPS = [OnlyIf(few, or_own_way(matches(name, rel=1e-6, single=True))) for name in WEIGHTS]
TRAINED: list[Expectation] = [
    OnlyIf(learns, TOY_LOSS),
    *STEPS,
    RATE,
    *BATCHES,
    ShowCurve("loss_history", 0.02),
]


@part.check(
    points=2,
    inputs=toy_training,
    anew=twin_training,
    edges=TRAININGS,
    edge_points=1,
    expect=TRAINED,
    builds_on=("loss", "gradients"),
)
def training(code: Any, X: Array, y: Array, **task: Any) -> dict[str, Any]:
    """Training brings the toy loss below 0.02; the rate decays once an epoch or not at all."""
    return all_of_training(code, X, y, **task)


def all_of_training(code: Any, X: Array, y: Array, **task: Any) -> dict[str, Any]:
    """What training gives, and what is needed to judge it: more for some problems, told by their number of samples."""
    if len(X) == 8:
        return batches_of(code, X, y, **task)
    trained = trained_for(code, X, y, **task)
    if len(X) != 12:
        return trained
    first = trained_for(code, X, y, **{**task, "num_iters": 1})
    steps = {**trained, **{f"first_{name}": first[name] for name in WEIGHTS}}
    steps |= {f"slope_{name}": first[f"sum_{name}"][0] for name in WEIGHTS}
    start = {name: task[name] for name in WEIGHTS}
    before = figure(lambda: network(code, **start).loss(X, y, reg=task["reg"])[0])
    return {**steps, "own_share": first_share({**steps, "own_start": before}, start)}


def trained_for(
    code: Any, X: Array, y: Array, X_val: Array, y_val: Array, reg: float, learning_rate_decay: float, **task: Any
) -> dict[str, Any]:
    """The weights after training, the history of the loss, and what the net itself says of both."""
    np.random.seed(0)
    net = code.TwoLayerNet(4, 10, 3, std=1e-1)
    start = {name: task.pop(name) for name in WEIGHTS}
    set_params(net, start)
    names = own_names(net.params, start)
    options = {**task, "reg": reg, "learning_rate_decay": learning_rate_decay, "verbose": False}
    sums = {f"sum_{name}": np.zeros((2, *value.shape)) for name, value in start.items()}
    steps = noting(net, names, sums, X, y, reg, learning_rate_decay)
    history = net.train(X, y, X_val, y_val, **options)
    sums = {name: value.copy() if steps[0] == task["num_iters"] else value * np.nan for name, value in sums.items()}
    losses = history.get("loss_history") if isinstance(history, dict) else None
    trained = {name: net.params[names[name]] for name in WEIGHTS}
    own_loss = figure(lambda: net.loss(X, y, reg=reg)[0])
    return {**trained, **sums, "loss_history": vector(losses), "own_loss": own_loss}


def batches_of(code: Any, X: Array, y: Array, X_val: Array, y_val: Array, reg: float, **task: Any) -> dict[str, Any]:
    """What the batches of a training hold."""
    net = network(code, **{name: task.pop(name) for name in WEIGHTS})
    drawn = Drawn(net, X, y, reg)
    net.train(X, y, X_val, y_val, reg=reg, **task)
    return drawn.figures()


def figure(measure: Any) -> float:
    """What a function of the student's says; NaN if it raises, for it is not what is asked here."""
    try:
        return float(measure())
    except Exception:
        return float("nan")


@part.check(
    points=2,
    inputs={**SECOND, "X": normal(40, 12)},
    edges={"other data": {**SECOND, "X": normal(25, 12, scale=3)}},
    edge_points=1,
    expect=[Labels("labels")],
    independent=True,
)
def predict(code: Any, X: Array, **weights: Array) -> dict[str, Any]:
    """Prediction: the class with the highest score."""
    return {"labels": network(code, **weights).predict(X)}
