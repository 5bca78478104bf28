"""Figures that the grader measures itself on arrays that came back; students' own figures are never believed."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np

from grader.expectations import Array, Arrays


def two_layer_loss(weights: Arrays, X: Array, y: Array, reg: float) -> float:
    """The loss of an affine - ReLU - affine - softmax network, regularised with reg * (sum W1**2 + sum W2**2).

    weights: W1 (D, H), b1 (H,), W2 (H, C), b2 (C,); X (N, D); y (N,) labels. A test holds it equal to the
    reference; it stands here so that self-checking needs no solutions.
    """
    hidden = np.maximum(X @ weights["W1"] + weights["b1"], 0.0)
    scores = hidden @ weights["W2"] + weights["b2"]
    scores = scores - scores.max(axis=1, keepdims=True)
    log_likelihood = scores[np.arange(len(y)), y] - np.log(np.exp(scores).sum(axis=1))
    penalty = reg * sum(float(np.sum(weights[name] ** 2)) for name in ("W1", "W2"))
    return float(-log_likelihood.mean() + penalty)


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
