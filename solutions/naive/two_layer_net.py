"""The two-layer network as students write it in one piece, as a function of a model and as a class."""

import numpy as np

from solutions.neural_net import TwoLayerNet as Reference


def network(X, y, W1, b1, W2, b2, strength):
    N = X.shape[0]
    pre = X.dot(W1) + b1
    hidden = np.maximum(0, pre)
    scores = hidden.dot(W2) + b2
    if y is None:
        return scores
    rows = np.arange(N)
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    powers = np.exp(shifted)
    probs = powers / np.sum(powers, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[rows, y])) / N
    loss = loss + strength * np.sum(W1**2) + strength * np.sum(W2**2)
    dscores = probs.copy()
    dscores[rows, y] -= 1
    dscores = dscores / N
    dhidden = dscores.dot(W2.T)
    dpre = dhidden * (pre > 0)
    dW2 = hidden.T.dot(dscores)
    db2 = np.sum(dscores, axis=0)
    dW1 = X.T.dot(dpre)
    db1 = np.sum(dpre, axis=0)
    dW2 = dW2 + 2 * strength * W2
    dW1 = dW1 + 2 * strength * W1
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


def two_layer_net(X, model, y=None, reg=0.0):
    return network(X, y, model["W1"], model["b1"], model["W2"], model["b2"], 0.5 * reg)


class TwoLayerNet(Reference):
    def loss(self, X, y=None, reg=0.0):
        p = self.params
        return network(X, y, p["W1"], p["b1"], p["W2"], p["b2"], reg)

    def _loss_and_gradients(self, X, y, reg):
        return self.loss(X, y, reg)

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)
