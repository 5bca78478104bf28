import numpy as np


def affine_forward(x, w, b):
    out = np.dot(x.reshape(x.shape[0], -1), w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    dx = np.dot(dout, w.T).reshape(x.shape)
    dw = np.dot(x.reshape(x.shape[0], -1).T, dout)
    return dx, dw, np.sum(dout, axis=0)


def relu_forward(x):
    return x * (x > 0), x


def relu_backward(dout, cache):
    return dout * (cache > 0)


def batchnorm_forward(x, gamma, beta, bn_param):
    D = x.shape[1]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    mean_so_far = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    var_so_far = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))
    cache = None
    if bn_param["mode"] == "train":
        centred = x - x.mean(axis=0)
        var = np.mean(centred**2, axis=0)
        scale = 1.0 / np.sqrt(var + eps)
        out = gamma * centred * scale + beta
        mean_so_far = momentum * mean_so_far + (1.0 - momentum) * x.mean(axis=0)
        var_so_far = momentum * var_so_far + (1.0 - momentum) * var
        cache = (centred, scale, gamma)
    else:
        out = gamma * (x - mean_so_far) / np.sqrt(var_so_far + eps) + beta
    bn_param["running_mean"] = mean_so_far
    bn_param["running_var"] = var_so_far
    return out, cache


def batchnorm_backward(dout, cache):
    centred, scale, gamma = cache
    N = dout.shape[0]
    dgamma = np.sum(dout * centred * scale, axis=0)
    dbeta = np.sum(dout, axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * centred, axis=0) * -0.5 * scale**3
    dmean = -np.sum(dxhat * scale, axis=0) - 2.0 * dvar * np.mean(centred, axis=0)
    dx = dxhat * scale + 2.0 * dvar * centred / N + dmean / N
    return dx, dgamma, dbeta


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":  # p is the probability to drop
        mask = (np.random.rand(*x.shape) >= p) / (1 - p)
        x = x * mask
    return x, (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout * mask if dropout_param["mode"] == "train" else dout


def softmax_loss(x, y):
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    return loss, dx / N
