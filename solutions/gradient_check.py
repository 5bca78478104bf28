"""Gradients by differences, and the relative error with which they are compared.

    eval_numerical_gradient         grad[i] = (f(x + h e_i) - f(x - h e_i)) / (2 h)               f(x) a number
    eval_numerical_gradient_array   grad[i] = sum of (f(x + h e_i) - f(x - h e_i)) df / (2 h)     f(x) an array
    rel_error                       the largest |x - y| / max(1e-8, |x| + |y|)

(CS231n, "Gradient checks".) x is changed while they are computed, and is afterwards what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats


def eval_numerical_gradient(f: Callable[[Floats], Any], x: Floats, verbose: bool = True, h: float = 0.00001) -> Floats:
    """Return the gradient of the number f(x) by central differences, in the shape of x; ``verbose`` prints it."""
    grad = eval_numerical_gradient_array(f, x, 1.0, h)
    if verbose:
        print(grad)
    return grad


def eval_numerical_gradient_array(f: Callable[[Floats], Any], x: Floats, df: npt.ArrayLike, h: float = 1e-5) -> Floats:
    """Return the gradient of sum(f(x) * df) by central differences, in the shape of x; df has the shape of f(x)."""
    grad = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + h
        above = np.array(f(x))
        x[index] = kept - h
        below = np.array(f(x))
        x[index] = kept
        grad[index] = np.sum((above - below) * df) / (2 * h)
    return grad


def rel_error(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Return the largest relative error of two arrays of one shape."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))))
