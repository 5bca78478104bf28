import numpy as np

from cs231n.layers import *
from cs231n.layer_utils import *


def penalised(params, loss, grads, reg):
    for name in params:
        if name.startswith("W"):
            loss = loss + reg * np.vdot(params[name], params[name]) / 2
            grads[name] = grads[name] + reg * params[name]
    return loss, grads


class TwoLayerNet(object):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.reg = reg
        self.params = {
            "b2": np.zeros(num_classes),
            "W2": np.random.normal(scale=weight_scale, size=(hidden_dim, num_classes)),
            "b1": np.zeros(hidden_dim),
            "W1": np.random.normal(scale=weight_scale, size=(input_dim, hidden_dim)),
        }

    def loss(self, X, y=None):
        chain = Chain(self.params)
        out = chain.step(X, ["W1", "b1"], affine_forward, affine_backward)
        out = chain.step(out, [], relu_forward, relu_backward)
        scores = chain.step(out, ["W2", "b2"], affine_forward, affine_backward)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        return penalised(self.params, loss, chain.back(dscores), self.reg)


class FullyConnectedNet(object):
    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        dims = [input_dim] + hidden_dims + [num_classes]
        self.params = {}
        for i in range(self.num_layers, 0, -1):
            self.params["W" + str(i)] = np.random.normal(0, weight_scale, dims[i - 1 : i + 1])
            self.params["b" + str(i)] = np.zeros(dims[i])
            if normalization is not None and i < self.num_layers:
                self.params["gamma" + str(i)] = np.ones(dims[i])
                self.params["beta" + str(i)] = np.zeros(dims[i])
        self.dropout_param = {"mode": "train", "p": dropout}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        out = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        self.dropout_param["mode"] = mode
        chain = Chain(self.params)
        for i in range(1, self.num_layers + 1):
            out = chain.step(out, ["W%d" % i, "b%d" % i], affine_forward, affine_backward)
            if i == self.num_layers:
                break
            scales = ["gamma%d" % i, "beta%d" % i]
            if self.normalization == "batchnorm":
                self.bn_params[i - 1]["mode"] = mode
                out = chain.step(out, scales, batchnorm_forward, batchnorm_backward, self.bn_params[i - 1])
            elif self.normalization == "layernorm":
                out = chain.step(out, scales, layernorm_forward, layernorm_backward, {})
            out = chain.step(out, [], relu_forward, relu_backward)
            if self.use_dropout:
                out = chain.step(out, [], dropout_forward, dropout_backward, self.dropout_param)
        if mode == "test":
            return out
        loss, dout = softmax_loss(out, y)
        return penalised(self.params, loss, chain.back(dout), self.reg)
