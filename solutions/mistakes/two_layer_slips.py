"""Slips in a two-layer network that is written in one piece: another array, axis or step than the one that belongs."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from grader.patches import Naive

PARTS = ("two_layer_model", "two_layer_net", "two_layer_classifier")
naive = Naive(Path(__file__).parents[1] / "naive" / "two_layer_net.py", parts=PARTS)

PENCIL = "Go from the scores to the loss with pen and paper for one sample of two classes, and compare."
CHAIN = "What flows back into each step has the shape of what came out of it; which array is that here?"
RELU = "Read again which activation the exercise asks for."
ORDER = "Where do the biases come in: before the ReLU or after it?"
SHIFT = "Each sample has a maximum of its own; the same number has to be taken from all of its scores."
PAIRS = "One sample has one label: which entries are meant?"
MEAN = "The loss is a mean over the samples: where does each gradient get its 1/N?"
LOOP = "Does each sample add to the gradient, or replace what is there?"
KEPT = "A gradient has a part from the samples and one from the regularisation."

HIDDEN = "hidden = np.maximum(0, pre)"
GATE = "dhidden * (pre > 0)"
PRE = "pre = X.dot(W1) + b1"
PROBS = "probs = powers / np.sum(powers, axis=1, keepdims=True)"
MAXIMUM = "np.max(scores, axis=1, keepdims=True)"
LOSS = "-np.sum(np.log(probs[rows, y])) / N"
LABELS = "dscores[rows, y] -= 1"
AVERAGE = "dscores = dscores / N"
DW1, DB1, DW2, DB2 = "X.T.dot(dpre)", "np.sum(dpre, axis=0)", "hidden.T.dot(dscores)", "np.sum(dscores, axis=0)"
COPY = "dscores = probs.copy()"
HINGES = "right = scores[rows, y][:, None]; margins = np.maximum(0, scores - right + 1); margins[rows, y] = 0"


# training is judged by the gradients that the network itself gives
TRAINING = tuple(f"{part}/training" for part in PARTS)


def table(*rows: tuple[str, ...], spares: tuple[str, ...] = TRAINING) -> tuple[object, ...]:
    """The mistakes of (code, sentence, hint, piece, other piece, ...)."""
    return tuple(
        naive.wrong(code, sentence, hint, "network", *edits, spares=spares) for code, sentence, hint, *edits in rows
    )


FORWARD = table(
    ("b1-added-after-relu", "The biases b1 are added after the ReLU.", ORDER, PRE, "pre = X.dot(W1)", HIDDEN, f"{HIDDEN} + b1", DB1, "np.sum(dhidden, axis=0)"),
    ("b1-added-after-relu-gated", "The biases b1 are added after the ReLU.", ORDER, PRE, "pre = X.dot(W1)", HIDDEN, f"{HIDDEN} + b1"),
    ("b1-added-after-relu-gated-by-hidden", "The biases b1 are added after the ReLU.", ORDER, PRE, "pre = X.dot(W1)", HIDDEN, f"{HIDDEN} + b1", GATE, "dhidden * (hidden > 0)"),
    *(
        (f"{code}-for-relu{more}", f"The hidden layer has {what} instead of the ReLU{beside}.", RELU, HIDDEN, f"hidden = {out}", GATE, back)
        for code, what, out, right in (
            ("leaky-relu", "a leaky ReLU with a slope of 0.01", "np.where(pre > 0, pre, 0.01 * pre)", "dhidden * np.where(pre > 0, 1, 0.01)"),
            ("leaky-relu-of-tenth", "a leaky ReLU with a slope of 0.1", "np.where(pre > 0, pre, 0.1 * pre)", "dhidden * np.where(pre > 0, 1, 0.1)"),
            ("tanh", "tanh", "np.tanh(pre)", "dhidden * (1 - hidden ** 2)"),
            ("absolute-value", "the absolute value", "np.abs(pre)", "dhidden * np.sign(pre)"),
            ("negative-part", "the negative part", "np.minimum(0, pre)", "dhidden * (pre < 0)"),
            ("softplus", "softplus", "np.log(1 + np.exp(pre))", "dhidden / (1 + np.exp(-pre))"),
            ("sigmoid", "a sigmoid", "1 / (1 + np.exp(-pre))", GATE),
        )
        for more, beside, back in (("", "", right), ("-forward-only", ", and the backward pass is that of a ReLU", GATE))
        if not (code == "sigmoid" and not more)
    ),
    ("maximum-with-one", "The hidden layer takes the maximum with 1, not with 0.", RELU, "np.maximum(0, pre)", "np.maximum(1, pre)"),
    spares=(),
)  # fmt: skip

PROBABILITIES = table(
    ("maximum-of-classes", "Each class has its maximum over the samples subtracted: that changes the softmax.", SHIFT, MAXIMUM, "np.max(scores, axis=0, keepdims=True)"),
    ("softmax-of-base-2", "The softmax takes powers of 2, not of e.", PENCIL, "np.exp(shifted)", "2.0 ** shifted"),
    ("softmax-of-negative-scores", "The exponentials have the wrong sign: the lowest score gets the highest probability.", PENCIL, "np.exp(shifted)", "np.exp(np.min(scores, axis=1, keepdims=True) - scores)"),
    ("sigmoid-of-scores", "Each score goes through a sigmoid; a softmax is over all classes.", PENCIL, PROBS, "probs = 1 / (1 + np.exp(-scores))"),
    ("softmax-mean-for-sum", "The softmax divides by the mean of the exponentials, not by their sum.", PENCIL, "np.sum(powers, axis=1", "np.mean(powers, axis=1"),
    ("softmax-not-normalised", "The exponentials are not divided by their sum.", PENCIL, PROBS, "probs = powers"),
    spares=(),
)  # fmt: skip

# in training a sum near 0 throws the weights as far as the last bits decide
PROBABILITIES += table(
    ("softmax-without-exponential", "The softmax divides the scores by their sum, without the exponential.", PENCIL, "np.exp(shifted)", "scores"),
)  # fmt: skip

LOSSES = table(
    ("loss-without-logarithm", "The loss is 1 less the probability of the right class: the logarithm is missing.", PENCIL, LOSS, "np.sum(1 - probs[rows, y]) / N"),
    ("loss-is-negative-probability", "The loss is the negative probability of the right class: the logarithm is missing.", PENCIL, LOSS, "-np.sum(probs[rows, y]) / N"),
    ("loss-averaged-over-classes-too", "The loss is a mean over samples and classes; it should be one over the samples.", MEAN, LOSS, f"{LOSS} / len(b2)"),
    ("loss-of-all-pairs", "The loss takes the probabilities of all samples for all labels of the batch, not of each sample for its own.", PAIRS, LOSS, "-np.sum(np.log(probs[:, y])) / N"),
    ("loss-is-mean-of-all-pairs", "The loss takes the probabilities of all samples for all labels of the batch, not of each sample for its own.", PAIRS, LOSS, "-np.mean(np.log(probs[:, y]))"),
    ("loss-of-likeliest-class", "The loss takes the highest probability of each sample, not that of the right class.", PAIRS, LOSS, "-np.sum(np.log(np.max(probs, axis=1))) / N"),
    ("loss-logarithm-of-mean", "The logarithm is taken of the mean probability; the loss is the mean of the logarithms.", PENCIL, LOSS, "-np.log(np.mean(probs[rows, y]))"),
    ("loss-logarithm-of-sum", "The logarithm is taken of the sum of the probabilities; the loss is the mean of the logarithms.", PENCIL, LOSS, "-np.log(np.sum(probs[rows, y])) / N"),
    ("loss-of-wrong-classes-too", "The loss is that of a yes-or-no question for each class; it should take the logarithm of the right class only.", PENCIL, LOSS, "-(np.sum(np.log(probs[rows, y])) + np.sum(np.log(1 - probs)) - np.sum(np.log(1 - probs[rows, y]))) / N"),
    ("loss-of-squares", "The loss is that of squares, not the cross-entropy.", PENCIL, LOSS, "np.sum((probs - np.eye(len(b2))[y]) ** 2) / N"),
    ("loss-of-squares-halved", "The loss is that of squares, not the cross-entropy.", PENCIL, LOSS, "0.5 * np.sum((probs - np.eye(len(b2))[y]) ** 2) / N"),
    ("loss-of-last-sample", "The loss is that of the last sample, divided by N.", LOOP, LOSS, "-np.log(probs[-1, y[-1]]) / N"),
)  # fmt: skip

HINGE = table(
    ("hinge-loss", "The loss is the hinge loss of an SVM; the exercise asks for the softmax loss.", "Which loss does the exercise ask for?", LOSS, "0.0", "loss = loss + strength", f"{HINGES}; loss = np.sum(margins) / N + strength", COPY, "dscores = (margins > 0) * 1.0", LABELS, "dscores[rows, y] = -np.sum(dscores, axis=1)"),
    spares=(),
)  # fmt: skip

SCORES = table(
    ("labels-of-all-subtracted", "In the gradient of the scores, the term of the right class is subtracted for all labels of the batch, not for each sample's own.", PAIRS, LABELS, "dscores[:, y] -= 1"),
    ("labels-of-all-subtracted-each-time", "In the gradient of the scores, the term of the right class is subtracted for all labels of the batch, not for each sample's own.", PAIRS, LABELS, "dscores -= np.sum(np.eye(len(b2))[y], axis=0)"),
    ("scores-gradient-at-likeliest-class", "In the gradient of the scores, 1 is subtracted at the likeliest class, not at the right one.", PAIRS, LABELS, "dscores[rows, np.argmax(probs, axis=1)] -= 1"),
    ("scores-gradient-times-probabilities", "The gradient of the scores is multiplied by the probabilities.", PENCIL, AVERAGE, "dscores = dscores * probs / N"),
    ("scores-gradient-with-sigmoid-slope", "The gradient of the scores is multiplied by p (1 - p), as for a sigmoid.", PENCIL, AVERAGE, "dscores = dscores * probs * (1 - probs) / N"),
    ("scores-gradient-is-slope", "The gradient of the scores is p (1 - p): the labels do not enter.", PENCIL, LABELS, "dscores = probs * (1 - probs)"),
    ("scores-gradient-of-right-class-only", "Only the right class has a gradient of its score; the others have one too.", PENCIL, LABELS, "dscores = (probs - 1) * np.eye(len(b2))[y]"),
    ("scores-gradient-of-exponentials", "The gradient of the scores starts from the exponentials, not from the probabilities.", PENCIL, COPY, "dscores = powers.copy()"),
    ("scores-gradient-of-scores", "The gradient of the scores starts from the scores, not from the probabilities.", PENCIL, COPY, "dscores = scores.copy()"),
    ("scores-gradient-over-classes", "The gradient of the scores is divided by the number of classes, not of samples.", MEAN, AVERAGE, "dscores = dscores / len(b2)"),
    ("scores-gradient-over-everything", "The gradient of the scores is divided by the number of samples and of classes.", MEAN, AVERAGE, "dscores = dscores / dscores.size"),
)  # fmt: skip

BACKWARD = table(
    ("dw2-with-pre-and-no-gate", "The gradient of W2 is made with the hidden values from before the ReLU, and the gradients go back through the ReLU unchanged.", CHAIN, DW2, "pre.T.dot(dscores)", GATE, "dhidden"),
    ("w1-gradient-unmasked", "The gradient of W1 is taken from before the backward pass of the ReLU.", CHAIN, DW1, "X.T.dot(dhidden)"),
    ("w2-gradient-from-mask", "The gradient of W2 is made with where the hidden units are on, not with their values.", CHAIN, DW2, "(pre > 0).T.dot(dscores)"),
    ("hidden-gradient-of-probabilities", "The gradient of the hidden layer is made from the probabilities; the labels do not enter.", CHAIN, "dscores.dot(W2.T)", "(probs / N).dot(W2.T)"),
    ("hidden-gradient-of-last-class", "The gradient of the hidden layer is that of the last class only: the classes before it are overwritten.", LOOP, "dscores.dot(W2.T)", "np.outer(dscores[:, -1], W2[:, -1])"),
    ("hidden-gradient-with-sigmoid-slope", "The gradient goes back through the ReLU as through a sigmoid, with h (1 - h).", RELU, GATE, "dhidden * hidden * (1 - hidden)"),
    ("hidden-gradient-with-tanh-slope", "The gradient goes back through the ReLU as through tanh, with 1 - h^2.", RELU, GATE, "dhidden * (1 - hidden ** 2)"),
    ("relu-gated-by-output-gradient", "The backward pass of the ReLU asks where the gradient is positive, and keeps the hidden values there.", RELU, GATE, "pre * (dhidden > 0)"),
    ("b1-gradient-one-number", "The gradient of b1 is summed over the hidden units too, to one number.", "Each hidden unit has a bias of its own: over which axis is the sum?", DB1, "np.sum(dpre)"),
    *(
        (f"{code}-gradients-of-last-sample", f"{sentence} of the last sample only: those before it are overwritten.", LOOP, *edits)
        for code, sentence, edits in (
            ("w1", "The gradient of W1 is that", (DW1, "np.outer(X[-1], dpre[-1]) * (dpre[-1] != 0) + 0.0")),
            ("w2", "The gradient of W2 is that", (DW2, "np.outer(hidden[-1], dscores[-1])")),
            ("b1", "The gradient of b1 is that", (DB1, "dpre[-1]")),
            ("b2", "The gradient of b2 is that", (DB2, "dscores[-1]")),
            ("bias", "The gradients of b1 and b2 are those", (DB1, "dpre[-1]", DB2, "dscores[-1]")),
            ("weight", "The gradients of W1 and W2 are those", (DW1, "np.outer(X[-1], dpre[-1])", DW2, "np.outer(hidden[-1], dscores[-1])")),
            ("all", "The gradients are those", (AVERAGE, "dscores = dscores / N; dscores[:-1] = 0")),
        )
    ),
    (
        "w1-gradient-overwritten-where-active", "Each sample with an active unit overwrites its column in the gradient of W1, where it should add to it.", LOOP,
        DW1, "np.stack([X[np.flatnonzero(pre[:, j] > 0)[-1]] * dpre[np.flatnonzero(pre[:, j] > 0)[-1], j] if (pre[:, j] > 0).any() else 0 * X[0] for j in range(len(b1))], axis=1)",
    ),
    spares=(),
)  # fmt: skip

SUMS = {"W1": DW1, "b1": DB1, "W2": DW2, "b2": DB2}
AVERAGED = tuple(
    naive.wrong(
        f"{'-'.join(some).lower()}-{code}",
        f"The {'gradient' if len(some) == 1 else 'gradients'} of {' and '.join(some)} {'is' if len(some) == 1 else 'are'} {what}; the others are right.",
        MEAN,
        "network",
        *(edit for name in some for edit in (SUMS[name], f"({SUMS[name]}) {by}")),
        spares=TRAINING,
    )
    for code, what, by in (
        ("gradients-summed-alone", "summed over the samples, not averaged", "* N"),
        ("gradients-averaged-again", "divided by the number of samples once more", "/ N"),
    )
    for size in (1, 2, 3)
    for some in combinations(SUMS, size)
    if size < 3 or code == "gradients-summed-alone"
    # dense_layers.py and dense_networks.py have these
    if code != "gradients-averaged-again" or some not in (("b1",), ("b2",), ("b1", "b2"))
)  # fmt: skip

REPLACED = table(
    ("reg-gradient-replaces-w1", "The gradient of W1 is that of the regularisation alone: it replaces what the samples give.", KEPT, "dW1 = dW1 + 2", "dW1 = 2"),
    ("reg-gradient-replaces-w2", "The gradient of W2 is that of the regularisation alone: it replaces what the samples give.", KEPT, "dW2 = dW2 + 2", "dW2 = 2"),
    ("reg-gradient-replaces-both", "The gradients of W1 and W2 are those of the regularisation alone: they replace what the samples give.", KEPT, "dW1 = dW1 + 2", "dW1 = 2", "dW2 = dW2 + 2", "dW2 = 2"),
    ("reg-gradient-is-penalty", "The gradients of the weights add the penalty itself, a number, where they should have its derivative.", KEPT, "dW1 = dW1 + 2 * strength * W1", "dW1 = dW1 + strength * np.sum(W1 ** 2)", "dW2 = dW2 + 2 * strength * W2", "dW2 = dW2 + strength * np.sum(W2 ** 2)"),
    ("reg-loss-mean-of-squares", "The loss regularises the mean of the squared weights, not their sum.", KEPT, "np.sum(W1**2)", "np.mean(W1**2)", "np.sum(W2**2)", "np.mean(W2**2)"),
    ("reg-loss-absolute-values", "The loss regularises the absolute values of the weights, not their squares.", KEPT, "np.sum(W1**2)", "np.sum(np.abs(W1))", "np.sum(W2**2)", "np.sum(np.abs(W2))"),
    ("reg-gradient-signs", "The gradient of the regularisation is that of absolute values: the sign of each weight.", KEPT, "2 * strength * W1", "strength * np.sign(W1)", "2 * strength * W2", "strength * np.sign(W2)"),
    spares=(),  # where reg is 0 nothing is left
)  # fmt: skip
