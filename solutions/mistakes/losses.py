"""What goes wrong in the softmax and SVM losses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake


def with_loss(ref: Any, name: str, change: Callable[..., Any]) -> Mapping[str, Any]:
    """The reference's loss of that name, its result changed by ``change(x, y, loss, dx)``."""

    def loss_of(x: Any, y: Any) -> Any:
        return change(x, y, *getattr(ref, name)(x, y))

    return {name: loss_of}


def of_correct(y: Any, like: Any) -> Any:
    """1 at the correct class of each sample, 0 elsewhere."""
    one = np.zeros_like(like)
    one[np.arange(len(y)), y] = 1.0
    return one


@mistake(
    "softmax-not-shifted",
    parts=("losses",),
    sentence="The softmax overflows: exp of a score of 1000 is infinite, and infinity divided by itself is NaN.",
    hint="Adding one number to all scores of a sample changes no probability; which number keeps exp small?",
)
def softmax_not_shifted(ref: Any) -> Mapping[str, Any]:
    """NaN where exp overflows."""

    def change(x: Any, y: Any, loss: float, dx: Any) -> Any:
        with np.errstate(over="ignore"):
            overflows = np.isinf(np.exp(x))
        if not overflows.any():
            return loss, dx
        at_correct = overflows[np.arange(len(y)), y]
        return np.nan if at_correct.any() else np.inf, np.where(overflows, np.nan, dx)

    return with_loss(ref, "softmax_loss", change)


@mistake(
    "softmax-sum-overflows",
    parts=("losses",),
    sentence="The sum of the exponentials overflows, so its logarithm, and with it the loss, is infinite.",
    hint="Adding one number to all scores of a sample changes no probability; which number keeps exp small?",
)
def softmax_sum_overflows(ref: Any) -> Mapping[str, Any]:
    """Logarithms of probabilities are taken, but without the shift: all probabilities come out as 0."""

    def change(x: Any, y: Any, loss: float, dx: Any) -> Any:
        with np.errstate(over="ignore"):
            overflows = np.isinf(np.exp(x).sum(axis=1))
        if not overflows.any():
            return loss, dx
        return np.inf, np.where(overflows[:, None], -of_correct(y, dx) / len(y), dx)

    return with_loss(ref, "softmax_loss", change)


@mistake(
    "softmax-log-of-zero",
    parts=("losses",),
    sentence="The probability of the correct class has become 0, and its logarithm is infinite.",
    hint="Simplify log(exp(a) / b) on paper before you compute it.",
)
def softmax_log_of_zero(ref: Any) -> Mapping[str, Any]:
    """An infinite loss where a probability underflows; the gradient is right."""

    def change(x: Any, y: Any, loss: float, dx: Any) -> Any:
        likely = np.exp(x - x.max(axis=1, keepdims=True))
        return (loss if likely[np.arange(len(y)), y].all() else np.inf), dx

    return with_loss(ref, "softmax_loss", change)


def _averaging(code: str, name: str, sentence: str, change: Callable[..., Any]) -> Any:
    """A mistake in how a loss and its gradient use the number of samples."""

    @mistake(code, parts=("losses",), sentence=sentence, hint="Where does the number of samples enter?")
    def variant(ref: Any) -> Mapping[str, Any]:
        return with_loss(ref, name, change)

    return variant


SUMMED = "The {} loss and its gradient are summed over the samples, not averaged."
LOSS_SUMMED = "The {} loss is summed over the samples, not averaged; its gradient is averaged, as it should be."
GRADIENT_SUMMED = "The gradient of the {} loss is summed over the samples, but the loss is their mean."


def _summed(x: Any, y: Any, loss: float, dx: Any) -> Any:
    return loss * len(y), dx * len(y)


def _loss_summed(x: Any, y: Any, loss: float, dx: Any) -> Any:
    return loss * len(y), dx


def _gradient_summed(x: Any, y: Any, loss: float, dx: Any) -> Any:
    return loss, dx * len(y)


softmax_summed = _averaging("softmax-summed", "softmax_loss", SUMMED.format("softmax"), _summed)
svm_summed = _averaging("svm-summed", "svm_loss", SUMMED.format("SVM"), _summed)
softmax_loss_summed = _averaging("softmax-loss-summed", "softmax_loss", LOSS_SUMMED.format("softmax"), _loss_summed)
svm_loss_summed = _averaging("svm-loss-summed", "svm_loss", LOSS_SUMMED.format("SVM"), _loss_summed)
softmax_gradient_summed = _averaging(
    "softmax-gradient-summed", "softmax_loss", GRADIENT_SUMMED.format("softmax"), _gradient_summed
)
svm_gradient_summed = _averaging("svm-gradient-summed", "svm_loss", GRADIENT_SUMMED.format("SVM"), _gradient_summed)


@mistake(
    "softmax-gradient-correct-class",
    parts=("losses",),
    sentence="The softmax gradient is the probabilities alone; the score of the correct class gets no term of its own.",
    hint="The loss depends on the correct class's score twice.",
)
def softmax_gradient_correct_class(ref: Any) -> Mapping[str, Any]:
    """The probabilities divided by N."""
    return with_loss(ref, "softmax_loss", lambda x, y, loss, dx: (loss, dx + of_correct(y, dx) / len(y)))


@mistake(
    "svm-counts-correct-class",
    parts=("losses",),
    sentence="The margin of the correct class with itself, which is always 1, is counted in the SVM loss.",
    hint="The sum over the classes leaves one class out.",
)
def svm_counts_correct_class(ref: Any) -> Mapping[str, Any]:
    """A loss that is 1 too large, its gradient right: the extra term is constant."""
    return with_loss(ref, "svm_loss", lambda x, y, loss, dx: (loss + 1.0, dx))


@mistake(
    "svm-gradient-correct-class",
    parts=("losses",),
    sentence="In the SVM gradient the score of the correct class gets nothing, though every margin depends on it.",
    hint="How many of a sample's margins change when the score of its correct class does, and which way?",
)
def svm_gradient_correct_class(ref: Any) -> Mapping[str, Any]:
    """0 at the correct class."""
    return with_loss(ref, "svm_loss", lambda x, y, loss, dx: (loss, dx * (1.0 - of_correct(y, dx))))


@mistake(
    "svm-gradient-count",
    parts=("losses",),
    sentence="In the SVM gradient the correct class is counted once a sample, not once for each positive margin.",
    hint="How many of a sample's margins change when the score of its correct class does?",
)
def svm_gradient_count(ref: Any) -> Mapping[str, Any]:
    """-1/N at the correct class wherever there is a positive margin."""
    return with_loss(ref, "svm_loss", lambda x, y, loss, dx: (loss, np.maximum(dx, -1.0 / len(y))))


@mistake(
    "svm-gradient-by-classes",
    parts=("losses",),
    sentence="The SVM gradient is multiplied by the number of classes.",
    hint="If one positive margin grows by 1, by how much does the loss?",
)
def svm_gradient_by_classes(ref: Any) -> Mapping[str, Any]:
    """C times too large."""
    return with_loss(ref, "svm_loss", lambda x, y, loss, dx: (loss, dx * x.shape[1]))


@mistake(
    "svm-gradient-by-ten",
    parts=("losses",),
    sentence="The SVM gradient is multiplied by 10, whatever the number of classes.",
    hint="If one positive margin grows by 1, by how much does the loss?",
)
def svm_gradient_by_ten(ref: Any) -> Mapping[str, Any]:
    """Ten times too large."""
    return with_loss(ref, "svm_loss", lambda x, y, loss, dx: (loss, dx * 10))


@mistake(
    "svm-without-margin",
    parts=("losses",),
    sentence="The SVM loss has no margin: it asks only that the correct class has the highest score.",
    hint="By how much must the score of the correct class lead?",
)
def svm_without_margin(ref: Any) -> Mapping[str, Any]:
    """The margin of 1 given as a present to the correct class."""
    return {"svm_loss": lambda x, y: ref.svm_loss(x + of_correct(y, x), y)}
