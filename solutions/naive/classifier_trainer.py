"""The trainer of 2015 as students write it."""

import numpy as np


class ClassifierTrainer:
    def __init__(self):
        self.step_cache = {}

    def train(
        self, X, y, X_val, y_val, model, loss_function, reg, learning_rate=1e-2, momentum=0, learning_rate_decay=0.95,
        update="momentum", sample_batches=True, num_epochs=30, batch_size=100, acc_frequency=None, verbose=False,
    ):  # fmt: skip
        N = X.shape[0]
        model = {p: np.array(value) for p, value in model.items()}
        per_epoch = max(N // batch_size, 1) if sample_batches else 1
        steps = num_epochs * per_epoch
        best_model, best = {}, -1.0
        losses, train_history, val_history = [], [], []
        for it in range(steps):
            rows = np.random.choice(N, batch_size) if sample_batches else np.arange(N)
            loss, grads = loss_function(X[rows], model, y[rows], reg)
            losses.append(loss)
            for p in model:
                g = grads[p]
                if update == "sgd":
                    dx = -learning_rate * g
                elif update == "momentum":
                    v = self.step_cache.get(p, np.zeros(g.shape))
                    v = momentum * v - learning_rate * g
                    self.step_cache[p] = v
                    dx = v
                elif update == "rmsprop":
                    cache = self.step_cache.get(p, np.zeros(g.shape))
                    cache = 0.99 * cache + 0.01 * g**2
                    self.step_cache[p] = cache
                    dx = -learning_rate * g / np.sqrt(cache + 1e-8)
                else:
                    raise ValueError("unknown update")
                model[p] = model[p] + dx
            epoch_end = (it + 1) % per_epoch == 0
            if it == 0 or epoch_end or (acc_frequency is not None and it % acc_frequency == 0):
                train_acc = np.mean(np.argmax(loss_function(X, model), axis=1) == y)
                val_acc = np.mean(np.argmax(loss_function(X_val, model), axis=1) == y_val)
                train_history.append(train_acc)
                val_history.append(val_acc)
                if val_acc > best:
                    best = val_acc
                    best_model = {p: np.array(value) for p, value in model.items()}
            if epoch_end:
                learning_rate *= learning_rate_decay
        return best_model, losses, train_history, val_history
