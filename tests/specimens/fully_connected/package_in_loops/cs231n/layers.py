import math

import numpy as np


def svm_loss(x, y):
    loss, dx = 0.0, np.zeros_like(x)
    for n, label in enumerate(y):
        for c in range(x.shape[1]):
            margin = 1.0 - (x[n, label] - x[n, c])
            if c != label and margin > 0:
                loss += margin / len(y)
                dx[n, c] += 1.0 / len(y)
                dx[n, label] -= 1.0 / len(y)
    return loss, dx


def softmax_loss(x, y):
    losses, dx = [], np.zeros_like(x)
    for n, label in enumerate(y):
        top = max(x[n])
        total = math.fsum(math.exp(score - top) for score in x[n])
        losses.append(math.log(total) + top - x[n, label])
        for c, score in enumerate(x[n]):
            dx[n, c] = (math.exp(score - top) / total - (1 if c == label else 0)) / len(y)
    return sum(losses) / len(losses), dx


def affine_forward(x, w, b):
    rows = x.reshape(x.shape[0], -1)
    out = np.einsum("nd,dm->nm", rows, w)
    out += b
    return out, {"rows": rows, "w": w, "shape": x.shape}


def affine_backward(dout, cache):
    dw = sum(np.outer(row, upstream) for row, upstream in zip(cache["rows"], dout))
    return np.einsum("nm,dm->nd", dout, cache["w"]).reshape(cache["shape"]), dw, sum(dout)
