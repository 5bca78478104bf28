"""Training with early stopping, on a small made data set."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, ShowCurve, matches
from grader.spec import Inputs, Part, Recipe

part = Part(
    "early_stopping",
    "Training with early stopping",
    assignment="lenet_classes",
    order=3,
    needs=("LogisticRegression", "train_with_early_stopping"),
)


def clouds(count: int, *, validate: int = 40, away: float = 0.0, **settings: float) -> Recipe:
    """Three clouds of points in the plane that overlap, ``count`` to train with and others to validate, and settings.

    The further ``away`` from the origin they lie, the longer training takes.
    """

    def draw(rng: np.random.Generator) -> Inputs:
        y, y_val = rng.integers(0, 3, count), rng.integers(0, 3, validate)
        centres = away + np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
        X, X_val = (centres[labels] + 1.5 * rng.normal(size=(len(labels), 2)) for labels in (y, y_val))
        return {"X": X, "y": y, "X_val": X_val, "y_val": y_val, **{k: np.asarray(v) for k, v in settings.items()}}

    return draw


SLOW = clouds(60, validate=200, away=4.0, batch_size=10, patience=15, learning_rate=0.05, improvement_threshold=0.8)


@part.check(
    points=3,
    inputs=clouds(60, batch_size=10, n_epochs=30, patience=40, learning_rate=0.05),
    edges={
        "all epochs": clouds(40, batch_size=10, n_epochs=4, patience=1000),
        "samples left over": clouds(45, batch_size=10, n_epochs=20, patience=30),
        "validation within an epoch": clouds(60, batch_size=5, n_epochs=10, patience=12),
        "another patience_increase": clouds(60, batch_size=10, n_epochs=40, patience=15, patience_increase=4),
        "another improvement_threshold": SLOW,
    },
    edge_points=3,
    expect=[
        matches("iterations"),
        matches("best_iter"),
        matches("best_validation_error"),
        matches("validation_errors", shape_hint="One number each time that the validation set is looked at."),
        matches("W"),
        matches("b"),
        ShowCurve("curve", 0.0),
    ],
)
def stopping(code: Any, X: Array, y: Array, X_val: Array, y_val: Array, **settings: Any) -> dict[str, Any]:
    """Training that stops when the validation error has not improved for long; the best weights."""
    model = code.LogisticRegression(X.shape[1], 3)
    found = code.train_with_early_stopping(model, X, y, X_val, y_val, **settings)
    curve = np.array(found["validation_errors"], dtype=float)
    names = ("iterations", "best_iter", "best_validation_error", "W", "b")
    return {name: found[name] for name in names} | {"validation_errors": curve, "curve": curve}
