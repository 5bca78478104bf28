"""What goes wrong in a single term of the softmax and SVM losses."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.losses import of_correct, with_loss

Change = Callable[[Any, Any, float, Any], tuple[Any, Any]]


def of_loss(name: str, code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in one of the losses, whose result is ``change(x, y, loss, dx)``."""
    declare = mistake(f"{name}-{code}", parts=("losses",), sentence=sentence, hint=hint)
    return declare(lambda ref: with_loss(ref, f"{name}_loss", change))


def picked(x: Any, y: Any) -> Any:
    """The entries of the correct classes."""
    return x[np.arange(len(y)), y]


def likely(x: Any, y: Any, dx: Any) -> Any:
    """The probabilities that belong to the right gradient."""
    return len(y) * dx + of_correct(y, dx)


def weights(x: Any) -> Any:
    """The exponentials after the usual shift."""
    return np.exp(x - x.max(axis=1, keepdims=True))


def summed_along(axis: int | None) -> Change:
    """Probabilities that are shares of another sum."""

    def change(x: Any, y: Any, loss: float, dx: Any) -> Any:
        shares = weights(x) / np.sum(weights(x), axis=axis, keepdims=True)
        return -np.sum(np.log(picked(shares, y))) / len(y), (shares - of_correct(y, dx)) / len(y)

    return change


def shifted_only_above(x: Any, y: Any, loss: float, dx: Any) -> tuple[Any, Any]:
    """Shifted scores less the logarithm of the sum of the exponentials of the scores as they are."""
    off = x.max(axis=1)
    shares = likely(x, y, dx) * np.exp(-off)[:, None]
    return loss + np.mean(off), (shares - of_correct(y, dx)) / len(y)


TWICE = "The loss depends on the score of the correct class twice."
LOSS = "What is the loss of one sample, and how do those of all samples make one number?"
SHARES = "The probabilities of one sample add up to 1."

SOFTMAX = (
    of_loss("softmax", "gradient-adds-one", "In the softmax gradient 1 is added at the correct class; it should be subtracted.", TWICE, lambda x, y, loss, dx: (loss, dx + 2 * of_correct(y, dx) / len(y))),
    of_loss("softmax", "gradient-sign", "The softmax gradient has the wrong sign.", TWICE, lambda x, y, loss, dx: (loss, -dx)),
    of_loss("softmax", "loss-sign", "The softmax loss has the wrong sign.", LOSS, lambda x, y, loss, dx: (-loss, dx)),
    of_loss("softmax", "loss-over-classes", "The softmax loss is divided by the number of classes as well.", LOSS, lambda x, y, loss, dx: (loss / x.shape[1], dx)),
    of_loss("softmax", "loss-of-all-classes", "The softmax loss sums the logarithms of all classes, not those of the correct ones.", LOSS, lambda x, y, loss, dx: (-np.sum(np.log(likely(x, y, dx))) / len(y), dx)),
    of_loss("softmax", "loss-without-log", "The softmax loss is made of the probabilities of the correct classes; it should be of their logarithms.", LOSS, lambda x, y, loss, dx: (-np.mean(picked(likely(x, y, dx), y)), dx)),
    of_loss("softmax", "gradient-less-one", "In the softmax gradient 1 is subtracted at every class; it should be at the correct one only.", TWICE, lambda x, y, loss, dx: (loss, (likely(x, y, dx) - 1) / len(y))),
    of_loss("softmax", "gradient-columns", "In the softmax gradient 1 is subtracted in whole columns; it should be at one class of each sample.", "Compare a[:, y] with a[range(N), y].", lambda x, y, loss, dx: (loss, (likely(x, y, dx) - np.isin(np.arange(x.shape[1]), y)) / len(y))),
    of_loss("softmax", "gradient-not-normalised", "The softmax gradient has the exponentials where the probabilities belong.", SHARES, lambda x, y, loss, dx: (loss, (weights(x) - of_correct(y, dx)) / len(y))),
    of_loss("softmax", "gradient-of-correct-only", "The softmax gradient holds the term of the correct class only; the probabilities are missing.", TWICE, lambda x, y, loss, dx: (loss, -of_correct(y, dx) / len(y))),
    of_loss("softmax", "gradient-zero", "The softmax gradient is zero everywhere.", TWICE, lambda x, y, loss, dx: (loss, 0 * dx)),
    of_loss("softmax", "gradient-divided-twice", "The softmax gradient is divided by the number of samples twice.", LOSS, lambda x, y, loss, dx: (loss, dx / len(y))),
    of_loss("softmax", "sum-of-all", "The softmax divides by the sum over all samples and classes.", SHARES, summed_along(None)),
    of_loss("softmax", "sum-over-samples", "The softmax divides by the sum over the samples; it should be the one over the classes.", SHARES, summed_along(0)),
    of_loss("softmax", "shifted-on-one-side", "The softmax subtracts the maximum from the scores, but not in the sum that it divides by.", "Adding one number to all scores changes no probability, if it is added everywhere.", shifted_only_above),
    of_loss("softmax", "log-with-a-constant", "A small constant (1e-8) is added to the probability before its logarithm is taken, which changes the loss.", "Simplify log(exp(a) / b) on paper before you compute it.", lambda x, y, loss, dx: (-np.mean(np.log(picked(likely(x, y, dx), y) + 1e-8)), dx)),
)  # fmt: skip


def margins(x: Any, y: Any, shift: float = 1.0) -> Any:
    """By how much each wrong class violates its margin; 0 at the correct one."""
    found = np.maximum(0, x - picked(x, y)[:, None] + shift)
    found[np.arange(len(y)), y] = 0
    return found


def otherwise(lead: Callable[[Any, Any], Any], *, clipped: bool = True) -> Change:
    """Loss and gradient as they follow from other margins, the correct class left out."""

    def change(x: Any, y: Any, loss: float, dx: Any) -> Any:
        found = lead(x, picked(x, y)[:, None]) * (1 - of_correct(y, x))
        found = np.maximum(0, found) if clipped else found
        positive = (found > 0).astype(float)
        return np.sum(found) / len(y), (positive - of_correct(y, dx) * positive.sum(axis=1)[:, None]) / len(y)

    return change


def at_correct(value: Callable[[Any, Any], Any]) -> Change:
    """The right loss; N dx at the correct class is ``value(positive margins a sample, N dx there)``."""

    def change(x: Any, y: Any, loss: float, dx: Any) -> Any:
        one, N = of_correct(y, dx), len(y)
        count = -N * picked(dx, y)
        return loss, dx * (1 - one) + one * np.reshape(value(count, x), (-1, 1)) / N

    return change


def whole_columns(x: Any, y: Any, loss: float, dx: Any) -> tuple[Any, Any]:
    """The margins of all classes that are the correct one of some sample set to 0."""
    found = margins(x, y) * ~np.isin(np.arange(x.shape[1]), y)
    positive = (found > 0).astype(float)
    return np.sum(found) / len(y), (positive - of_correct(y, dx) * positive.sum(axis=1)[:, None]) / len(y)


COUNT = "How many of a sample's margins change when the score of its correct class does, and which way?"
MARGIN = "A class violates its margin by its score less the correct one's, plus 1, where that is positive."

SVM = (
    of_loss("svm", "gradient-correct-sign", "In the SVM gradient the number of positive margins is added at the correct class; it should be subtracted.", COUNT, at_correct(lambda count, x: count)),
    of_loss("svm", "gradient-correct-minus-1", "In the SVM gradient the correct class gets -1 for every sample, whatever the number of positive margins.", COUNT, at_correct(lambda count, x: -np.ones_like(count))),
    of_loss("svm", "gradient-correct-classes-less-1", "In the SVM gradient all wrong classes are counted at the correct class, not those with a positive margin.", COUNT, at_correct(lambda count, x: -np.ones_like(count) * (x.shape[1] - 1))),
    of_loss("svm", "gradient-correct-classes", "In the SVM gradient all classes are counted at the correct class, not those with a positive margin.", COUNT, at_correct(lambda count, x: -np.ones_like(count) * x.shape[1])),
    of_loss("svm", "gradient-correct-only", "The SVM gradient holds the term of the correct class only.", COUNT, lambda x, y, loss, dx: (loss, dx * of_correct(y, dx))),
    of_loss("svm", "gradient-sign", "The SVM gradient has the wrong sign.", COUNT, lambda x, y, loss, dx: (loss, -dx)),
    of_loss("svm", "gradient-zero", "The SVM gradient is zero everywhere.", COUNT, lambda x, y, loss, dx: (loss, 0 * dx)),
    of_loss("svm", "gradient-margins", "The SVM gradient has the margins themselves where it should have 1 for each that is positive.", COUNT, lambda x, y, loss, dx: (loss, (margins(x, y) + of_correct(y, dx) * len(y) * dx) / len(y))),
    of_loss("svm", "loss-over-classes", "The SVM loss is divided by the number of classes as well.", LOSS, lambda x, y, loss, dx: (loss / x.shape[1], dx)),
    of_loss("svm", "correct-not-subtracted", "The SVM margins do not subtract the score of the correct class.", MARGIN, otherwise(lambda x, correct: x + 1)),
    of_loss("svm", "margins-reversed", "The SVM margins subtract each class's score from the correct one's; it should be the other way round.", MARGIN, otherwise(lambda x, correct: correct - x + 1)),
    of_loss("svm", "margin-subtracted", "The SVM margin of 1 is subtracted; it should be added.", MARGIN, otherwise(lambda x, correct: x - correct - 1)),
    of_loss("svm", "margins-not-clipped", "Negative SVM margins are counted in the loss; they should count as 0.", MARGIN, otherwise(lambda x, correct: x - correct + 1, clipped=False)),
    of_loss("svm", "margins-squared", "The SVM margins are squared in the loss; the gradient is that of the margins themselves.", MARGIN, lambda x, y, loss, dx: (np.sum(margins(x, y) ** 2) / len(y), dx)),
    of_loss("svm", "margins-of-columns", "The margins of whole columns are set to 0; it should be that of one class of each sample.", "Compare a[:, y] with a[range(N), y].", whole_columns),
    of_loss("svm", "counts-correct-class-in-gradient", "The margin of the correct class with itself is counted as one of the positive margins.", COUNT, lambda x, y, loss, dx: (loss, dx - of_correct(y, dx) / len(y))),
    of_loss("svm", "counts-correct-class-in-both", "The margin of the correct class with itself is counted, in the loss and at the correct class in the gradient.", COUNT, lambda x, y, loss, dx: (loss + 1.0, dx - of_correct(y, dx) / len(y))),
    of_loss("svm", "correct-class-left-positive", "The margin of the correct class with itself is counted in the loss, and its own 1 stays in the gradient.", COUNT, lambda x, y, loss, dx: (loss + 1.0, dx + of_correct(y, dx) / len(y))),
)  # fmt: skip
