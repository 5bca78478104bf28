import numpy as np


def affine_forward(x, w, b):
    rows = [sample.ravel() for sample in x]
    out = np.array([[sum(row * w[:, m]) + b[m] for m in range(w.shape[1])] for row in rows])
    return out, {"x": x, "w": w}


def affine_backward(dout, cache):
    x, w = cache["x"], cache["w"]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for n in range(len(x)):
        dw += np.outer(x[n], dout[n])
        dx[n] = w.dot(dout[n]).reshape(x[n].shape)
    return dx, dw, np.sum(dout, axis=0, keepdims=True)[0]


def relu_forward(x):
    return np.where(x > 0, x, 0.0), {"on": x > 0}


def relu_backward(dout, cache):
    return dout * cache["on"]


def normalise(x, mean, var, eps):
    return (x - mean) / (var + eps) ** 0.5


def batchnorm_forward(x, gamma, beta, bn_param):
    eps = bn_param.setdefault("eps", 1e-5)
    if bn_param["mode"] == "test":
        return normalise(x, bn_param["running_mean"], bn_param["running_var"], eps) * gamma + beta, {}
    mean, var = np.mean(x, axis=0, keepdims=True), np.var(x, axis=0, keepdims=True)
    for name, value in ("running_mean", mean), ("running_var", var):
        bn_param[name] = 0.9 * bn_param.get(name, 0) + 0.1 * value
    xhat = normalise(x, mean, var, eps)
    return xhat * gamma + beta, {"xhat": xhat, "gamma": gamma, "std": (var + eps) ** 0.5}


def batchnorm_backward(dout, cache):
    xhat, gamma, std = cache["xhat"], cache["gamma"], cache["std"]
    N = len(dout)
    dgamma = np.sum(dout * xhat, axis=0, keepdims=True)
    dbeta = np.sum(dout, axis=0, keepdims=True)
    dx = gamma / (N * std) * (N * dout - dbeta - xhat * dgamma)
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    mean, var = np.mean(x.T, axis=0), np.var(x.T, axis=0)
    xhat = normalise(x.T, mean, var, eps)
    return gamma * xhat.T + beta, {"xhat": xhat, "gamma": gamma, "std": (var + eps) ** 0.5}


def layernorm_backward(dout, cache):
    xhat, std = cache["xhat"], cache["std"]
    D = dout.shape[1]
    dxhat = (dout * cache["gamma"]).T
    dx = (D * dxhat - dxhat.sum(axis=0) - xhat * (dxhat * xhat).sum(axis=0)) / (D * std)
    return dx.T, np.sum(dout * xhat.T, axis=0), np.sum(dout, axis=0)


def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, 1.0
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    kept = np.random.random_sample(x.shape) < dropout_param["p"]
    return np.where(kept, x / dropout_param["p"], 0), kept / dropout_param["p"]


def dropout_backward(dout, cache):
    return cache * dout


def softmax_loss(x, y):
    loss, dx = 0.0, np.zeros_like(x)
    for n in range(len(x)):
        e = np.exp(x[n] - max(x[n]))
        dx[n] = e / sum(e)
        loss -= np.log(dx[n, y[n]]) / len(x)
        dx[n, y[n]] -= 1
    return loss, dx / len(x)
