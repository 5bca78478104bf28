"""The layers of a small LeNet as classes, and training with early stopping.

    LeNetConvPoolLayer    tanh(maxpool(x * W) + b), * true convolution: lenet.py
    HiddenLayer           f(x W + b), W (n_in, n_out) uniform on ±sqrt(6 / (n_in + n_out)), b = 0, f = tanh by default
    LogisticRegression    p = softmax(x W + b), W (n_in, n_out) and b (n_out,) start at 0

For labels y and N samples, the negative log-likelihood of the last and its gradients are

    L = -1/N sum over n of log p[n, y[n]]      dW = x^T (p - t) / N      db = sum over n of (p - t)[n] / N

with t one-hot. Early stopping (the rule of the Theano tutorials): after every ``validation_frequency`` minibatches the
share of wrong labels on the validation set is measured. A new best one below ``improvement_threshold`` times the old
best makes patience max(patience, patience_increase iter), and training ends when iter reaches patience.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.affine import affine_backward, affine_forward
from solutions.inputs import Floats, as_float64, expect_shape, whole_number
from solutions.lenet import conv_pool_forward, init_conv_pool
from solutions.losses import softmax_loss

Labels = npt.NDArray[np.int64]


class LeNetConvPoolLayer:
    """A conv-pool layer with W (F, C, HH, WW), b (F,) and ``params`` [W, b]."""

    def __init__(
        self,
        rng: np.random.Generator,
        filter_shape: tuple[int, int, int, int],
        image_shape: tuple[int, int, int, int],
        poolsize: tuple[int, int] = (2, 2),
    ) -> None:
        if image_shape[1] != filter_shape[1]:
            raise ValueError(f"The images have {image_shape[1]} channels, the filters {filter_shape[1]}.")
        self.poolsize = poolsize
        self.W, self.b = init_conv_pool(filter_shape, poolsize, rng)
        self.params = [self.W, self.b]

    def forward(self, x: npt.ArrayLike) -> Floats:
        """Return the output (N, F, OH, OW) for images x (N, C, H, W)."""
        return conv_pool_forward(x, self.W, self.b, self.poolsize)


class HiddenLayer:
    """A fully connected layer with W (n_in, n_out), b (n_out,), an activation function and ``params`` [W, b]."""

    def __init__(
        self,
        rng: np.random.Generator,
        n_in: int,
        n_out: int,
        activation: Callable[[Floats], Floats] = np.tanh,
    ) -> None:
        limit = sqrt(6.0 / (n_in + n_out))
        self.activation = activation
        self.W: Floats = rng.uniform(-limit, limit, (n_in, n_out))
        self.b: Floats = np.zeros(n_out)
        self.params = [self.W, self.b]

    def forward(self, x: npt.ArrayLike) -> Floats:
        """Return the output (N, n_out) for x (N, n_in)."""
        net, _ = affine_forward(x, self.W, self.b)
        return self.activation(net)


class LogisticRegression:
    """Multi-class logistic regression with W (n_in, n_out), b (n_out,) and ``params`` [W, b]; labels y (N,)."""

    def __init__(self, n_in: int, n_out: int) -> None:
        self.W: Floats = np.zeros((n_in, n_out))
        self.b: Floats = np.zeros(n_out)
        self.params = [self.W, self.b]

    def p_y_given_x(self, x: npt.ArrayLike) -> Floats:
        """Return the probabilities (N, n_out) of the classes for x (N, n_in)."""
        scores, _ = affine_forward(x, self.W, self.b)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities: Floats = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self, x: npt.ArrayLike) -> Labels:
        """Return the most probable class of each sample, (N,)."""
        scores, _ = affine_forward(x, self.W, self.b)
        return np.asarray(scores.argmax(axis=1), dtype=np.int64)

    def negative_log_likelihood(self, x: npt.ArrayLike, y: Labels) -> float:
        """Return the mean over the samples."""
        return float(softmax_loss(affine_forward(x, self.W, self.b)[0], y)[0])

    def errors(self, x: npt.ArrayLike, y: Labels) -> float:
        """Return the share of samples whose predicted class is not y."""
        return float(np.mean(self.predict(x) != y))

    def gradients(self, x: npt.ArrayLike, y: Labels) -> tuple[Floats, Floats]:
        """Return dW (n_in, n_out), db (n_out,) of the negative log-likelihood."""
        scores, cache = affine_forward(x, self.W, self.b)
        _, dW, db = affine_backward(softmax_loss(scores, y)[1], cache)
        return dW, db


def train_with_early_stopping(
    model: LogisticRegression,
    X: npt.ArrayLike,
    y: Labels,
    X_val: npt.ArrayLike,
    y_val: Labels,
    learning_rate: float = 0.1,
    batch_size: int = 20,
    n_epochs: int = 100,
    patience: int = 200,
    patience_increase: int = 2,
    improvement_threshold: float = 0.995,
) -> dict[str, Any]:
    """Train ``model`` by gradient descent on minibatches in order, X (N, D), y (N,); samples left over are not used.

    Validation comes after every min(minibatches, patience // 2) steps. Returns "validation_errors" (a list),
    "best_validation_error", "best_iter" (of the step, from 0), "iterations" (steps taken) and the "W" and "b" of the
    best validation error, the first of several.
    """
    X = as_float64(X)
    expect_shape("y", y, (len(X),))
    batches = len(X) // whole_number("batch_size", batch_size, 1)
    frequency = min(batches, patience // 2)
    found: dict[str, Any] = {"validation_errors": [], "best_validation_error": inf, "best_iter": 0, "iterations": 0}
    for step in range(n_epochs * batches):
        rows = slice(step % batches * batch_size, (step % batches + 1) * batch_size)
        dW, db = model.gradients(X[rows], y[rows])
        model.W, model.b = model.W - learning_rate * dW, model.b - learning_rate * db
        found["iterations"] = step + 1
        if (step + 1) % frequency == 0:
            error = model.errors(X_val, y_val)
            found["validation_errors"].append(error)
            if error < found["best_validation_error"]:
                if error < improvement_threshold * found["best_validation_error"]:
                    patience = max(patience, patience_increase * step)
                found |= {"best_validation_error": error, "best_iter": step, "W": model.W.copy(), "b": model.b.copy()}
        if patience <= step:
            break
    return found
