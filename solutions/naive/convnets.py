"""The convolutional networks as students write them: one layer after the other."""

import numpy as np

from solutions.affine import affine_backward, affine_forward
from solutions.conv import conv_backward_naive, conv_forward_naive
from solutions.convnets import ThreeLayerConvNet as Reference
from solutions.losses import softmax_loss
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def maps_forward(X, W, b):
    pad = (W.shape[2] - 1) // 2
    maps, conv = conv_forward_naive(X, W, b, {"stride": 1, "pad": pad})
    active = np.maximum(maps, 0)
    pooled, pool = max_pool_forward_naive(active, POOL)
    return pooled, (maps, conv, pool)


def maps_backward(dpooled, cache):
    maps, conv, pool = cache
    dactive = max_pool_backward_naive(dpooled, pool)
    dmaps = dactive * (maps > 0)
    return conv_backward_naive(dmaps, conv)


def two_layer_convnet(X, model, y=None, reg=0.0):
    W1, b1, W2, b2 = model["W1"], model["b1"], model["W2"], model["b2"]
    pooled, first = maps_forward(X, W1, b1)
    scores, last = affine_forward(pooled, W2, b2)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    dpooled, dW2, db2 = affine_backward(dscores, last)
    _, dW1, db1 = maps_backward(dpooled, first)
    loss = loss + 0.5 * reg * (np.sum(W1**2) + np.sum(W2**2))
    return loss, {"W1": dW1 + reg * W1, "b1": db1, "W2": dW2 + reg * W2, "b2": db2}


class ThreeLayerConvNet(Reference):
    def loss(self, X, y=None):
        W1, b1, W2, b2, W3, b3 = (self.params[name] for name in ("W1", "b1", "W2", "b2", "W3", "b3"))
        pooled, first = maps_forward(X, W1, b1)
        pre, second = affine_forward(pooled, W2, b2)
        hidden = np.maximum(pre, 0)
        scores, last = affine_forward(hidden, W3, b3)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dhidden, dW3, db3 = affine_backward(dscores, last)
        dpre = dhidden * (pre > 0)
        dpooled, dW2, db2 = affine_backward(dpre, second)
        _, dW1, db1 = maps_backward(dpooled, first)
        loss = loss + 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2) + np.sum(W3**2))
        grads = {"W1": dW1 + self.reg * W1, "b1": db1, "W2": dW2 + self.reg * W2, "b2": db2}
        return loss, {**grads, "W3": dW3 + self.reg * W3, "b3": db3}
