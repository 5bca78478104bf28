"""Two-layer network: affine - ReLU - affine - softmax.

    scores = max(0, X W1 + b1) W2 + b2
    p[n, c] = exp(scores[n, c]) / sum over k of exp(scores[n, k])
    loss = -(1/N) sum over n of log p[n, y[n]] + reg (sum W1² + sum W2²)

The regularisation has no factor 1/2, so its gradient is 2 reg W. Training is stochastic gradient descent.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.affine import AffineCache, affine_backward, affine_forward
from solutions.inputs import Floats
from solutions.losses import softmax_loss
from solutions.relu import relu_backward, relu_forward

Labels = npt.NDArray[np.integer[Any]]


class TwoLayerNet:
    """A two-layer network; ``params`` holds W1 (D, H), b1 (H,), W2 (H, C) and b2 (C,)."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int, std: float = 1e-4) -> None:
        # The exercise seeds np.random and its figures need W1 to be drawn before W2.
        self.params: dict[str, Floats] = {
            "W1": std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def loss(
        self, X: npt.ArrayLike, y: npt.ArrayLike | None = None, reg: float = 0.0
    ) -> Floats | tuple[float, dict[str, Floats]]:
        """Return the scores (N, C) of X (N, D); with labels y (N,), return (loss, gradients by parameter)."""
        if y is None:
            return self._forward(X)[0]
        return self._loss_and_gradients(X, np.asarray(y), reg)

    def train(
        self,
        X: Floats,
        y: Labels,
        X_val: Floats,
        y_val: Labels,
        learning_rate: float = 1e-3,
        learning_rate_decay: float = 0.95,
        reg: float = 5e-6,
        num_iters: int = 100,
        batch_size: int = 200,
        verbose: bool = False,
    ) -> dict[str, list[float]]:
        """Train on X (N, D), y (N,) by SGD; return loss_history, train_acc_history and val_acc_history.

        Batches are drawn with replacement from np.random. The loss is recorded at every iteration;
        once an epoch the accuracies (of the batch and of X_val) are recorded and the learning rate decays.
        """
        losses, train_accuracies, val_accuracies = [], [], []
        iterations_per_epoch = max(len(X) // batch_size, 1)
        for it in range(num_iters):
            batch = np.random.choice(len(X), batch_size)
            loss, grads = self._loss_and_gradients(X[batch], y[batch], reg)
            losses.append(loss)
            for name, gradient in grads.items():
                # a new array: the old one may be the caller's
                self.params[name] = self.params[name] - learning_rate * gradient
            if verbose and it % 100 == 0:
                print(f"iteration {it} / {num_iters}: loss {loss:f}")
            if it % iterations_per_epoch == 0:
                train_accuracies.append(float(np.mean(self.predict(X[batch]) == y[batch])))
                val_accuracies.append(float(np.mean(self.predict(X_val) == y_val)))
                learning_rate *= learning_rate_decay
        return {
            "loss_history": losses,
            "train_acc_history": train_accuracies,
            "val_acc_history": val_accuracies,
        }

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return the label (N,) with the highest score for each row of X (N, D)."""
        labels: npt.NDArray[np.intp] = np.argmax(self._forward(X)[0], axis=1)
        return labels

    def _forward(self, X: npt.ArrayLike) -> tuple[Floats, tuple[AffineCache, Floats, AffineCache]]:
        hidden, first = affine_forward(X, self.params["W1"], self.params["b1"])
        active, relu = relu_forward(hidden)
        scores, second = affine_forward(active, self.params["W2"], self.params["b2"])
        return scores, (first, relu, second)

    def _loss_and_gradients(self, X: npt.ArrayLike, y: npt.NDArray[Any], reg: float) -> tuple[float, dict[str, Floats]]:
        scores, (first, relu, second) = self._forward(X)
        data_loss, dscores = softmax_loss(scores, y)
        dactive, dW2, db2 = affine_backward(dscores, second)
        _, dW1, db1 = affine_backward(relu_backward(dactive, relu), first)
        W1, W2 = self.params["W1"], self.params["W2"]
        loss = data_loss + reg * (np.sum(W1**2) + np.sum(W2**2))
        return float(loss), {"W1": dW1 + 2 * reg * W1, "b1": db1, "W2": dW2 + 2 * reg * W2, "b2": db2}
