"""The losses of classifiers as students write them."""

import numpy as np


def softmax_loss(x, y):
    N = len(x)
    top = np.max(x, axis=1, keepdims=True)
    shifted = x - top
    weights = np.exp(shifted)
    total = np.sum(weights, axis=1, keepdims=True)
    probs = weights / total
    log_probs = shifted - np.log(total)
    loss = -np.sum(log_probs[np.arange(N), y]) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx


def svm_loss(x, y):
    N = len(x)
    correct = x[np.arange(N), y][:, None]
    margins = np.maximum(0, x - correct + 1)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    positive = (margins > 0).astype(float)
    dx = positive.copy()
    dx[np.arange(N), y] -= np.sum(positive, axis=1)
    dx /= N
    return loss, dx
