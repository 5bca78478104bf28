"""The two-layer network on CIFAR-10 (CS231n 2019, assignment 1, Q4): the course's default training, a tuned network.

What comes back are weights; the grader classifies with them. The images reach the student's process as bytes and
their mean as it is, so that a mistake in the student's own preprocessing costs its own check only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.course.reference import measure_of
from grader.expectations import GATE, Array, Arrays, Values, Verdict, gate, plain, shapes
from grader.measures import Measured, own_figure
from grader.spec import FromVariable, Part
from student_template.checks.two_layer_net import figure

if TYPE_CHECKING:
    from student_template.data_sets.cifar10 import Cifar10

part = Part(
    "cifar10_training",
    "Training on CIFAR-10",
    assignment="cifar10",
    order=2,
    needs=("TwoLayerNet", "train_best_net"),
    # the course's own notebook keeps the network in a variable
    variables=(FromVariable("train_best_net", "best_net", ("X_train", "y_train", "X_val", "y_val")),),
)

WEIGHTS = ("W1", "b1", "W2", "b2")
HIDDEN, CLASSES = 50, 10
BATCH = 200
START = tuple(f"{name}_start" for name in WEIGHTS)


def rows(data: Cifar10, start: int, count: int) -> Arrays:
    """Some of the training images as rows of bytes (count, 3072), and their labels."""
    chosen = slice(start, start + count)
    return {"X": data.X_train[chosen].reshape(count, -1), "y": data.y_train[chosen]}


def task(data: Cifar10, train: int, val: int) -> dict[str, Array]:
    """The first ``train`` images to train on, the ``val`` next ones to validate."""
    first, second = rows(data, 0, train), rows(data, train, val)
    return {
        "X": first["X"],
        "y": first["y"],
        "X_val": second["X"],
        "y_val": second["y"],
        "mean_image": data.mean_image,
    }


def default_task(rng: np.random.Generator, data: Cifar10) -> dict[str, Any]:
    """The course's: 49000 images to train on, 1000 iterations; of fewer images the same number of epochs."""
    train, val, _ = data.sizes
    return {
        **task(data, train, val),
        "num_iters": max(100, train // 49),
        "batch_size": BATCH,
        "learning_rate": 1e-4,
        "learning_rate_decay": 0.95,
        "reg": 0.25,
    }


def held_out(data: Cifar10) -> dict[str, Array]:
    """The course's validation and test images, as the network sees them."""
    train, val, test = data.sizes
    found = rows(data, train, val)
    return {
        "X_val": found["X"] - data.mean_image,
        "y_val": found["y"],
        "X_test": data.X_test[:test].reshape(test, -1) - data.mean_image,
        "y_test": data.y_test[:test],
    }


def default_truth(data: Cifar10) -> dict[str, Array]:
    """What to measure on, and the shapes of the weights before training."""
    D = len(data.mean_image)
    sizes = ((D, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,))
    return {**held_out(data), **{name: np.zeros(size) for name, size in zip(START, sizes, strict=True)}}


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The returned weights classify more than ``above`` of the validation images rightly; any number of hidden units.

    The images are the answer's, which the student's process never holds: X_val, y_val and, reported only, X_test,
    y_test. ``measured`` is the share of wrong ones, and ``limit`` the largest that passes. In a self-check the share
    is what the student's own predict gives for the images that validate in training.
    """

    name: str
    above: float

    @property
    def limit(self) -> float:
        """The share of wrong ones that is too large."""
        return round(1.0 - self.above, 6)

    def judge(self, got: Values, want: Arrays, inputs: Arrays, public: bool) -> Verdict:
        """Gate the weights, then classify."""
        refusal = self._refusal(got, want)
        if refusal:
            return refusal
        accuracy = None if public else measure_of("two_layer_accuracy")
        if accuracy is None:
            share, more = own_figure(got, "own_accuracy"), "(by your own predict)"
            if share is None:
                sentence = "The validation accuracy is not known: your own predict gave no labels for the images."
                return Verdict(False, None, sentence, rule=GATE)
        else:
            weights = {name: plain(got[name]) for name in WEIGHTS}
            with np.errstate(all="ignore"):  # wild weights overflow
                share, test = (accuracy(weights, want[f"X_{name}"], want[f"y_{name}"]) for name in ("val", "test"))
            more = f"(test accuracy {test:.3f})"
        if share > self.above:
            return Verdict(True, 1.0 - share, f"validation accuracy {share:.3f}, above {self.above:g} {more}")
        sentence = f"The validation accuracy {share:.3f} {more} is too low; it must be above {self.above:g}."
        return Verdict(False, 1.0 - share, sentence)

    def _refusal(self, got: Values, want: Arrays) -> Verdict | None:
        first = got.get("W1")
        D, C = want["X_val"].shape[1], 10
        if not isinstance(first, np.ndarray) or first.ndim != 2:
            kind = f"an array of shape {first.shape}" if isinstance(first, np.ndarray) else getattr(first, "kind", "")
            sentence = f"W1 is {kind or 'missing'}; expected one of shape ({D}, hidden units)."
            return Verdict(False, None, sentence, rule=GATE)
        H = first.shape[1]
        for name, shape in zip(WEIGHTS, ((D, H), (H,), (H, C), (C,)), strict=True):
            right = np.broadcast_to(0.0, shape)
            refusal = gate(name, got, right)
            if refusal:
                return Verdict(False, None, refusal, partial(shapes, name, got, right), GATE)
        return None


@part.data_check(
    points=4,
    inputs=default_task,
    # The course's 1000 iterations reach about 0.29 (0.287 seen); untrained, or with wrong signs, it is about 0.1.
    expect=[
        Accuracy("accuracy", 0.25),
        Measured(
            "first_loss",
            0.01,
            "distance of the first loss from ln 10",
            START,
            "first_loss",
            "own_first",
            "your own loss",
        ),
    ],
    seconds=300,
    truth=default_truth,
)
def default_training(
    code: Any, X: Array, y: Array, X_val: Array, y_val: Array, mean_image: Array, reg: float, **options: Any
) -> dict[str, Any]:
    """Default training: the first loss is about ln 10, and the validation accuracy comes to about 0.29."""
    net = code.TwoLayerNet(X.shape[1], HIDDEN, CLASSES)
    untrained = {start: np.array(net.params[name]) for name, start in zip(WEIGHTS, START, strict=True)}
    first = figure(lambda: net.loss(X[:BATCH] - mean_image, y[:BATCH], reg=reg)[0])
    net.train(X - mean_image, y, X_val - mean_image, y_val, reg=reg, **options)
    trained = {name: net.params[name] for name in WEIGHTS}
    own = figure(lambda: np.mean(net.predict(X_val - mean_image) == y_val))
    return {**untrained, **trained, "own_first": abs(first - math.log(CLASSES)), "own_accuracy": own}


def best_task(rng: np.random.Generator, data: Cifar10) -> dict[str, Any]:
    """The last training images validate here: those that the grader measures on are not handed out."""
    train, val, _ = data.sizes
    return task(data, train - val, val)


@part.data_check(
    points=6,
    inputs=best_task,
    expect=[Accuracy("accuracy", 0.48)],
    seconds=900,
    truth=held_out,
    asks=("train_best_net", "best_net"),
)
def best_net(code: Any, X: Array, y: Array, X_val: Array, y_val: Array, mean_image: Array) -> dict[str, Any]:
    """Tuned network: the validation accuracy is above 0.48."""
    params = code.train_best_net(X - mean_image, y, X_val - mean_image, y_val)
    params = getattr(params, "params", params)  # a network will do, too
    found = {name: params[name] for name in WEIGHTS}
    own = figure(lambda: np.mean(classifier(code, found).predict(X_val - mean_image) == y_val))
    return {**found, "own_accuracy": own}


def classifier(code: Any, weights: dict[str, Array]) -> Any:
    """A network of the student's with these weights."""
    net = code.TwoLayerNet(*weights["W1"].shape, len(weights["b2"]))
    net.params.update(weights)
    return net
