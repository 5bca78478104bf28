"""The softmax and SVM losses of a classifier."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Expectation, matches
from grader.spec import Part, Recipe, integers, normal

part = Part(
    "losses",
    "Softmax and SVM losses",
    assignment="fully_connected",
    order=1,
    starter="layers",
    needs=("softmax_loss", "svm_loss"),
)


def expected(rel: float = 1e-8) -> list[Expectation]:
    """The loss, to a relative error of ``rel``, and its gradient."""
    return [
        matches("loss", rel=rel, shape_hint="The loss is one number, the mean over the samples."),
        matches("dx", shape_hint="dx has the shape of x."),
    ]


def in_floats(dx: Any) -> Any:
    """An array of integers as floats: the gradient of a single sample's SVM loss consists of whole numbers."""
    return dx.astype(np.float64) if isinstance(dx, np.ndarray) and dx.dtype.kind == "i" else dx


def edge_cases() -> dict[str, Recipe]:
    """Scores of a usual size, and the smallest numbers of samples and classes."""
    return {
        "larger scores": {"x": normal(8, 5, scale=3.0), "y": integers(0, 5, 8)},
        "a single sample": {"x": normal(1, 4, scale=2.0), "y": integers(0, 4, 1)},
        "two classes": {"x": normal(7, 2, scale=2.0), "y": integers(0, 2, 7)},
    }


def huge(correct_sign: int) -> Recipe:
    """Scores around +1000 and -1000; the correct class of each sample is at +1000 or at -1000, another at +1000."""

    def draw(rng: np.random.Generator) -> dict[str, Array]:
        y = rng.integers(0, 6, 5)
        signs = rng.choice([-1.0, 1.0], (5, 6))
        signs[np.arange(5), (y + 1) % 6] = 1.0
        signs[np.arange(5), y] = correct_sign
        return {"x": 1000.0 * signs + rng.standard_normal((5, 6)), "y": y}

    return draw


@part.check(
    points=2,
    inputs={"x": normal(50, 10, scale=0.001), "y": integers(0, 10, 50)},
    edges=edge_cases(),
    edge_points=1,
    expect=expected(1e-4),  # log(p + 1e-8) is no mistake where p is not small; the next check shows what it costs
)
def softmax(code: Any, x: Array, y: Array) -> dict[str, Any]:
    """Softmax loss and its gradient."""
    loss, dx = code.softmax_loss(x, y)
    return {"loss": loss, "dx": dx}


@part.check(
    points=1,
    inputs=huge(+1),
    edges={"correct class at -1000": huge(-1)},
    edge_points=1,
    expect=expected(),
)
def softmax_stability(code: Any, x: Array, y: Array) -> dict[str, Any]:
    """Softmax loss of scores of +1000 and -1000: finite and right."""
    loss, dx = code.softmax_loss(x, y)
    return {"loss": loss, "dx": dx}


@part.check(
    points=2,
    inputs={"x": normal(50, 10, scale=0.001), "y": integers(0, 10, 50)},
    edges=edge_cases(),
    edge_points=1,
    expect=expected(),
)
def svm(code: Any, x: Array, y: Array) -> dict[str, Any]:
    """Multiclass SVM loss (margin 1) and its gradient."""
    loss, dx = code.svm_loss(x, y)
    return {"loss": loss, "dx": in_floats(dx)}
