"""Activation functions as objects: f, and its derivative expressed by the output y = f(z).

    identity   f(z) = z                   f'(z) = 1
    ReLU       f(z) = max(0, z)           f'(z) = 1 where y > 0, else 0
    sigmoid    f(z) = 1 / (1 + exp(-z))   f'(z) = y (1 - y)
    tanh       f(z) = tanh z              f'(z) = 1 - y²

``forward`` takes the weighted input z, ``backward`` the output y, of any shape; both return float64 of that shape.
A ReLU's output is 0 wherever z is negative, so its derivative at y = 0 is 0.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats


class IdentityActivator:
    """The identity: what goes in comes out."""

    def forward(self, weighted_input: npt.ArrayLike) -> Floats:
        """Return the weighted input."""
        return np.array(weighted_input, dtype=np.float64)

    def backward(self, output: npt.ArrayLike) -> Floats:
        """Return the derivative where the activator gave ``output``: 1 everywhere."""
        return np.ones(np.shape(output))


class ReluActivator:
    """The rectified linear unit."""

    def forward(self, weighted_input: npt.ArrayLike) -> Floats:
        """Return max(0, weighted_input)."""
        return np.asarray(np.maximum(np.asarray(weighted_input, dtype=np.float64), 0.0))

    def backward(self, output: npt.ArrayLike) -> Floats:
        """Return the derivative where the activator gave ``output``."""
        return np.where(np.asarray(output) > 0, 1.0, 0.0)


class SigmoidActivator:
    """The logistic function."""

    def forward(self, weighted_input: npt.ArrayLike) -> Floats:
        """Return 1 / (1 + exp(-weighted_input)), without overflow."""
        z = np.asarray(weighted_input, dtype=np.float64)
        small = np.exp(-np.abs(z))
        return np.where(z >= 0, 1.0, small) / (1.0 + small)

    def backward(self, output: npt.ArrayLike) -> Floats:
        """Return the derivative where the activator gave ``output``."""
        y = np.asarray(output, dtype=np.float64)
        return np.asarray(y * (1.0 - y))


class TanhActivator:
    """The hyperbolic tangent."""

    def forward(self, weighted_input: npt.ArrayLike) -> Floats:
        """Return tanh(weighted_input)."""
        return np.asarray(np.tanh(np.asarray(weighted_input, dtype=np.float64)))

    def backward(self, output: npt.ArrayLike) -> Floats:
        """Return the derivative where the activator gave ``output``."""
        y = np.asarray(output, dtype=np.float64)
        return np.asarray(1.0 - y * y)
