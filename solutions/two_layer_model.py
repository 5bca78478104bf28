"""Two-layer network as functions of a model: affine - ReLU - affine - softmax.

    scores = max(0, X W1 + b1) W2 + b2
    loss = -(1/N) sum over n of log softmax(scores[n])[y[n]] + reg/2 (sum W1² + sum W2²)

The regularisation has the factor 1/2, so its gradient is reg W.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from solutions.affine import affine_backward, affine_forward
from solutions.inputs import Floats
from solutions.losses import softmax_loss
from solutions.relu import relu_backward, relu_forward

STD = 1e-5  # of the initial weights


def init_two_layer_model(input_size: int, hidden_size: int, output_size: int) -> dict[str, Floats]:
    """Return W1 (D, H), b1 (H,), W2 (H, C), b2 (C,): weights 1e-5 times a standard normal, biases zero."""
    return {
        "W1": STD * np.random.randn(input_size, hidden_size),
        "b1": np.zeros(hidden_size),
        "W2": STD * np.random.randn(hidden_size, output_size),
        "b2": np.zeros(output_size),
    }


def two_layer_net(
    X: npt.ArrayLike, model: Mapping[str, npt.ArrayLike], y: npt.ArrayLike | None = None, reg: float = 0.0
) -> Floats | tuple[float, dict[str, Floats]]:
    """Return the scores (N, C) of X (N, D); with labels y (N,), return (loss, gradients by the model's keys).

    Raises ValueError for shapes that do not belong together.
    """
    hidden, first = affine_forward(X, model["W1"], model["b1"])
    active, relu = relu_forward(hidden)
    scores, second = affine_forward(active, model["W2"], model["b2"])
    if y is None:
        return scores
    data_loss, dscores = softmax_loss(scores, np.asarray(y))
    dactive, dW2, db2 = affine_backward(dscores, second)
    _, dW1, db1 = affine_backward(relu_backward(dactive, relu), first)
    W1, W2 = first[1], second[1]
    loss = data_loss + 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
    return float(loss), {"W1": dW1 + reg * W1, "b1": db1, "W2": dW2 + reg * W2, "b2": db2}
