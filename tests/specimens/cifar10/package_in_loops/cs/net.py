import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": np.random.normal(0, std, (input_size, hidden_size)),
            "b1": np.zeros(hidden_size),
            "W2": np.random.normal(0, std, (hidden_size, output_size)),
            "b2": np.zeros(output_size),
        }

    def loss(self, X, y=None, reg=0.0):
        p = self.params
        before = np.einsum("nd,dh->nh", X, p["W1"], optimize=True) + p["b1"]
        hidden = np.where(before > 0, before, 0)
        scores = hidden.dot(p["W2"]) + p["b2"]
        if y is None:
            return scores
        shifted = scores - scores.max(axis=1)[:, None]
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1))[:, None]
        loss = -sum(log_p[i, label] for i, label in enumerate(y)) / len(y)
        d = np.exp(log_p)
        for i, label in enumerate(y):
            d[i, label] -= 1
        d /= len(y)
        grads = {"W2": hidden.T.dot(d), "b2": d.sum(0)}
        d = d.dot(p["W2"].T)
        d[before <= 0] = 0
        grads["W1"], grads["b1"] = X.T.dot(d), d.sum(0)
        for name in ("W1", "W2"):
            loss += reg * (p[name] ** 2).sum()
            grads[name] += 2 * reg * p[name]
        return loss, grads

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6,
              num_iters=100, batch_size=200, verbose=False):
        losses, train_accs, val_accs = [], [], []
        per_epoch = max(X.shape[0] // batch_size, 1)
        for step in range(num_iters):
            pick = np.random.choice(X.shape[0], batch_size)
            loss, grads = self.loss(X[pick], y[pick], reg=reg)
            losses.append(loss)
            self.params = {name: value - learning_rate * grads[name] for name, value in self.params.items()}
            if step % per_epoch == 0:
                train_accs.append((self.predict(X[pick]) == y[pick]).mean())
                val_accs.append((self.predict(X_val) == y_val).mean())
                learning_rate *= learning_rate_decay
        return {"loss_history": losses, "train_acc_history": train_accs, "val_acc_history": val_accs}

    def predict(self, X):
        return np.argmax(self.loss(X), axis=1)
