"""The trainer of any model (CS231n winter 2015, assignment 2, Q1), judged apart from the network.

It is given a loss function that stands here, least squares on one-hot labels, which notes the model that it is
called with: so the steps are compared one by one, whatever the trainer returns.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.conventions import Convention, Either
from grader.expectations import Array, Arrays, Below, Expectation, ShowCurve, matches
from grader.spec import Part, integers, normal

part = Part(
    "classifier_trainer",
    "Classifier trainer",
    assignment="two_layer_model",
    order=2,
    starter="classifier_trainer",
    needs=("ClassifierTrainer",),
)

Loss = Callable[..., Any]


def least_squares(X: Array, model: Any, y: Array | None = None, reg: float = 0.0) -> Any:
    """A loss function as the trainer wants it, of a linear classifier: W (D, C), b (C,)."""
    found = X @ model["W"] + model["b"]
    if y is None:
        return found
    errors = found - np.eye(found.shape[1])[y]
    loss = 0.5 * np.sum(errors**2) / len(X) + 0.5 * reg * np.sum(model["W"] ** 2)
    return float(loss), {"W": X.T @ errors / len(X) + reg * model["W"], "b": errors.mean(axis=0)}


def noting(seen: list[dict[str, Array]]) -> Loss:
    """The loss function, which notes model, gradients and batch of each step; asking again for the same is no step."""

    def loss_function(X: Array, model: Any, y: Array | None = None, reg: float = 0.0) -> Any:
        answer = least_squares(X, model, y, reg)
        before = seen[-1] if seen else None
        if y is not None and not (before and all(np.array_equal(before[name], model[name]) for name in ("W", "b"))):
            gradient = np.concatenate([answer[1][name].ravel() for name in ("W", "b")])
            now = {name: np.array(model[name], dtype=float) for name in ("W", "b")}
            seen.append({**now, "gradient": gradient, "X": np.array(X), "y": np.array(y)})
        return answer

    return loss_function


def problem(N: int = 8, D: int = 4, C: int = 3, scale: float = 1.0, **options: Any) -> dict[str, Any]:
    """Data, a first model, and options of the trainer: six steps on all of the data."""
    return {
        "X": normal(N, D, scale=scale),
        "y": integers(0, C, N),
        "X_val": normal(5, D),
        "y_val": integers(0, C, 5),
        "W": normal(D, C),
        "b": normal(C),
        "reg": 0.1,
        "num_epochs": 6,
        **options,
    }


def steps(code: Any, W: Array, b: Array, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The parameters before each step on all of the data."""
    seen: list[dict[str, Array]] = []
    data = [options.pop(name) for name in ("X", "y", "X_val", "y_val")]
    options = {"learning_rate_decay": 1.0, "sample_batches": False, "verbose": False, **options, **more}
    code.ClassifierTrainer().train(*data, {"W": W, "b": b}, noting(seen), **options)
    return {name: np.stack([one[name] for one in seen]) for name in ("W", "b")}


STEPS: list[Expectation] = [
    matches(name, shape_hint="The first axis counts steps: one an epoch.") for name in ("W", "b")
]


@part.check(points=1, inputs=problem(learning_rate=0.1), expect=STEPS)
def sgd(code: Any, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """Gradient descent: the parameters, step by step."""
    return steps(code, W, b, options, update="sgd")


@part.check(
    points=1,
    inputs=problem(learning_rate=0.05, momentum=0.9),
    edges={"another momentum": problem(N=5, D=3, C=4, learning_rate=0.1, momentum=0.5)},
    edge_points=1,
    expect=STEPS,
)
def momentum(code: Any, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """Momentum: the parameters, step by step."""
    return steps(code, W, b, options, update="momentum")


def tells_neither(got: Arrays, want: Arrays) -> bool | None:
    """The parameters tell only all together where the 1e-8 stands."""
    return None


EPSILON = Convention(("1e-8 under the root", "1e-8 added to the root"), "W", tells_neither, other="beside_")


@part.check(
    points=1,
    # Large gradients here, small ones in the edge case: only there does it matter where the 1e-8 stands.
    inputs=problem(scale=1e6, learning_rate=0.01),
    edges={"small gradients": problem(scale=1e-3, learning_rate=0.01, reg=0.0)},
    edge_points=1,
    expect=[Either(expectation, EPSILON) for expectation in STEPS],
)
def rmsprop(code: Any, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """RMSProp: the parameters, step by step; the 1e-8 may stand under the root or be added to it."""
    found = steps(code, W, b, dict(options), update="rmsprop")
    other = getattr(code.ClassifierTrainer, "epsilon_beside_root", None)  # the reference's
    beside = steps(SimpleNamespace(ClassifierTrainer=other), W, b, dict(options), update="rmsprop") if other else found
    return found | {f"beside_{name}": value for name, value in beside.items()}


def numbered(rng: np.random.Generator) -> dict[str, Any]:
    """Twenty samples whose first feature is their number, so that the batches can be followed."""
    task = problem(N=20, learning_rate=1e-4, num_epochs=3, batch_size=4)
    return {**task, "X": np.column_stack([np.arange(20.0), rng.normal(size=(20, 3))])}


def left_out(got: Arrays, inputs: Arrays) -> float:
    """The share of samples that no batch held."""
    return 1.0 - float(np.mean(got["drawn"]))


@part.check(
    points=1,
    inputs=numbered,
    expect=[
        matches("rows", shape_hint="One batch a step: num_epochs * max(N // batch_size, 1) steps."),
        matches("mislabelled"),
        # Sixty draws of twenty that leave out fifteen: a probability of 15504 (1/4)**60 = 1e-32.
        Below("drawn", 0.75, "share of samples that no batch ever held", ("drawn",), left_out),
    ],
)
def batches(code: Any, X: Array, y: Array, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """With sample_batches, each step takes a batch of batch_size random samples."""
    seen: list[dict[str, Array]] = []
    data = [X, y, options.pop("X_val"), options.pop("y_val")]
    code.ClassifierTrainer().train(
        *data, {"W": W, "b": b}, noting(seen), update="sgd", sample_batches=True, learning_rate_decay=1.0, **options
    )
    numbers = [one["X"][:, 0].astype(int) for one in seen]
    drawn = np.isin(np.arange(len(X)), np.concatenate(numbers))
    wrong = sum(np.count_nonzero(y[rows] != one["y"]) for rows, one in zip(numbers, seen, strict=True))
    return {"rows": np.array([len(rows) for rows in numbers]), "mislabelled": float(wrong), "drawn": drawn * 1.0}


def same_rows(rng: np.random.Generator) -> dict[str, Any]:
    """All samples are the same one: whatever a batch draws, its gradient is that of all of the data."""
    task = problem(D=3, learning_rate=0.02, learning_rate_decay=0.5, num_epochs=4, batch_size=4)
    return {**task, "X": np.tile(rng.normal(size=3), (12, 1)), "y": np.full(12, rng.integers(3)), "sample_batches": 1}


def decay_error(got: Arrays, inputs: Arrays) -> float:
    """How far rates one epoch apart are from the factor; the first must be learning_rate.

    The decay may come anywhere in an epoch, and may or may not follow the very first step.
    """
    rates, factor = got["rates"], float(inputs["learning_rate_decay"])
    epoch = max(len(inputs["X"]) // int(inputs["batch_size"]), 1) if inputs["sample_batches"] else 1
    ratios = rates[1 + epoch :] / rates[1:-epoch]
    return float(max(np.max(np.abs(ratios - factor)), abs(rates[0] / float(inputs["learning_rate"]) - 1)))


@part.check(
    points=1,
    inputs=same_rows,
    edges={
        "all of the data at each step": problem(
            learning_rate=0.05, learning_rate_decay=0.8, sample_batches=0, batch_size=8
        )
    },
    edge_points=1,
    expect=[Below("rates", 1e-6, "error of the learning rates, from one epoch to the next,", ("rates",), decay_error)],
)
def decay(code: Any, X: Array, y: Array, W: Array, b: Array, sample_batches: int, **options: Any) -> dict[str, Any]:
    """The learning rate is multiplied by learning_rate_decay once an epoch."""
    seen: list[dict[str, Array]] = []
    data = [X, y, options.pop("X_val"), options.pop("y_val")]
    code.ClassifierTrainer().train(
        *data, {"W": W, "b": b}, noting(seen), update="sgd", sample_batches=bool(sample_batches), **options
    )
    path = [np.concatenate([one["W"].ravel(), one["b"]]) for one in seen]
    rates = [
        np.dot(now - after, one["gradient"]) / np.dot(one["gradient"], one["gradient"])
        for now, after, one in zip(path, path[1:], seen, strict=False)
    ]
    return {"rates": np.array(rates)}


def peaked(rng: np.random.Generator) -> dict[str, Any]:
    """A problem whose validation accuracy has one peak, amid the training, however often it is looked at.

    The validation labels are what the model of that step predicts, some of them changed. Drawn again until no
    other step is as good, no sample is nearly tied, and the training accuracy has settled in the end.
    """
    epochs, rate = 8, 0.15
    while True:
        X, y, X_val = rng.normal(size=(12, 3)), rng.integers(0, 3, 12), rng.normal(size=(60, 3))
        start = {"W": rng.normal(size=(3, 3)), "b": rng.normal(size=3)}
        models, model = [start], start
        for _ in range(epochs):
            _, grads = least_squares(X, model, y)
            model = {name: model[name] - rate * grads[name] for name in model}
            models.append(model)
        scores = np.array([least_squares(X_val, one) for one in models])
        fitted = np.array([least_squares(X, one) for one in models])
        best = rng.integers(2, epochs - 2)
        y_val = np.where(rng.random(60) < 0.2, rng.integers(0, 3, 60), scores[best].argmax(axis=1))
        right = (scores.argmax(axis=2) == y_val).sum(axis=1)
        settled = (fitted.argmax(axis=2) == y).sum(axis=1)[-3:]
        gaps = [np.diff(np.sort(values, axis=2)[..., -2:], axis=2).min() for values in (scores, fitted)]
        if right[best] >= np.delete(right, best).max() + 1 and np.ptp(settled) == 0 and min(gaps) > 1e-6:
            data = {"X": X, "y": y, "X_val": X_val, "y_val": y_val}
            return {**data, **start, "learning_rate": rate, "num_epochs": epochs}


def train_peaked(code: Any, W: Array, b: Array, options: dict[str, Any]) -> Any:
    """What the trainer returns after gradient descent on all of the data."""
    data = [options.pop(name) for name in ("X", "y", "X_val", "y_val")]
    options = {**options, "reg": 0.0, "update": "sgd", "sample_batches": False, "learning_rate_decay": 1.0}
    return code.ClassifierTrainer().train(*data, {"W": W, "b": b}, least_squares, **options)


@part.check(points=2, inputs=peaked, expect=[matches("W"), matches("b")])
def best_model(code: Any, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """The returned model has the parameters with the best validation accuracy."""
    best, *_ = train_peaked(code, W, b, options)
    return {name: best.get(name) for name in ("W", "b")}


@part.check(
    points=1,
    inputs=peaked,
    expect=[
        matches("first_loss"),
        matches("last_train_accuracy"),
        matches("best_val_accuracy"),
        ShowCurve("loss_history", 0.0),
    ],
)
def histories(code: Any, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """The histories: the first loss, the last training accuracy, and the best validation accuracy."""
    _, losses, train_accuracies, val_accuracies = train_peaked(code, W, b, options)
    return {
        "first_loss": losses[0],
        "last_train_accuracy": train_accuracies[-1],
        "best_val_accuracy": max(val_accuracies),
        "loss_history": np.array(losses, dtype=float),
    }


def accepted(got: Arrays, inputs: Arrays) -> float:
    """How many unknown rules were accepted."""
    return float(got["accepted"])


@part.check(
    points=1,
    inputs=problem(learning_rate=0.1, num_epochs=2),
    expect=[Below("accepted", 1, "number of unknown update rules that raise no ValueError", ("accepted",), accepted)],
)
def unknown_update(code: Any, W: Array, b: Array, **options: Any) -> dict[str, Any]:
    """An unknown update rule raises ValueError."""
    steps(code, W, b, dict(options), update="sgd")  # a trainer that cannot do this refuses nothing
    try:
        steps(code, W, b, dict(options), update="no-such-rule")
    except ValueError:
        return {"accepted": 0.0}
    return {"accepted": 1.0}
