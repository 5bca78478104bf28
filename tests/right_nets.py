"""Networks and a trainer as students write them, right; wrong_nets.py changes a line here or there."""

# ruff: noqa: E501  # students' lines

from __future__ import annotations

from types import SimpleNamespace

import solutions

CLASSIFIER = """
import numpy as np

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
        N = X.shape[0]
        pre = X.dot(W1) + b1
        hidden = np.maximum(0, pre)
        scores = hidden.dot(W2) + b2
        if y is None:
            return scores
        scores = scores - np.max(scores, axis=1, keepdims=True)
        probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
        loss = np.sum(-np.log(probs[np.arange(N), y]))
        loss /= N
        loss += reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        dW2 = hidden.T.dot(dscores)
        db2 = np.sum(dscores, axis=0)
        dhidden = dscores.dot(W2.T)
        dpre = dhidden * (pre > 0)
        dW1 = X.T.dot(dpre)
        db1 = np.sum(dpre, axis=0)
        dW1 += 2 * reg * W1
        dW2 += 2 * reg * W2
        return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}

    def train(self, X, y, X_val, y_val, learning_rate=1e-3, learning_rate_decay=0.95, reg=5e-6, num_iters=100,
              batch_size=200, verbose=False):
        N = X.shape[0]
        per_epoch = max(N // batch_size, 1)
        loss_history, train_acc_history, val_acc_history = [], [], []
        for it in range(num_iters):
            rows = np.random.choice(N, batch_size)
            X_batch = X[rows]
            y_batch = y[rows]
            loss, grads = self.loss(X_batch, y_batch, reg=reg)
            loss_history.append(loss)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
            if it % per_epoch == 0:
                train_acc_history.append((self.predict(X_batch) == y_batch).mean())
                val_acc_history.append((self.predict(X_val) == y_val).mean())
                learning_rate *= learning_rate_decay
        return {"loss_history": loss_history, "train_acc_history": train_acc_history, "val_acc_history": val_acc_history}

    def predict(self, X):
        act = np.maximum(0, X.dot(self.params["W1"]) + self.params["b1"])
        out = act.dot(self.params["W2"]) + self.params["b2"]
        return np.argmax(out, axis=1)
"""

MODEL = """
import numpy as np

def init_two_layer_model(input_size, hidden_size, output_size):
    model = {}
    model["W1"] = 0.00001 * np.random.randn(input_size, hidden_size)
    model["b1"] = np.zeros(hidden_size)
    model["W2"] = 0.00001 * np.random.randn(hidden_size, output_size)
    model["b2"] = np.zeros(output_size)
    return model

def two_layer_net(X, model, y=None, reg=0.0):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    N, D = X.shape
    pre = X.dot(W1) + b1
    hidden = np.maximum(0, pre)
    scores = hidden.dot(W2) + b2
    if y is None:
        return scores
    exps = np.exp(scores)
    probs = exps / exps.sum(axis=1, keepdims=True)
    loss = -np.log(probs[range(N), y]).sum() / N
    loss += 0.5 * reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))
    dscores = probs
    dscores[range(N), y] -= 1
    dscores /= N
    grads = {}
    grads["W2"] = np.dot(hidden.T, dscores) + reg * W2
    grads["b2"] = np.sum(dscores, axis=0)
    dhidden = np.dot(dscores, W2.T)
    dhidden[pre <= 0] = 0
    grads["W1"] = np.dot(X.T, dhidden) + reg * W1
    grads["b1"] = np.sum(dhidden, axis=0)
    return loss, grads
"""

MODULAR = """
class TwoLayerNet(object):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        self.params["W1"] = np.random.normal(scale=weight_scale, size=(input_dim, hidden_dim))
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = np.random.normal(scale=weight_scale, size=(hidden_dim, num_classes))
        self.params["b2"] = np.zeros(num_classes)

    def loss(self, X, y=None):
        W1, b1, W2, b2 = (self.params[k] for k in ("W1", "b1", "W2", "b2"))
        a, cache1 = affine_forward(X, W1, b1)
        h, relu_cache = relu_forward(a)
        scores, cache2 = affine_forward(h, W2, b2)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1 * W1) + np.sum(W2 * W2))
        dh, dW2, db2 = affine_backward(dscores, cache2)
        da = relu_backward(dh, relu_cache)
        dx, dW1, db1 = affine_backward(da, cache1)
        dW1 += self.reg * W1
        dW2 += self.reg * W2
        return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""

DEEP = """
class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(1, self.num_layers + 1):
            self.params["W%d" % i] = weight_scale * np.random.randn(dims[i - 1], dims[i])
            self.params["b%d" % i] = np.zeros(dims[i])
            if normalization and i < self.num_layers:
                self.params["gamma%d" % i] = np.ones(dims[i])
                self.params["beta%d" % i] = np.zeros(dims[i])
        self.dropout_param = {"mode": "train", "p": dropout}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        self.params = {k: v.astype(dtype) for k, v in self.params.items()}

    def loss(self, X, y=None):
        mode = "test" if y is None else "train"
        self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        L = self.num_layers
        out, caches = X, {}
        for i in range(1, L):
            out, fc = affine_forward(out, self.params["W%d" % i], self.params["b%d" % i])
            norm = drop = None
            if self.normalization == "batchnorm":
                out, norm = batchnorm_forward(out, self.params["gamma%d" % i], self.params["beta%d" % i], self.bn_params[i - 1])
            elif self.normalization == "layernorm":
                out, norm = layernorm_forward(out, self.params["gamma%d" % i], self.params["beta%d" % i], {})
            out, relu = relu_forward(out)
            if self.use_dropout:
                out, drop = dropout_forward(out, self.dropout_param)
            caches[i] = (fc, norm, relu, drop)
        scores, last = affine_forward(out, self.params["W%d" % L], self.params["b%d" % L])
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        grads = {}
        dout, grads["W%d" % L], grads["b%d" % L] = affine_backward(dscores, last)
        for i in range(L - 1, 0, -1):
            fc, norm, relu, drop = caches[i]
            if self.use_dropout:
                dout = dropout_backward(dout, drop)
            dout = relu_backward(dout, relu)
            if self.normalization == "batchnorm":
                dout, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward(dout, norm)
            elif self.normalization == "layernorm":
                dout, grads["gamma%d" % i], grads["beta%d" % i] = layernorm_backward(dout, norm)
            dout, grads["W%d" % i], grads["b%d" % i] = affine_backward(dout, fc)
        for i in range(1, L + 1):
            W = self.params["W%d" % i]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads["W%d" % i] += self.reg * W
        return loss, grads
"""

CONVNET = """
class ThreeLayerConvNet(object):
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7, hidden_dim=100, num_classes=10,
                 weight_scale=1e-3, reg=0.0, dtype=np.float32):
        self.params = {}
        self.reg = reg
        C, H, W = input_dim
        F, HH = num_filters, filter_size
        self.params["W1"] = weight_scale * np.random.randn(F, C, HH, HH)
        self.params["b1"] = np.zeros(F)
        self.params["W2"] = weight_scale * np.random.randn(F * (H // 2) * (W // 2), hidden_dim)
        self.params["b2"] = np.zeros(hidden_dim)
        self.params["W3"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b3"] = np.zeros(num_classes)
        self.params = {k: v.astype(dtype) for k, v in self.params.items()}

    def loss(self, X, y=None):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        W3, b3 = self.params["W3"], self.params["b3"]
        conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
        pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
        maps, c1 = conv_forward_naive(X, W1, b1, conv_param)
        maps, r1 = relu_forward(maps)
        pooled, p1 = max_pool_forward_naive(maps, pool_param)
        hidden, c2 = affine_forward(pooled, W2, b2)
        hidden, r2 = relu_forward(hidden)
        scores, c3 = affine_forward(hidden, W3, b3)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        loss += 0.5 * self.reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2) + np.sum(W3 ** 2))
        grads = {}
        dx, grads["W3"], grads["b3"] = affine_backward(dscores, c3)
        dx = relu_backward(dx, r2)
        dx, grads["W2"], grads["b2"] = affine_backward(dx, c2)
        dx = max_pool_backward_naive(dx, p1)
        dx = relu_backward(dx, r1)
        dx, grads["W1"], grads["b1"] = conv_backward_naive(dx, c1)
        grads["W1"] += self.reg * W1
        grads["W2"] += self.reg * W2
        grads["W3"] += self.reg * W3
        return loss, grads
"""

TRAINER = """
import numpy as np

class ClassifierTrainer(object):
    def __init__(self):
        self.step_cache = {}

    def train(self, X, y, X_val, y_val, model, loss_function, reg=0.0, learning_rate=1e-2, momentum=0,
              learning_rate_decay=0.95, update="momentum", sample_batches=True, num_epochs=30, batch_size=100,
              acc_frequency=None, verbose=False):
        N = X.shape[0]
        per_epoch = max(N // batch_size, 1) if sample_batches else 1
        epoch, best_val_acc, best_model = 0, -1.0, {}
        loss_history, train_acc_history, val_acc_history = [], [], []
        for it in range(num_epochs * per_epoch):
            if sample_batches:
                rows = np.random.choice(N, batch_size)
                X_batch = X[rows]
                y_batch = y[rows]
            else:
                X_batch = X
                y_batch = y
            cost, grads = loss_function(X_batch, model, y_batch, reg)
            loss_history.append(cost)
            for p in model:
                if update == "sgd":
                    dx = -learning_rate * grads[p]
                elif update == "momentum":
                    if p not in self.step_cache:
                        self.step_cache[p] = np.zeros(grads[p].shape)
                    dx = momentum * self.step_cache[p] - learning_rate * grads[p]
                    self.step_cache[p] = dx
                elif update == "rmsprop":
                    decay_rate = 0.99
                    if p not in self.step_cache:
                        self.step_cache[p] = np.zeros(grads[p].shape)
                    self.step_cache[p] = decay_rate * self.step_cache[p] + (1 - decay_rate) * grads[p] ** 2
                    dx = -learning_rate * grads[p] / np.sqrt(self.step_cache[p] + 1e-8)
                else:
                    raise ValueError("unknown update rule")
                model[p] += dx
            first = it == 0
            end = (it + 1) % per_epoch == 0
            if first or end:
                if end:
                    epoch += 1
                    learning_rate *= learning_rate_decay
                train_acc = np.mean(np.argmax(loss_function(X, model), axis=1) == y)
                val_acc = np.mean(np.argmax(loss_function(X_val, model), axis=1) == y_val)
                train_acc_history.append(train_acc)
                val_acc_history.append(val_acc)
                if val_acc > best_val_acc:
                    best_val_acc = val_acc
                    best_model = {p: model[p].copy() for p in model}
        return best_model, loss_history, train_acc_history, val_acc_history
"""

# of each part: the text, and the assignment that it is graded with
RIGHT = {
    "two_layer_classifier": (CLASSIFIER, "cs231n_2016_a1"),
    "two_layer_net": (CLASSIFIER, "two_layer_net"),
    "two_layer_model": (MODEL, "two_layer_model"),
    "modular_two_layer_net": (MODULAR, "fully_connected_nets"),
    "fully_connected_net": (DEEP, "fully_connected_nets"),
    "three_layer_convnet": (CONVNET, "convnets"),
    "classifier_trainer": (TRAINER, "two_layer_model"),
}


def code_with(part: str, *changes: str) -> SimpleNamespace:
    """The functions and classes of a part, with pairs of changes made: a piece of the text, and what stands instead."""
    text, _ = RIGHT[part]
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text, (part, old)
        text = text.replace(old, new)
    namespace: dict[str, object] = dict(vars(solutions)) | {"np": __import__("numpy")}
    exec(text, namespace)
    return SimpleNamespace(**namespace)
