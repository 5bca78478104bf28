import numpy as np


def affine_forward(x, w, b):
    """Affine layer: samples x (N, d1, ..., dk), weights w (D, M), bias b (M,). Returns out (N, M) and a cache."""
    return x.reshape(len(x), -1) @ w + b, (x, w)


def affine_backward(dout, cache):
    """Gradients dx, dw, db for dout (N, M)."""
    x, w = cache
    return (dout @ w.T).reshape(x.shape), x.reshape(len(x), -1).T @ dout, dout.sum(axis=0)


def relu_forward(x):
    """The positive part of x, and a cache."""
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """Gradient dx."""
    return np.where(cache > 0, dout, 0)


def softmax_loss(x, y):
    """Mean cross-entropy of scores x (N, C) for labels y (N,), and its gradient dx."""
    N = len(x)
    shifted = x - x.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_probs)
    dx[np.arange(N), y] -= 1
    return -log_probs[np.arange(N), y].mean(), dx / N


def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation of x (N, D); bn_param as in the notebook on it. Returns out and a cache."""
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "test":
        return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, None
    mean, var = x.mean(axis=0), x.var(axis=0)
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    return gamma * x_hat + beta, (x_hat, gamma, std)


def batchnorm_backward(dout, cache):
    """Gradients dx (N, D), dgamma (D,), dbeta (D,)."""
    x_hat, gamma, std = cache
    dx_hat = dout * gamma
    dx = (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalisation of x (N, D); ln_param may hold eps. Returns out and a cache."""
    std = np.sqrt(x.var(axis=1, keepdims=True) + ln_param.get("eps", 1e-5))
    x_hat = (x - x.mean(axis=1, keepdims=True)) / std
    return gamma * x_hat + beta, (x_hat, gamma, std)


def layernorm_backward(dout, cache):
    """Gradients dx (N, D), dgamma (D,), dbeta (D,)."""
    x_hat, gamma, std = cache
    dx_hat = dout * gamma
    mean = dx_hat.mean(axis=1, keepdims=True)
    dx = (dx_hat - mean - x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)) / std
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def dropout_forward(x, dropout_param):
    """Inverted dropout; dropout_param: p, the probability to keep, mode, and perhaps seed. Returns out and a cache."""
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, None
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, mask


def dropout_backward(dout, cache):
    """Gradient dx."""
    return dout if cache is None else dout * cache


class TwoLayerNet:
    """affine - ReLU - affine - softmax; params holds W1 (D, H), b1 (H,), W2 (H, C), b2 (C,)."""

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0):
        self.params = {}
        self.reg = reg
        self.params["W1"] = weight_scale * np.random.randn(input_dim, hidden_dim)
        self.params["b1"] = np.zeros(hidden_dim)
        self.params["W2"] = weight_scale * np.random.randn(hidden_dim, num_classes)
        self.params["b2"] = np.zeros(num_classes)

    def loss(self, X, y=None):
        """The scores (N, C) of X; with labels y (N,), the loss and the gradients by name."""
        W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
        hidden, first = affine_forward(X, W1, b1)
        active, relu = relu_forward(hidden)
        scores, second = affine_forward(active, W2, b2)
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        dactive, dW2, db2 = affine_backward(dscores, second)
        _, dW1, db1 = affine_backward(relu_backward(dactive, relu), first)
        loss += 0.5 * self.reg * (np.sum(W1**2) + np.sum(W2**2))
        return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


class FullyConnectedNet:
    """Affine layers with ReLU, and optionally batch or layer normalisation and dropout."""

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
        """hidden_dims: sizes of the hidden layers. dropout_keep_ratio: 1 for no dropout. normalization: None,
        "batchnorm" or "layernorm". dtype: of all parameters. seed: of the dropout masks.
        """
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        sizes = [input_dim, *hidden_dims, num_classes]
        for i in range(1, self.num_layers + 1):
            self.params[f"W{i}"] = weight_scale * np.random.randn(sizes[i - 1], sizes[i])
            self.params[f"b{i}"] = np.zeros(sizes[i])
            if normalization and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(sizes[i])
                self.params[f"beta{i}"] = np.zeros(sizes[i])
        self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """The scores (N, C) of X in test mode; with labels y (N,), the loss and the gradients by name."""
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        forward, backward = {
            "batchnorm": (batchnorm_forward, batchnorm_backward),
            "layernorm": (layernorm_forward, layernorm_backward),
            None: (None, None),
        }[self.normalization]
        p, out, caches = self.params, X, []
        for i in range(1, self.num_layers):
            out, affine = affine_forward(out, p[f"W{i}"], p[f"b{i}"])
            norm = dropped = None
            if forward:
                out, norm = forward(out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1])
            out, relu = relu_forward(out)
            if self.use_dropout:
                out, dropped = dropout_forward(out, self.dropout_param)
            caches.append((affine, norm, relu, dropped))
        last = self.num_layers
        scores, cache = affine_forward(out, p[f"W{last}"], p[f"b{last}"])
        if mode == "test":
            return scores
        loss, dout = softmax_loss(scores, y)
        grads = {}
        dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, cache)
        for i in range(last - 1, 0, -1):
            affine, norm, relu, dropped = caches[i - 1]
            if self.use_dropout:
                dout = dropout_backward(dout, dropped)
            dout = relu_backward(dout, relu)
            if backward:
                dout, grads[f"gamma{i}"], grads[f"beta{i}"] = backward(dout, norm)
            dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout, affine)
        for i in range(1, last + 1):
            loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
        return loss, grads
