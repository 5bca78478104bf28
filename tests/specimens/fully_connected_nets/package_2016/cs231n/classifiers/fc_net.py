import numpy as np

from ..layers import *
from ..layer_utils import *


class TwoLayerNet(object):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {
            "W1": np.random.normal(0, weight_scale, (input_dim, hidden_dim)),
            "b1": np.zeros(hidden_dim),
            "W2": np.random.normal(0, weight_scale, (hidden_dim, num_classes)),
            "b2": np.zeros(num_classes),
        }
        self.reg = reg

    def loss(self, X, y=None):
        hidden, cache1 = affine_relu_forward(X, self.params["W1"], self.params["b1"])
        scores, cache2 = affine_forward(hidden, self.params["W2"], self.params["b2"])
        if y is None:
            return scores
        grads = {}
        loss, dout = softmax_loss(scores, y)
        dout, grads["W2"], grads["b2"] = affine_backward(dout, cache2)
        _, grads["W1"], grads["b1"] = affine_relu_backward(dout, cache1)
        for name in ("W1", "W2"):
            loss += 0.5 * self.reg * np.sum(self.params[name] * self.params[name])
            grads[name] += self.reg * self.params[name]
        return loss, grads


class FullyConnectedNet(object):
    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout=0,
        use_batchnorm=False,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.use_batchnorm = use_batchnorm
        self.use_dropout = dropout > 0
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        before = input_dim
        for i, size in enumerate(hidden_dims + [num_classes]):
            self.params["W%d" % (i + 1)] = weight_scale * np.random.randn(before, size)
            self.params["b%d" % (i + 1)] = np.zeros(size)
            if use_batchnorm and i < len(hidden_dims):
                self.params["gamma%d" % (i + 1)] = np.ones(size)
                self.params["beta%d" % (i + 1)] = np.zeros(size)
            before = size
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        out, undo = X, []
        for i in range(1, self.num_layers):
            out, cache = affine_forward(out, self.params["W%d" % i], self.params["b%d" % i])
            caches = [cache]
            if self.use_batchnorm:
                gamma, beta = self.params["gamma%d" % i], self.params["beta%d" % i]
                out, cache = batchnorm_forward(out, gamma, beta, self.bn_params[i - 1])
                caches.append(cache)
            out, cache = relu_forward(out)
            caches.append(cache)
            if self.use_dropout:
                out, cache = dropout_forward(out, self.dropout_param)
                caches.append(cache)
            undo.append(caches)
        L = self.num_layers
        scores, cache = affine_forward(out, self.params["W%d" % L], self.params["b%d" % L])
        if mode == "test":
            return scores
        loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, grads["W%d" % L], grads["b%d" % L] = affine_backward(dout, cache)
        for i in reversed(range(1, L)):
            caches = undo.pop()
            if self.use_dropout:
                dout = dropout_backward(dout, caches.pop())
            dout = relu_backward(dout, caches.pop())
            if self.use_batchnorm:
                dout, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward(dout, caches.pop())
            dout, grads["W%d" % i], grads["b%d" % i] = affine_backward(dout, caches.pop())
        for i in range(1, L + 1):
            loss += 0.5 * self.reg * np.sum(self.params["W%d" % i] ** 2)
            grads["W%d" % i] += self.reg * self.params["W%d" % i]
        return loss, grads
