"""Activations."""

import numpy as np


def sigmoid(x):
    """The sigmoid, 1 / (1 + exp(-x)).

    x: an array of any shape.

    Returns f, in the shape of x.
    """
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def sigmoid_derivative(f):
    """The derivative of the sigmoid, from its output.

    f: outputs of the sigmoid, an array of any shape.

    Returns the derivatives, in the shape of f.
    """
    return f * (1.0 - f)


def tanh(x):
    """The hyperbolic tangent.

    x: an array of any shape.

    Returns f, in the shape of x.
    """
    return np.tanh(x)


def tanh_derivative(f):
    """The derivative of tanh, from its output.

    f: outputs of tanh, an array of any shape.

    Returns the derivatives, in the shape of f.
    """
    return 1.0 - f**2


def relu(x):
    """The rectified linear unit, max(0, x).

    x: an array of any shape.

    Returns f, in the shape of x.
    """
    return np.maximum(0.0, x)


def relu_derivative(x):
    """The derivative of the ReLU, from its input.

    x: inputs of the ReLU, an array of any shape.

    Returns the derivatives, in the shape of x.
    """
    return (x > 0).astype(float)


def leaky_relu(x):
    """The leaky ReLU: x where x is positive, else 0.01 x.

    x: an array of any shape.

    Returns f, in the shape of x.
    """
    return np.maximum(x, 0.01 * x)


def leaky_relu_derivative(x):
    """The derivative of the leaky ReLU, from its input.

    x: inputs of the leaky ReLU, an array of any shape.

    Returns the derivatives, in the shape of x.
    """
    out = np.full(x.shape, 0.01)
    out[x > 0] = 1.0
    return out


def prelu(x, a):
    """The PReLU: x where x is positive, else a x, with a slope for each channel.

    x: images (N, C, H, W). a: slopes (C,).

    Returns f (N, C, H, W).
    """
    return np.where(x > 0, x, a.reshape(1, -1, 1, 1) * x)


def prelu_backward(dout, x, a):
    """Gradients of the PReLU.

    dout: gradient of the loss with respect to f (N, C, H, W). x: images (N, C, H, W). a: slopes (C,).

    Returns dx (N, C, H, W) and da (C,).
    """
    left = x <= 0
    dx = dout.copy()
    dx[left] *= np.broadcast_to(a.reshape(1, -1, 1, 1), x.shape)[left]
    da = np.einsum("nchw,nchw,nchw->c", dout, x, left.astype(float))
    return dx, da


def noisy_relu(x, rng):
    """The noisy ReLU: max(0, x + noise), the noise of standard deviation sigmoid(x).

    x: an array of any shape. rng: a NumPy generator, such as np.random.default_rng(0).

    Returns f, in the shape of x.
    """
    noise = sigmoid(x) * rng.standard_normal(x.shape)
    return np.maximum(0.0, x + noise)
