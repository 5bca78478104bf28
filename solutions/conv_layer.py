"""A convolution layer as an object, for one image (channels, height, width) at a time.

Forward, with p the zero padding, s the stride, f the layer's activator, and x zero outside the image:

    net[k, y, z] = bias[k] + sum over c, i, j of weights[k, c, i, j] x[c, s y + i - p, s z + j - p]
    output_array = f(net)

Backward. The sensitivity is the gradient of the loss to net, this layer's weighted input; delta_array is the same
for the layer before, whose activator g gave x:

    delta_array[c, s y + i - p, s z + j - p] += weights[k, c, i, j] sensitivity[k, y, z]    for all k, y, z, c, i, j
    delta_array *= g'(x)                                    (g' as a function of the output, as activators have it)
    weights_grad[k, c, i, j] = sum over y, z of sensitivity[k, y, z] x[c, s y + i - p, s z + j - p]
    bias_grad[k] = sum over y, z of sensitivity[k, y, z]

The first line is, in textbooks, the sensitivity spread out by the stride, padded, and correlated with each filter
rotated by 180 degrees. Update: weights -= learning_rate weights_grad, bias likewise. The kernels are conv.py's.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from solutions.conv import ConvCache, conv_backward_naive, conv_forward_naive
from solutions.inputs import Floats, as_float64, count_windows, expect_shape, whole_number


class Activator(Protocol):
    """An activation function and its derivative, which takes the function's output."""

    def forward(self, weighted_input: npt.ArrayLike) -> Floats:
        """Return the output."""

    def backward(self, output: npt.ArrayLike) -> Floats:
        """Return the derivative where the activator gave ``output``."""


class Filter:
    """One filter: weights and weights_grad (channels, height, width), bias and bias_grad as floats."""

    def __init__(self, filter_width: int, filter_height: int, channel_number: int) -> None:
        shape = (channel_number, filter_height, filter_width)
        self.weights: Floats = np.random.uniform(-1e-4, 1e-4, shape)
        self.bias = 0.0
        self.weights_grad: Floats = np.zeros(shape)
        self.bias_grad = 0.0

    def update(self, learning_rate: float) -> None:
        """Take one step of gradient descent."""
        self.weights = self.weights - learning_rate * self.weights_grad
        self.bias = self.bias - learning_rate * self.bias_grad


class ConvLayer:
    """A convolution layer with ``filters``; see the module's formulas.

    ``output_array`` (filters, output height, output width) comes from forward, ``delta_array`` (channels, height,
    width) and the filters' gradients from backward, which replaces those of an earlier call.
    Raises ValueError if the windows do not fit evenly, or an array has the wrong shape.
    """

    def __init__(
        self,
        input_width: int,
        input_height: int,
        channel_number: int,
        filter_width: int,
        filter_height: int,
        filter_number: int,
        zero_padding: int,
        stride: int,
        activator: Activator,
        learning_rate: float,
    ) -> None:
        self.stride = whole_number("stride", stride, 1)
        self.zero_padding = whole_number("zero_padding", zero_padding, 0)
        self.input_shape = (channel_number, input_height, input_width)
        height = count_windows(input_height, filter_height, stride, zero_padding)
        width = count_windows(input_width, filter_width, stride, zero_padding)
        self.activator = activator
        self.learning_rate = learning_rate
        self.filters = [Filter(filter_width, filter_height, channel_number) for _ in range(filter_number)]
        self.output_array: Floats = np.zeros((filter_number, height, width))
        self.delta_array: Floats = np.zeros(self.input_shape)

    def forward(self, input: npt.ArrayLike) -> None:
        """Set output_array for the image ``input`` (channels, height, width)."""
        weighted_input, _ = self._convolve(input)
        self.output_array = self.activator.forward(weighted_input)

    def backward(self, input: npt.ArrayLike, sensitivity: npt.ArrayLike, activator: Activator) -> None:
        """Set delta_array and the filters' gradients, for a sensitivity in the shape of output_array.

        ``activator`` is the one of the layer before, whose output ``input`` is.
        """
        sensitivity = as_float64(sensitivity)
        expect_shape("sensitivity", sensitivity, self.output_array.shape)
        _, cache = self._convolve(input)
        dx, weights_grad, bias_grad = conv_backward_naive(sensitivity[None], cache)
        self.delta_array = dx[0] * activator.backward(input)
        for k, one in enumerate(self.filters):
            one.weights_grad, one.bias_grad = weights_grad[k], float(bias_grad[k])

    def update(self) -> None:
        """Take one step of gradient descent in every filter."""
        for one in self.filters:
            one.update(self.learning_rate)

    def _convolve(self, input: npt.ArrayLike) -> tuple[Floats, ConvCache]:
        image = as_float64(input)
        expect_shape("input", image, self.input_shape)
        weights = np.stack([one.weights for one in self.filters])
        biases = [one.bias for one in self.filters]
        out, cache = conv_forward_naive(image[None], weights, biases, {"stride": self.stride, "pad": self.zero_padding})
        return out[0], cache
