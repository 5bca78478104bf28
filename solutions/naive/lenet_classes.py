"""The layers of a small LeNet as classes, and training with early stopping, as students write them."""

import numpy as np


class LeNetConvPoolLayer:
    def __init__(self, rng, filter_shape, image_shape, poolsize=(2, 2)):
        fan_in = np.prod(filter_shape[1:])
        fan_out = filter_shape[0] * np.prod(filter_shape[2:]) / np.prod(poolsize)
        bound = np.sqrt(6.0 / (fan_in + fan_out))
        self.W = rng.uniform(-bound, bound, filter_shape)
        self.b = np.zeros(filter_shape[0])
        self.poolsize = poolsize

    def forward(self, x):
        kernel = self.W[:, :, ::-1, ::-1]
        HH, WW = kernel.shape[2:]
        OH, OW = x.shape[2] - HH + 1, x.shape[3] - WW + 1
        maps = np.zeros((len(x), len(kernel), OH, OW))
        for i in range(HH):
            for j in range(WW):
                maps += np.einsum("nchw,fc->nfhw", x[:, :, i : i + OH, j : j + OW], kernel[:, :, i, j])
        ph, pw = self.poolsize
        pooled = maps.reshape(len(x), len(kernel), OH // ph, ph, OW // pw, pw).max(axis=(3, 5))
        return np.tanh(pooled + self.b[:, None, None])


class HiddenLayer:
    def __init__(self, rng, n_in, n_out, activation=np.tanh):
        bound = np.sqrt(6.0 / (n_in + n_out))
        self.W = rng.uniform(-bound, bound, (n_in, n_out))
        self.b = np.zeros(n_out)
        self.activation = activation

    def forward(self, x):
        return self.activation(x.dot(self.W) + self.b)


class LogisticRegression:
    def __init__(self, n_in, n_out):
        self.W = np.zeros((n_in, n_out))
        self.b = np.zeros(n_out)

    def p_y_given_x(self, x):
        scores = x.dot(self.W) + self.b
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict(self, x):
        return np.argmax(self.p_y_given_x(x), axis=1)

    def negative_log_likelihood(self, x, y):
        p = self.p_y_given_x(x)
        return -np.mean(np.log(p[np.arange(len(y)), y]))

    def errors(self, x, y):
        return np.mean(self.predict(x) != y)

    def gradients(self, x, y):
        delta = self.p_y_given_x(x)
        delta[np.arange(len(y)), y] -= 1
        delta = delta / len(y)
        return x.T.dot(delta), delta.sum(axis=0)


def train_with_early_stopping(
    model,
    X,
    y,
    X_val,
    y_val,
    learning_rate=0.1,
    batch_size=20,
    n_epochs=100,
    patience=200,
    patience_increase=2,
    improvement_threshold=0.995,
):
    n_batches = len(X) // batch_size
    validation_frequency = min(n_batches, patience // 2)
    best, best_iter, errors, iterations = np.inf, 0, [], 0
    done = False
    epoch = 0
    while epoch < n_epochs and not done:
        for k in range(n_batches):
            iter = epoch * n_batches + k
            rows = slice(k * batch_size, (k + 1) * batch_size)
            dW, db = model.gradients(X[rows], y[rows])
            model.W = model.W - learning_rate * dW
            model.b = model.b - learning_rate * db
            iterations = iter + 1
            if (iter + 1) % validation_frequency == 0:
                error = model.errors(X_val, y_val)
                errors.append(error)
                if error < best:
                    if error < best * improvement_threshold:
                        patience = max(patience, iter * patience_increase)
                    best, best_iter = error, iter
                    W, b = model.W.copy(), model.b.copy()
            if patience <= iter:
                done = True
                break
        epoch += 1
    return {
        "validation_errors": errors,
        "best_validation_error": best,
        "best_iter": best_iter,
        "iterations": iterations,
        "W": W,
        "b": b,
    }
