"""Losses of a classifier from its scores x (N, C) and labels y (N,), each with its gradient (CS231n).

Softmax, the mean negative log-likelihood, with m[n] the largest score of sample n:

    loss = (1/N) sum over n of (log Z[n] - (x[n, y[n]] - m[n])),    Z[n] = sum over c of exp(x[n, c] - m[n])
    dx[n, c] = (exp(x[n, c] - m[n]) / Z[n] - [c = y[n]]) / N

No exponent is positive and no logarithm is taken of a probability, so scores of any size give finite values.

Multiclass SVM (Weston and Watkins, margin 1):

    loss = (1/N) sum over n, c != y[n] of max(0, x[n, c] - x[n, y[n]] + 1)
    dx[n, c] = [margin > 0] / N for c != y[n],    dx[n, y[n]] = -(number of positive margins of n) / N
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape
from solutions.jit import kernel

Labels = npt.NDArray[np.int64]


@kernel
def _softmax_kernel(x: Floats, y: Labels) -> tuple[float, Floats]:
    N, C = x.shape
    dx = np.empty((N, C))
    loss = 0.0
    for n in range(N):
        top = x[n, 0]
        for c in range(1, C):
            top = max(top, x[n, c])
        total = 0.0
        for c in range(C):
            dx[n, c] = math.exp(x[n, c] - top)
            total += dx[n, c]
        loss += math.log(total) - (x[n, y[n]] - top)
        for c in range(C):
            dx[n, c] = (dx[n, c] / total - (c == y[n])) / N
    return loss / N, dx


@kernel
def _svm_kernel(x: Floats, y: Labels) -> tuple[float, Floats]:
    N, C = x.shape
    dx = np.zeros((N, C))
    loss = 0.0
    for n in range(N):
        positive = 0
        for c in range(C):
            margin = x[n, c] - x[n, y[n]] + 1.0
            if c != y[n] and margin > 0.0:
                loss += margin
                positive += 1
                dx[n, c] = 1.0 / N
        dx[n, y[n]] = -positive / N
    return loss / N, dx


def _scores_and_labels(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, Labels]:
    """Both as the kernels take them; ValueError for shapes that do not fit and labels that are no class."""
    x = as_float64(x)
    expect_shape("x", x, ("N", "C"))
    labels: npt.NDArray[Any] = np.asarray(y)
    expect_shape("y", labels, (x.shape[0],))
    if labels.dtype.kind not in "iu" or np.any((labels < 0) | (labels >= x.shape[1])):
        raise ValueError(f"y must hold whole numbers from 0 to {x.shape[1] - 1}, the classes of x.")
    return x, np.array(labels, np.int64, order="C")


def softmax_loss(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[float, Floats]:
    """Return (loss, dx) of the softmax classifier for scores x (N, C) and labels y (N,); dx is (N, C) float64.

    Raises ValueError for shapes that do not belong together and for labels outside 0 ... C - 1.
    """
    loss, dx = _softmax_kernel(*_scores_and_labels(x, y))
    return float(loss), dx


def svm_loss(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[float, Floats]:
    """Return (loss, dx) of the multiclass SVM with margin 1, for scores x (N, C) and labels y (N,).

    At a margin of exactly 0 the gradient is taken as 0. Raises ValueError as softmax_loss does.
    """
    loss, dx = _svm_kernel(*_scores_and_labels(x, y))
    return float(loss), dx
