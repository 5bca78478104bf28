"""What the grader measures on weights that came back from training; these functions solve exercises, so they stay here.

scores = relu(X W1 + b1) W2 + b2
loss = -(1/N) sum over n of log softmax(scores)[n, y_n] + reg (sum W1**2 + sum W2**2)
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[np.float64]]


def two_layer_scores(weights: Arrays, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The scores (N, C) of an affine - ReLU - affine network; weights: W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)."""
    hidden = np.maximum(X @ weights["W1"] + weights["b1"], 0.0)
    return np.asarray(hidden @ weights["W2"] + weights["b2"])


def two_layer_loss(weights: Arrays, X: npt.NDArray[np.float64], y: npt.NDArray[np.int64], reg: float) -> float:
    """The loss of an affine - ReLU - affine - softmax network; X (N, D), y (N,) labels."""
    scores = two_layer_scores(weights, X)
    scores = scores - scores.max(axis=1, keepdims=True)
    log_likelihood = scores[np.arange(len(y)), y] - np.log(np.exp(scores).sum(axis=1))
    penalty = reg * sum(float(np.sum(weights[name] ** 2)) for name in ("W1", "W2"))
    return float(-log_likelihood.mean() + penalty)


def two_layer_accuracy(weights: Arrays, X: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> float:
    """The share of the samples X (N, D) whose highest score is that of their label y (N,)."""
    return float(np.mean(np.argmax(two_layer_scores(weights, X), axis=1) == y))


def final_loss(got: Arrays, inputs: Arrays) -> float:
    """The loss of the returned weights on all of the training data."""
    return two_layer_loss(got, inputs["X"], inputs["y"].astype(np.int64), float(inputs["reg"]))


def first_loss(got: Arrays, inputs: Arrays) -> float:
    """How far the loss of an untrained network is from ln 10, that of guessing among ten classes, on 200 images."""
    X = inputs["X"][:200] - inputs["mean_image"]
    weights = {name: got[f"{name}_start"] for name in ("W1", "b1", "W2", "b2")}
    return abs(two_layer_loss(weights, X, inputs["y"][:200].astype(np.int64), float(inputs["reg"])) - math.log(10))


def first_share(got: Arrays, inputs: Arrays) -> float:
    """The first step's share of the way that all steps go, of the parameters that it is largest for.

    Infinite if the way leads up, NaN if some parameters never move: neither is below any limit.
    """
    if final_loss(got, inputs) >= final_loss(inputs, inputs):
        return math.inf
    shares = [
        np.linalg.norm(got[f"first_{name}"] - inputs[name]) / np.linalg.norm(got[name] - inputs[name])
        for name in ("W1", "b1", "W2", "b2")
    ]
    return float(np.max(shares))
