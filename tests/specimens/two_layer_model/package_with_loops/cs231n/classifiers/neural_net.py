"""The network, one sample and one unit at a time."""
import math

import numpy as np


def two_layer_net(X, model, y=None, reg=0.0):
    W1, b1, W2, b2 = (model[key] for key in ("W1", "b1", "W2", "b2"))
    N, C = len(X), len(b2)
    hidden = [[max(0.0, sum(x * w for x, w in zip(row, W1[:, h])) + b1[h]) for h in range(len(b1))] for row in X]
    scores = np.array([[sum(a * w for a, w in zip(unit, W2[:, c])) + b2[c] for c in range(C)] for unit in hidden])
    if y is None:
        return scores

    grads = {key: np.zeros_like(value) for key, value in model.items()}
    loss = 0.0
    for i in range(N):
        top = max(scores[i])
        total = sum(math.exp(s - top) for s in scores[i])
        loss += math.log(total) + top - scores[i, y[i]]
        delta = np.array([math.exp(s - top) / total for s in scores[i]])
        delta[y[i]] -= 1.0
        delta /= N
        grads["b2"] += delta
        for h, value in enumerate(hidden[i]):
            grads["W2"][h] += value * delta
            if value > 0:
                back = float(np.dot(W2[h], delta))
                grads["b1"][h] += back
                grads["W1"][:, h] += back * X[i]
    loss /= N
    for key in ("W1", "W2"):
        for value in model[key].flat:
            loss += reg / 2 * value**2
        grads[key] += reg * model[key]
    return loss, grads


def init_two_layer_model(input_size, hidden_size, output_size):
    draw = np.random.default_rng()
    sizes = [input_size, hidden_size, output_size]
    model = {}
    for layer in (1, 2):
        model["W%d" % layer] = draw.normal(0.0, 1e-5, size=(sizes[layer - 1], sizes[layer]))
        model["b%d" % layer] = np.zeros(sizes[layer])
    return model
