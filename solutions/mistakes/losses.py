"""What goes wrong in the softmax and SVM losses."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.mistakes import Mistake
from grader.patches import Naive

losses = Naive(Path(__file__).parents[1] / "naive" / "losses.py", parts=("losses",))


def softmax(code: str, sentence: str, hint: str, *edits: str) -> Mistake:
    """A mistake in the softmax loss."""
    return losses.wrong(f"softmax-{code}", sentence, hint, "softmax_loss", *edits)


def svm(code: str, sentence: str, hint: str, *edits: str) -> Mistake:
    """A mistake in the SVM loss."""
    return losses.wrong(f"svm-{code}", sentence, hint, "svm_loss", *edits)


TWICE = "The loss depends on the score of the correct class twice."
LOSS = "What is the loss of one sample, and how do those of all samples make one number?"
SHARES = "The probabilities of one sample add up to 1."
COLUMNS = "Compare a[:, y] with a[range(N), y]."
ON_PAPER, OWN_LABEL = (
    "Simplify log(exp(a) / b) on paper before you compute it.",
    "Which label belongs to which row of the scores?",
)
CONSTANT = "A small constant ({}) is added to the probability before its logarithm is taken, or is its lower bound: that changes the loss."
RETURN, OF_LOSS, OF_DX = "return loss, dx", " / N\n", "    dx /= N\n"
AT_CORRECT, PROBS, TOTAL = "dx[np.arange(N), y] -= 1", "probs.copy()", "np.sum(weights, axis=1, keepdims=True)"
LOG, LOG_OF_PROBS = "shifted - np.log(total)", "np.log(probs)"

SOFTMAX = (
    softmax("gradient-adds-one", "In the softmax gradient 1 is added at the correct class; it should be subtracted.", TWICE, "-= 1", "+= 1"),
    softmax("gradient-sign", "The softmax gradient has the wrong sign.", TWICE, RETURN, "return loss, -dx"),
    softmax("loss-sign", "The softmax loss has the wrong sign.", LOSS, RETURN, "return -loss, dx"),
    softmax("loss-over-classes", "The softmax loss is divided by the number of classes as well.", LOSS, OF_LOSS, " / N / x.shape[1]\n"),
    softmax("loss-of-all-classes", "The softmax loss sums the logarithms of all classes, not those of the correct ones.", LOSS, "np.sum(log_probs[np.arange(N), y])", f"np.sum({LOG_OF_PROBS})"),
    softmax("loss-without-log", "The softmax loss is made of the probabilities of the correct classes; it should be made of their logarithms.", LOSS, "log_probs[", "probs["),
    softmax("gradient-less-one", "In the softmax gradient 1 is subtracted at every class; it should be subtracted at the correct one only.", TWICE, AT_CORRECT, "dx -= 1"),
    softmax("gradient-one-over-count", "In the softmax gradient only the 1 of the correct class is divided by the number of samples, not the probabilities.", LOSS, AT_CORRECT, "dx[np.arange(N), y] -= 1 / N", OF_DX, ""),
    softmax("gradient-columns", "In the softmax gradient 1 is subtracted in whole columns; it should be subtracted at one class of each sample.", COLUMNS, AT_CORRECT, "dx[:, y] -= 1"),
    softmax("gradient-not-normalised", "The softmax gradient has the exponentials where the probabilities belong.", SHARES, PROBS, "weights.copy()"),
    softmax("gradient-of-correct-only", "The softmax gradient holds the term of the correct class only; the probabilities are missing.", TWICE, PROBS, "np.zeros_like(probs)"),
    softmax("gradient-zero", "The softmax gradient is zero everywhere.", TWICE, RETURN, "return loss, 0 * dx"),
    softmax("gradient-divided-twice", "The softmax gradient is divided by the number of samples twice.", LOSS, OF_DX, OF_DX + OF_DX),
    softmax("sum-of-all", "The softmax divides by the sum over all samples and classes.", SHARES, TOTAL, "np.sum(weights)", LOG, LOG_OF_PROBS),
    softmax("sum-over-samples", "The softmax divides by the sum over the samples; it should divide by that over the classes.", SHARES, TOTAL, "np.sum(weights, axis=0)", LOG, LOG_OF_PROBS),
    softmax("sum-over-samples-of-one-shift", "The softmax divides by the sum over the samples; it should be the one over the classes.", SHARES, "np.max(x, axis=1, keepdims=True)", "np.max(x)", TOTAL, "np.sum(weights, axis=0)", LOG, LOG_OF_PROBS),
    *(
        softmax(f"loss-log{base}", f"The softmax loss is made of logarithms to the base {base}; it should be of natural ones, of which the gradient is.", "Which logarithm is the inverse of exp?", "return loss", f"return loss / np.log({base})")
        for base in (10, 2)
    ),
    # The sum of the exponentials of x itself, so written that it overflows nowhere
    softmax("shifted-on-one-side", "The softmax subtracts the maximum from the scores, but not in the sum that it divides by.", "Adding one number to all scores changes no probability, if it is added everywhere.", "weights / total", "weights / total * np.exp(-top)", LOG, f"{LOG} - top"),
    softmax("log-with-a-constant", CONSTANT.format("1e-8"), ON_PAPER, LOG, "np.log(probs + 1e-8)"),
    *(
        softmax(f"log-with-{size}", CONSTANT.format(size), ON_PAPER, LOG, f"np.log(probs + {size})")
        for size in ("1e-5", "1e-6", "1e-7", "1e-9", "1e-10", "1e-12", "1e-15", "1e-16", "1e-20", "1e-30", "1e-100", "1e-300")
    ),
    softmax("maximum-not-added-back", "The loss subtracts the scores as they are from the logarithm of a sum of shifted ones.", "Adding one number to all scores changes no loss, if it is added everywhere.", LOG, "x - np.log(total)"),
    softmax("loss-of-columns", "The loss takes whole columns of the logarithms, those of all labels for each sample.", COLUMNS, "np.sum(log_probs[np.arange(N), y]) / N", "np.mean(log_probs[:, y])"),
    softmax("loss-of-first-label", "The loss takes the label of the first sample for all samples.", OWN_LABEL, "log_probs[np.arange(N), y]", "log_probs[np.arange(N), y[0]]"),
    softmax("gradient-of-first-label", "In the gradient the label of the first sample is taken for all samples.", OWN_LABEL, AT_CORRECT, "dx[np.arange(N), y[0]] -= 1"),
    softmax("first-label", "The label of the first sample is taken for all samples, in the loss and in the gradient.", OWN_LABEL, "log_probs[np.arange(N), y]", "log_probs[np.arange(N), y[0]]", AT_CORRECT, "dx[np.arange(N), y[0]] -= 1"),
    softmax("loss-of-last-sample", "The loss is that of the last sample alone, over the number of samples.", LOSS, "np.sum(log_probs[np.arange(N), y])", "log_probs[-1, y[-1]]"),
)  # fmt: skip

COUNT = "How many of a sample's margins change when the score of its correct class does, and which way?"
HOW_MANY = "How many of a sample's margins change when the score of its correct class does?"
MARGIN = "A class violates its margin by its score less the correct one's, plus 1, where that is positive."
LEAD, POSITIVE, NUMBER = "x - correct + 1", "positive.copy()", "np.sum(positive, axis=1)"
OWN, IN_LOSS = "    margins[np.arange(N), y] = 0\n", "    loss = np.sum(margins) / N\n"

SVM = (
    svm("gradient-correct-sign", "In the SVM gradient the number of positive margins is added at the correct class; it should be subtracted.", COUNT, "-= np", "+= np"),
    svm("gradient-correct-minus-1", "In the SVM gradient the correct class gets -1 for every sample, whatever the number of positive margins.", COUNT, NUMBER, "1"),
    svm("gradient-correct-classes-less-1", "In the SVM gradient all wrong classes are counted at the correct class, not those with a positive margin.", COUNT, NUMBER, "x.shape[1] - 1"),
    svm("gradient-correct-classes", "In the SVM gradient all classes are counted at the correct class, not those with a positive margin.", COUNT, NUMBER, "x.shape[1]"),
    svm("gradient-correct-only", "The SVM gradient holds the term of the correct class only.", COUNT, POSITIVE, "np.zeros_like(positive)"),
    svm("gradient-sign", "The SVM gradient has the wrong sign.", COUNT, RETURN, "return loss, -dx"),
    svm("gradient-all-classes", "The SVM gradient counts every other class, also those whose margin is not violated.", COUNT, "margins > 0", "margins >= 0"),
    svm("largest-margin", "The SVM loss takes the largest margin of each sample, not the sum of all.", LOSS, "np.sum(margins)", "np.sum(np.max(margins, axis=1))"),
    svm("gradient-zero", "The SVM gradient is zero everywhere.", COUNT, RETURN, "return loss, 0 * dx"),
    svm("gradient-margins", "The SVM gradient has the margins themselves where it should have 1 for each that is positive.", COUNT, POSITIVE, "margins.copy()"),
    svm("gradient-margins-throughout", "The SVM gradient has the margins themselves where it should have 1 for each that is positive, at the correct class as well.", COUNT, POSITIVE, "margins.copy()", NUMBER, "np.sum(margins, axis=1)"),
    svm("loss-over-classes", "The SVM loss is divided by the number of classes as well.", LOSS, OF_LOSS, " / N / x.shape[1]\n"),
    svm("correct-not-subtracted", "The SVM margins do not subtract the score of the correct class.", MARGIN, LEAD, "x + 1"),
    svm("margins-reversed", "The SVM margins subtract each class's score from the correct one's; it should be the other way round.", MARGIN, LEAD, "correct - x + 1"),
    svm("margin-subtracted", "The SVM margin of 1 is subtracted; it should be added.", MARGIN, LEAD, "x - correct - 1"),
    svm("margins-not-clipped", "Negative SVM margins are counted in the loss; they should count as 0.", MARGIN, f"np.maximum(0, {LEAD})", LEAD),
    svm("margins-squared", "The SVM margins are squared in the loss; the gradient is that of the margins themselves.", MARGIN, "np.sum(margins)", "np.sum(margins**2)"),
    svm("squared-throughout", "The SVM margins are squared, in the loss and in the gradient.", MARGIN, "np.sum(margins)", "np.sum(margins**2)", POSITIVE, "2 * margins", NUMBER, "np.sum(2 * margins, axis=1)"),
    svm("squared-without-factor", "The SVM margins are squared in the loss; the gradient holds the margins themselves, without the factor 2.", MARGIN, "np.sum(margins)", "np.sum(margins**2)", POSITIVE, "margins.copy()", NUMBER, "np.sum(margins, axis=1)"),
    svm("largest-margin-throughout", "The SVM loss and its gradient take the largest margin of each sample, not all that are positive.", LOSS, "    loss =", "    margins = margins * (margins == np.max(margins, axis=1, keepdims=True))\n    loss ="),
    svm("gradient-of-largest-margin", "The SVM gradient takes the largest margin of each sample, not all that are positive.", LOSS, "    positive =", "    margins = margins * (margins == np.max(margins, axis=1, keepdims=True))\n    positive ="),
    *(
        svm(f"margin-of-{margin}", f"The SVM margin is {margin}; it should be 1.", MARGIN, LEAD, f"x - correct + {margin}")
        for margin in ("0.1", "0.5", "2", "10")
    ),
    svm("first-label", "The label of the first sample is taken for all samples, in the loss and in the gradient.", OWN_LABEL, "    N = len(x)\n", "    N, y = len(x), y[0]\n"),
    svm("gradient-of-first-label", "In the gradient the label of the first sample is taken for all samples.", OWN_LABEL, "    positive =", "    y = y[0]\n    positive ="),
    svm("margins-of-columns", "The margins of whole columns are set to 0; only that of one class of each sample should be.", COLUMNS, OWN, "    margins[:, y] = 0\n"),
    svm("counts-correct-class-in-gradient", "The margin of the correct class with itself is counted as one of the positive margins.", COUNT, NUMBER, f"{NUMBER} + 1"),
    svm("counts-correct-class-in-both", "The margin of the correct class with itself is counted, in the loss and at the correct class in the gradient.", COUNT, OWN + IN_LOSS, IN_LOSS + OWN, NUMBER, f"{NUMBER} + 1"),
    svm("correct-class-left-positive", "The margin of the correct class with itself is counted in the loss, and its own 1 stays in the gradient.", COUNT, OWN, "", NUMBER, f"{NUMBER} - 1"),
)  # fmt: skip

SHIFT = "Adding one number to all scores of a sample changes no probability; which number keeps exp small?"
SAMPLES = "Where does the number of samples enter?"
GROWS = "If one positive margin grows by 1, by how much does the loss?"
WHOLE = (
    softmax("not-shifted", "The softmax overflows: exp of a score of 1000 is infinite, and infinity divided by itself is NaN.", SHIFT, "shifted = x - top", "shifted = x", LOG, LOG_OF_PROBS),
    softmax("sum-overflows", "The sum of the exponentials overflows, so its logarithm, and with it the loss, is infinite.", SHIFT, "shifted = x - top", "shifted = x", "weights / total", f"np.exp({LOG})"),
    softmax("log-of-zero", "The probability of the correct class has become 0, and its logarithm is infinite.", "Simplify log(exp(a) / b) on paper before you compute it.", LOG, LOG_OF_PROBS),
    *(
        mistake(f"{code}summed", sentence.format(name), SAMPLES, *edits)
        for code, sentence, edits in (
            ("", "The {} loss and its gradient are summed over the samples, not averaged.", (OF_LOSS, "\n", OF_DX, "")),
            ("loss-", "The {} loss is summed over the samples, not averaged; its gradient is averaged, as it should be.", (OF_LOSS, "\n")),
            ("gradient-", "The gradient of the {} loss is summed over the samples, but the loss is their mean.", (OF_DX, "")),
        )
        for mistake, name in ((softmax, "softmax"), (svm, "SVM"))
    ),
    softmax("gradient-correct-class", "The softmax gradient is the probabilities alone; the score of the correct class gets no term of its own.", "The loss depends on the correct class's score twice.", f"    {AT_CORRECT}\n", ""),
    svm("counts-correct-class", "The margin of the correct class with itself, which is always 1, is counted in the SVM loss.", "The sum over the classes leaves one class out.", OWN + IN_LOSS, IN_LOSS + OWN),
    svm("gradient-correct-class", "In the SVM gradient the score of the correct class gets nothing, though every margin depends on it.", COUNT, NUMBER, "0"),
    svm("gradient-count", "In the SVM gradient the correct class is counted once per sample, not once for each positive margin.", HOW_MANY, NUMBER, f"({NUMBER} > 0)"),
    svm("gradient-by-classes", "The SVM gradient is multiplied by the number of classes.", GROWS, RETURN, "return loss, dx * x.shape[1]"),
    svm("gradient-by-ten", "The SVM gradient is multiplied by 10, whatever the number of classes.", GROWS, RETURN, "return loss, dx * 10"),
    svm("without-margin", "The SVM loss has no margin: it asks only that the correct class has the highest score.", "By how much must the score of the correct class lead?", LEAD, "x - correct"),
)  # fmt: skip
