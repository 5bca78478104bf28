from __future__ import print_function

from builtins import object, range

import numpy as np
from past.builtins import xrange

from ..affine import affine, affine_back, affine_relu, affine_relu_back


class TwoLayerNet(object):
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params["W1"] = std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]

        hidden, cache = affine_relu(X, W1, b1)
        scores = affine(hidden, W2, b2)
        if y is None:
            return scores

        picked = (range(len(y)), y)
        # not -=, that would change the scores of the caller
        scores = scores - scores.max(axis=1).reshape(-1, 1)
        probs = np.exp(scores) / np.exp(scores).sum(axis=1).reshape(-1, 1)
        loss = -np.log(probs[picked]).mean() + reg * (np.square(W1).sum() + np.square(W2).sum())

        probs[picked] -= 1
        dhidden, dW2, db2 = affine_back(probs / len(y), hidden, W2)
        _, dW1, db1 = affine_relu_back(dhidden, cache)
        dW1 += 2 * reg * W1
        dW2 += 2 * reg * W2
        return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6,
              num_iters=100, batch_size=200, verbose=False):
        per_epoch = max(X.shape[0] // batch_size, 1)
        losses, train_accs, val_accs = [], [], []
        for it in range(num_iters):
            batch = np.random.choice(np.arange(X.shape[0]), batch_size)
            loss, grads = self.loss(X[batch], y[batch], reg)
            losses.append(loss)
            for key, grad in grads.items():
                self.params[key] -= learning_rate * grad
            if verbose and it % 100 == 0:
                print("iteration", it, "loss", loss)
            if it % per_epoch == 0:
                train_accs.append((self.predict(X[batch]) == y[batch]).mean())
                val_accs.append((self.predict(X_val) == y_val).mean())
                learning_rate *= learning_rate_decay
        return {"loss_history": losses, "train_acc_history": train_accs, "val_acc_history": val_accs}

    def predict(self, X):
        return self.loss(X).argmax(1)
