"""Slow, obvious versions of the reference solutions, which judge the fast ones. They share no code with them."""

import numpy as np


def rel_error(x, y):
    """The course's relative error: max of |x - y| / max(1e-8, |x| + |y|), for arrays of one shape."""
    x, y = np.asarray(x), np.asarray(y)
    assert x.shape == y.shape, f"{x.shape} is not {y.shape}"
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))


def numeric_gradient(f, x, df, h=1e-5):
    """Gradient of sum(f(x) * df) to x by central differences; changes x in place meanwhile."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = np.sum(f(x) * df)
        x[index] = kept - h
        below = np.sum(f(x) * df)
        x[index] = kept
        gradient[index] = (above - below) / (2 * h)
    return gradient


def affine_forward(x, w, b):
    N, M = x.shape[0], w.shape[1]
    out = np.zeros((N, M))
    for n in range(N):
        for m in range(M):
            out[n, m] = b[m]
            for d, value in enumerate(x[n].flat):
                out[n, m] += value * w[d, m]
    return out


def affine_backward(dout, x, w, b):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, m in np.ndindex(dout.shape):
        db[m] += dout[n, m]
        for d, index in enumerate(np.ndindex(x.shape[1:])):
            dx[(n, *index)] += w[d, m] * dout[n, m]
            dw[d, m] += x[(n, *index)] * dout[n, m]
    return dx, dw, db


def relu_forward(x):
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        out[index] = x[index] if x[index] > 0 else 0.0
    return out


def relu_backward(dout, x):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        dx[index] = dout[index] if x[index] > 0 else 0.0
    return dx


def padded(x, pad):
    N, C, H, W = x.shape
    out = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    out[:, :, pad : pad + H, pad : pad + W] = x
    return out


def conv_forward(x, w, b, stride, pad):
    N, F, HH, WW = x.shape[0], w.shape[0], w.shape[2], w.shape[3]
    image = padded(x, pad)
    out = np.zeros((N, F, (image.shape[2] - HH) // stride + 1, (image.shape[3] - WW) // stride + 1))
    for n, f, y, z in np.ndindex(out.shape):
        window = image[n, :, y * stride : y * stride + HH, z * stride : z * stride + WW]
        out[n, f, y, z] = np.sum(window * w[f]) + b[f]
    return out


def conv_backward(dout, x, w, b, stride, pad):
    HH, WW = w.shape[2:]
    image = padded(x, pad)
    dimage, dw, db = np.zeros(image.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, y, z in np.ndindex(dout.shape):
        window = np.s_[n, :, y * stride : y * stride + HH, z * stride : z * stride + WW]
        db[f] += dout[n, f, y, z]
        dw[f] += image[window] * dout[n, f, y, z]
        dimage[window] += w[f] * dout[n, f, y, z]
    return dimage[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db


def conv_in_order(x, w, b, dout, stride, pad):
    """out, dw and db, each number the sum of one product after the other, the bias last."""
    image = padded(x, pad)
    out, dw, db = np.zeros(dout.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, y, z in np.ndindex(out.shape):
        for c, i, j in np.ndindex(w.shape[1:]):
            value = image[n, c, y * stride + i, z * stride + j]
            out[n, f, y, z] += w[f, c, i, j] * value
            dw[f, c, i, j] += dout[n, f, y, z] * value
        out[n, f, y, z] += b[f]
        db[f] += dout[n, f, y, z]
    return out, dw, db


def max_pool_forward(x, height, width, stride):
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - height) // stride + 1, (W - width) // stride + 1))
    for n, c, y, z in np.ndindex(out.shape):
        out[n, c, y, z] = x[n, c, y * stride : y * stride + height, z * stride : z * stride + width].max()
    return out


def max_pool_backward(dout, x, height, width, stride):
    dx = np.zeros(x.shape)
    for n, c, y, z in np.ndindex(dout.shape):
        window = x[n, c, y * stride : y * stride + height, z * stride : z * stride + width]
        i, j = np.unravel_index(np.argmax(window), window.shape)  # the first maximum
        dx[n, c, y * stride + i, z * stride + j] += dout[n, c, y, z]
    return dx


def svm_loss(x, y):
    loss, dx = 0.0, np.zeros(x.shape)
    for n, c in np.ndindex(x.shape):
        margin = x[n, c] - x[n, y[n]] + 1
        if c != y[n] and margin > 0:
            loss += margin / len(x)
            dx[n, c] += 1 / len(x)
            dx[n, y[n]] -= 1 / len(x)
    return loss, dx


def batchnorm_forward(x, gamma, beta, eps):
    """Features (N, D) or images (N, C, H, W): out, and the mean and variance of each channel."""
    out = np.zeros(x.shape)
    means, variances = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for c in range(x.shape[1]):
        values = list(x[:, c].flat)
        means[c] = sum(values) / len(values)
        variances[c] = sum((value - means[c]) ** 2 for value in values) / len(values)
        out[:, c] = gamma[c] * (x[:, c] - means[c]) / np.sqrt(variances[c] + eps) + beta[c]
    return out, means, variances


def groupnorm_forward(x, gamma, beta, groups, eps):
    """Features (N, D) or images (N, C, H, W), in that many runs of neighbouring features or channels."""
    out, size = np.zeros(x.shape), x.shape[1] // groups
    for n, g in np.ndindex(len(x), groups):
        values = list(x[n, g * size : (g + 1) * size].flat)
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        for c in range(g * size, (g + 1) * size):
            out[n, c] = gamma[c] * (x[n, c] - mean) / np.sqrt(variance + eps) + beta[c]
    return out


def sgd_momentum(w, gradients, learning_rate=1e-2, momentum=0.9):
    """One number after a step for each gradient, as for the rules below."""
    velocity = 0.0
    for dw in gradients:
        velocity = momentum * velocity - learning_rate * dw
        w = w + velocity
    return w


def rmsprop(w, gradients, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8):
    cache = 0.0
    for dw in gradients:
        cache = decay_rate * cache + (1 - decay_rate) * dw * dw
        w = w - learning_rate * dw / (cache**0.5 + epsilon)
    return w


def adam(w, gradients, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = v = 0.0
    for t, dw in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * dw
        v = beta2 * v + (1 - beta2) * dw * dw
        w = w - learning_rate * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + epsilon)
    return w
