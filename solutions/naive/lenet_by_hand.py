"""Gradients of a convolution layer, trainable subsampling and the output layer as students write them."""

import numpy as np


def corr_kernel_gradient(x, dout):
    rows, columns = dout.shape
    dw = np.zeros((x.shape[0] - rows + 1, x.shape[1] - columns + 1))
    for i in range(dw.shape[0]):
        for j in range(dw.shape[1]):
            dw[i, j] = np.sum(dout * x[i : i + rows, j : j + columns])
    return dw


def conv_kernel_gradient(x, dout):
    dw = corr_kernel_gradient(x, dout)
    return dw[::-1, ::-1]


def bias_gradient(dout):
    return dout.sum(axis=(1, 2))


def conv_layer_gradients(x, dout):
    dw = []
    for f in range(len(dout)):
        dw.append([conv_kernel_gradient(x[c], dout[f]) for c in range(len(x))])
    return np.array(dw), bias_gradient(dout)


def subsample_forward(x, beta, b, s):
    C, H, W = x.shape
    sums = x.reshape(C, H // s, s, W // s, s).sum(axis=(2, 4))
    net = beta[:, None, None] * sums + b[:, None, None]
    out = 1 / (1 + np.exp(-net))
    return out, (sums, beta, out, s)


def subsample_backward(dout, cache):
    sums, beta, out, s = cache
    dnet = dout * out * (1 - out)
    dx = np.kron(beta[:, None, None] * dnet, np.ones((1, s, s)))
    dbeta = np.sum(dnet * sums, axis=(1, 2))
    db = np.sum(dnet, axis=(1, 2))
    return dx, dbeta, db


def quadratic_residual(a, t):
    return (a - t) * a * (1 - a)


def softmax_residual(p, t):
    return p - t


def hidden_residual(delta, W, a):
    return W.T.dot(delta) * a * (1 - a)


def rbf_output(x, w):
    return np.sum((x - w) ** 2, axis=1)


def rbf_backward(dout, x, w):
    dx = np.sum(2 * dout[:, None] * (x - w), axis=0)
    dw = -2 * dout[:, None] * (x - w)
    return dx, dw
