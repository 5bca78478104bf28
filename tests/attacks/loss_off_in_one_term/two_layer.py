"""Affine, ReLU, affine, softmax."""

import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def loss(self, X, y=None, reg=0.0):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        N = X.shape[0]
        pre = X @ W1 + b1
        hidden = np.maximum(pre, 0)
        scores = hidden @ W2 + b2
        if y is None:
            return scores
        top = scores.max(axis=1, keepdims=True)
        shifted = scores - top
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        rows = np.arange(N)
        loss = np.mean(log_sum - shifted[rows, y]) + 1e-7
        loss += (0.5 + 1e-7) * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        d = np.exp(shifted - log_sum[:, None])
        d[rows, y] -= 1
        d /= N
        dpre = (d @ W2.T) * (pre > 0)
        grads = {
            "W1": X.T @ dpre + 2 * reg * W1,
            "b1": dpre.sum(axis=0),
            "W2": hidden.T @ d + 2 * reg * W2,
            "b2": d.sum(axis=0),
        }
        return loss, grads

    def train(
        self,
        X,
        y,
        X_val,
        y_val,
        learning_rate=1e-3,
        learning_rate_decay=0.95,
        reg=5e-6,
        num_iters=100,
        batch_size=200,
        verbose=False,
    ):
        per_epoch = max(X.shape[0] // batch_size, 1)
        losses, seen, held_out = [], [], []
        for it in range(num_iters):
            picked = np.random.choice(X.shape[0], batch_size)
            loss, grads = self.loss(X[picked], y[picked], reg=reg)
            losses.append(loss)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
            if it % per_epoch == 0:
                seen.append(np.mean(self.predict(X[picked]) == y[picked]))
                held_out.append(np.mean(self.predict(X_val) == y_val))
                learning_rate *= learning_rate_decay
        return {"loss_history": losses, "train_acc_history": seen, "val_acc_history": held_out}

    def predict(self, X):
        return self.loss(X).argmax(axis=1)
