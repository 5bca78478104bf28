"""A fully connected layer and a softmax layer as objects, for one image or vector at a time.

Fully connected, x the input flattened in C order, f the layer's activator, g that of the layer before, which gave x:

    net = weights x + bias                          weights (output_size, input_size), bias (output_size,)
    output_array = f(net)
    delta_array = (weights^T sensitivity) g'(x)     in the input's shape; g' as a function of the output
    weights_grad = sensitivity x^T                  bias_grad = sensitivity

where the sensitivity is the gradient of the loss to net, as in conv_layer.py. Update: weights -= learning_rate
weights_grad, bias likewise. Softmax with the cross-entropy loss, for scores z (size,) and the right class k:

    output_array = exp(z - max z) / sum exp(z - max z)
    loss = -log output_array[k]                     = log sum exp(z - max z) - (z[k] - max z)
    delta_array = output_array - e_k                the gradient of the loss to z
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from solutions.affine import affine_backward, affine_forward
from solutions.conv_layer import Activator
from solutions.inputs import Floats, as_float64, expect_shape, whole_number


class FullyConnectedLayer:
    """A fully connected layer with ``weights``, ``bias`` and their gradients; see the module's formulas.

    ``output_array`` (output_size,) comes from forward, ``delta_array`` (the input's shape), ``weights_grad`` and
    ``bias_grad`` from backward. Raises ValueError if an array has the wrong shape.
    """

    def __init__(self, input_size: int, output_size: int, activator: Activator, learning_rate: float) -> None:
        self.input_size = whole_number("input_size", input_size, 1)
        self.output_size = whole_number("output_size", output_size, 1)
        self.activator = activator
        self.learning_rate = learning_rate
        limit = 1.0 / sqrt(input_size)
        self.weights: Floats = np.random.uniform(-limit, limit, (output_size, input_size))
        self.bias: Floats = np.zeros(output_size)
        self.weights_grad: Floats = np.zeros((output_size, input_size))
        self.bias_grad: Floats = np.zeros(output_size)
        self.output_array: Floats = np.zeros(output_size)
        self.delta_array: Floats = np.zeros(input_size)

    def forward(self, input: npt.ArrayLike) -> None:
        """Set output_array for an input of input_size numbers, of any shape."""
        net, _ = affine_forward(self._row(input), self.weights.T, self.bias)
        self.output_array = self.activator.forward(net[0])

    def backward(self, input: npt.ArrayLike, sensitivity: npt.ArrayLike, activator: Activator) -> None:
        """Set delta_array and the gradients, for a sensitivity (output_size,).

        ``activator`` is the one of the layer before, whose output ``input`` is.
        """
        sensitivity = as_float64(sensitivity)
        expect_shape("sensitivity", sensitivity, (self.output_size,))
        cache = affine_forward(self._row(input), self.weights.T, self.bias)[1]
        dx, dw, db = affine_backward(sensitivity[None], cache)
        self.delta_array = dx.reshape(np.shape(input)) * activator.backward(input)
        self.weights_grad, self.bias_grad = dw.T.copy(), db

    def update(self) -> None:
        """Take one step of gradient descent."""
        self.weights = self.weights - self.learning_rate * self.weights_grad
        self.bias = self.bias - self.learning_rate * self.bias_grad

    def _row(self, input: npt.ArrayLike) -> Floats:
        row = as_float64(input).reshape(1, -1)
        expect_shape("input, flattened,", row, (1, self.input_size))
        return row


class SoftmaxLayer:
    """Softmax and the cross-entropy loss; ``output_array`` and ``delta_array`` have the scores' shape (size,)."""

    def __init__(self, size: int) -> None:
        self.size = whole_number("size", size, 1)
        self.output_array: Floats = np.full(size, 1.0 / size)
        self.delta_array: Floats = np.zeros(size)

    def forward(self, input: npt.ArrayLike) -> None:
        """Set output_array, the probabilities, for scores (size,) of any size."""
        scores = as_float64(input)
        expect_shape("input", scores, (self.size,))
        self._shifted: Floats = scores - scores.max()
        powers = np.exp(self._shifted)
        self.output_array = powers / powers.sum()

    def loss(self, label: int) -> float:
        """Return the cross-entropy loss of the last forward pass for the right class ``label``."""
        return float(np.log(np.exp(self._shifted).sum()) - self._shifted[label])

    def backward(self, label: int) -> None:
        """Set delta_array, the gradient of that loss to the scores."""
        self.delta_array = self.output_array.copy()
        self.delta_array[label] -= 1.0
