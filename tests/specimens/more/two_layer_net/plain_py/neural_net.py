"""Two-layer network, exported from my editor; run it to train on the toy data."""

import numpy as np


class TwoLayerNet:
    """affine - relu - affine - softmax"""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {}
        self.params["W1"] = std * np.random.randn(input_size, hidden_size)
        self.params["b1"] = np.zeros(hidden_size)
        self.params["W2"] = std * np.random.randn(hidden_size, output_size)
        self.params["b2"] = np.zeros(output_size)

    def loss(self, X, y=None, reg=0.0):
        W1, W2 = self.params["W1"], self.params["W2"]
        num = len(X)
        z1 = X.dot(W1) + self.params["b1"]
        a1 = z1 * (z1 > 0)
        scores = a1.dot(W2) + self.params["b2"]
        if y is None:
            return scores

        # softmax; the maximum is taken off so that exp stays small
        e = np.exp(scores - np.max(scores, axis=1)[:, None])
        p = e / np.sum(e, axis=1)[:, None]
        loss = np.sum(-np.log(p[range(num), y])) / num
        loss += reg * np.sum(W1 * W1) + reg * np.sum(W2 * W2)

        onehot = np.zeros_like(p)
        onehot[range(num), y] = 1
        dz2 = (p - onehot) / num
        dz1 = dz2.dot(W2.T) * (z1 > 0)
        grads = {}
        grads["W2"] = a1.T.dot(dz2) + 2 * reg * W2
        grads["b2"] = np.sum(dz2, axis=0)
        grads["W1"] = X.T.dot(dz1) + 2 * reg * W1
        grads["b1"] = np.sum(dz1, axis=0)
        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6,
              num_iters=100, batch_size=200, verbose=False):
        n = X.shape[0]
        epoch = max(n // batch_size, 1)
        loss_history, train_acc_history, val_acc_history = [], [], []
        for it in range(num_iters):
            pick = np.random.choice(n, batch_size, replace=True)
            xb = X[pick]
            yb = y[pick]
            loss, grads = self.loss(xb, y=yb, reg=reg)
            loss_history.append(loss)
            for p in ["W1", "b1", "W2", "b2"]:
                self.params[p] = self.params[p] - learning_rate * grads[p]
            if verbose and it % 10 == 0:
                print(it, loss)
            if it % epoch == 0:
                train_acc_history.append((self.predict(xb) == yb).mean())
                val_acc_history.append((self.predict(X_val) == y_val).mean())
                learning_rate = learning_rate * learning_rate_decay
        return {
            "loss_history": loss_history,
            "train_acc_history": train_acc_history,
            "val_acc_history": val_acc_history,
        }

    def predict(self, X):
        return self.loss(X).argmax(axis=1)


np.random.seed(0)
net = TwoLayerNet(4, 10, 3, std=1e-1)
np.random.seed(1)
X = 10 * np.random.randn(5, 4)
y = np.array([0, 1, 2, 2, 1])

# Training on the full budget; leave it running over night.
for attempt in range(10**9):
    stats = net.train(X, y, X, y, learning_rate=1e-3, num_iters=1000)
    if attempt % 1000 == 0:
        print(attempt, stats["loss_history"][-1])

if __name__ == "__main__":
    print("labels", y, "predicted", net.predict(X))
    print("loss", net.loss(X, y, reg=0.05)[0])
