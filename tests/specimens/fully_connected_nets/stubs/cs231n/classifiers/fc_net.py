import numpy as np

from ..layers import *


class TwoLayerNet(object):
    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg

    def loss(self, X, y=None):
        scores = None
        pass
        if y is None:
            return scores
        loss, grads = 0, {}
        pass
        return loss, grads


class FullyConnectedNet(object):
    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.normalization = normalization
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.params = {
            "W%d" % (i + 1): weight_scale * np.random.randn(*sizes)
            for i, sizes in enumerate(zip([input_dim] + hidden_dims, hidden_dims + [num_classes]))
        }

    def loss(self, X, y=None):
        scores = None
        pass
        if y is None:
            return scores
        loss, grads = 0.0, {}
        pass
        return loss, grads
