"""Batch normalisation as students write it; images are rows of their channels, pixel by pixel."""

import numpy as np


def total(values):
    return np.sum(values, axis=0)


def shared(values):
    return np.sum(values, axis=0)


def batchnorm_forward(x, gamma, beta, bn_param):
    eps, momentum = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    running_mean = bn_param.get("running_mean", np.zeros(x.shape[1]))
    running_var = bn_param.get("running_var", np.zeros(x.shape[1]))
    if bn_param["mode"] == "train":
        M = total(np.ones_like(x))
        mean = total(x) / M
        var = total((x - mean) ** 2) / M
        out, cache = training(x, gamma, beta, mean, var, eps)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    else:
        out, cache = testing(x, gamma, beta, running_mean, running_var, eps), None
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


def training(x, gamma, beta, mean, var, eps):
    cache = (x, gamma, beta, mean, var, eps)
    xhat = (x - mean) / np.sqrt(var + eps)
    out = gamma * xhat + beta
    return out, cache


def testing(x, gamma, beta, mean, var, eps):
    xhat = (x - mean) / np.sqrt(var + eps)
    out = gamma * xhat + beta
    return out


def batchnorm_backward(dout, cache):
    x, gamma, beta, mean, var, eps = cache
    M = total(np.ones_like(x))
    root = np.sqrt(var + eps)
    xhat = (x - mean) / root
    dgamma = shared(dout * xhat)
    dbeta = shared(dout)
    g = dout * gamma
    direct = g / root
    by_mean = total(g) / M / root
    by_var = total(g * xhat) / M * xhat / root
    dx = direct - by_mean - by_var
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    x, gamma, beta, mean, var, eps = cache
    M = total(np.ones_like(x))
    root = np.sqrt(var + eps)
    xhat = (x - mean) / root
    dgamma = shared(dout * xhat)
    dbeta = shared(dout)
    g = dout * gamma
    direct = g / root
    by_mean = total(g) / M / root
    by_var = total(g * xhat) / M * xhat / root
    dx = direct - by_mean - by_var
    return dx, dgamma, dbeta


def rows_of(images):
    return images.transpose(0, 2, 3, 1).reshape(-1, images.shape[1])


def images_of(rows, shape):
    N, C, H, W = shape
    return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = batchnorm_forward(rows_of(x), gamma, beta, bn_param)
    return images_of(out, x.shape), cache


def spatial_batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = batchnorm_backward(rows_of(dout), cache)
    return images_of(dx, dout.shape), dgamma, dbeta
