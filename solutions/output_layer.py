"""Where backpropagation begins: the residuals of the output layer and of a layer before it, and LeNet's RBF output.

A residual is the gradient of the loss to a layer's weighted input z, a the layer's output, t the target:

    quadratic loss 1/2 sum (a - t)², sigmoid a     delta = (a - t) a (1 - a)
    cross-entropy, softmax a, t one-hot            delta = a - t
    a sigmoid layer before weights W (M, D)        delta = (W^T delta_next) a (1 - a)

Euclidean radial basis functions, x (D,), one row of w (K, D) a class:

    y[k] = sum over d of (x[d] - w[k, d])²
    dx[d] = sum over k of 2 dout[k] (x[d] - w[k, d])           dw[k, d] = -2 dout[k] (x[d] - w[k, d])

(LeCun et al. 1998, section II.B.)
"""

from __future__ import annotations

import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape


def quadratic_residual(a: npt.ArrayLike, t: npt.ArrayLike) -> Floats:
    """Return the residual of sigmoid outputs a for the quadratic loss; a, t and it have one shape."""
    a, t = as_float64(a), as_float64(t)
    expect_shape("t", t, a.shape)
    delta: Floats = (a - t) * a * (1.0 - a)
    return delta


def softmax_residual(p: npt.ArrayLike, t: npt.ArrayLike) -> Floats:
    """Return the residual of softmax outputs p for the cross-entropy loss; t is one-hot, of the same shape."""
    p, t = as_float64(p), as_float64(t)
    expect_shape("t", t, p.shape)
    delta: Floats = p - t
    return delta


def hidden_residual(delta: npt.ArrayLike, W: npt.ArrayLike, a: npt.ArrayLike) -> Floats:
    """Return the residual (D,) of sigmoid outputs a (D,) before a layer of weights W (M, D) and residual delta (M,)."""
    delta, W, a = as_float64(delta), as_float64(W), as_float64(a)
    expect_shape("W", W, (len(delta), len(a)))
    before: Floats = W.T @ delta * a * (1.0 - a)
    return before


def rbf_output(x: npt.ArrayLike, w: npt.ArrayLike) -> Floats:
    """Return y (K,), the squared distances of x (D,) to the rows of w (K, D)."""
    x, w = as_float64(x), as_float64(w)
    expect_shape("w", w, ("K", len(x)))
    y: Floats = ((x - w) ** 2).sum(axis=1)
    return y


def rbf_backward(dout: npt.ArrayLike, x: npt.ArrayLike, w: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return dx (D,) and dw (K, D) for dout (K,)."""
    dout, x, w = as_float64(dout), as_float64(x), as_float64(w)
    expect_shape("w", w, (len(dout), len(x)))
    apart = 2.0 * dout[:, None] * (x - w)
    return apart.sum(axis=0), -apart
