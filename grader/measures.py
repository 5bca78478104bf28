"""Figures that the grader measures itself on arrays that came back; students' own figures are never believed."""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from grader.expectations import GATE, Array, Arrays, Values, Verdict, gate, plain, shapes

WEIGHTS = ("W1", "b1", "W2", "b2")


def two_layer_scores(weights: Arrays, X: Array) -> Array:
    """The scores (N, C) of an affine - ReLU - affine network; weights: W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)."""
    hidden = np.maximum(X @ weights["W1"] + weights["b1"], 0.0)
    return np.asarray(hidden @ weights["W2"] + weights["b2"])


def two_layer_loss(weights: Arrays, X: Array, y: Array, reg: float) -> float:
    """The loss of an affine - ReLU - affine - softmax network, regularised with reg * (sum W1**2 + sum W2**2).

    X (N, D); y (N,) labels. A test holds it equal to the reference; it stands here so that self-checking needs no
    solutions.
    """
    scores = two_layer_scores(weights, X)
    scores = scores - scores.max(axis=1, keepdims=True)
    log_likelihood = scores[np.arange(len(y)), y] - np.log(np.exp(scores).sum(axis=1))
    penalty = reg * sum(float(np.sum(weights[name] ** 2)) for name in ("W1", "W2"))
    return float(-log_likelihood.mean() + penalty)


def two_layer_accuracy(weights: Arrays, X: Array, y: Array) -> float:
    """The share of the samples X (N, D) whose highest score is that of their label y (N,)."""
    return float(np.mean(np.argmax(two_layer_scores(weights, X), axis=1) == y))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The returned weights classify more than ``above`` of the validation images rightly; any number of hidden units.

    The images are the answer's, which the student's process never holds: X_val, y_val and, reported only, X_test,
    y_test. ``measured`` is the share of wrong ones, and ``limit`` the largest that passes.
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
        weights = {name: plain(got[name]) for name in WEIGHTS}
        with np.errstate(all="ignore"):  # wild weights overflow
            shares = [two_layer_accuracy(weights, want[f"X_{name}"], want[f"y_{name}"]) for name in ("val", "test")]
        figures = f"validation accuracy {shares[0]:.3f}", f"(test accuracy {shares[1]:.3f})"
        if shares[0] > self.above:
            return Verdict(True, 1.0 - shares[0], f"{figures[0]}, above {self.above:g} {figures[1]}")
        sentence = f"The {figures[0]} {figures[1]} is too low; it must be above {self.above:g}."
        return Verdict(False, 1.0 - shares[0], sentence)

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
                return Verdict(False, None, refusal, shapes(name, got, right), GATE)
        return None


def normal_distance(sample: Array, std: float) -> float:
    """Kolmogorov-Smirnov statistic of n values against the normal distribution of mean 0 and the given std.

    It is sqrt(n) times the largest gap between the two distribution functions, and exceeds t with a probability of
    at most 2 exp(-2 t**2) if the values are right (Massart 1990), whatever n is.
    """
    values = np.sort(sample, axis=None) / (std * sqrt(2))
    expected = np.array([0.5 * (1 + erf(value)) for value in values])
    steps = np.arange(values.size + 1) / values.size
    gap = np.max(np.maximum(steps[1:] - expected, expected - steps[:-1]))
    return float(sqrt(values.size) * gap)
