"""The convolution and the max-pooling layer as students write them as objects, in loops over the output."""

import numpy as np


class Filter:
    def __init__(self, filter_width, filter_height, channel_number):
        shape = (channel_number, filter_height, filter_width)
        self.weights = np.random.uniform(-1e-4, 1e-4, shape)
        self.bias = 0.0
        self.weights_grad = np.zeros(shape)
        self.bias_grad = 0.0

    def update(self, learning_rate):
        self.weights = self.weights - learning_rate * self.weights_grad
        self.bias = self.bias - learning_rate * self.bias_grad


class ConvLayer:
    def __init__(
        self, input_width, input_height, channel_number, filter_width, filter_height, filter_number, zero_padding,
        stride, activator, learning_rate,
    ):  # fmt: skip
        self.filter_width = filter_width
        self.filter_height = filter_height
        self.zero_padding = zero_padding
        self.stride = stride
        self.activator = activator
        self.learning_rate = learning_rate
        self.output_width = (input_width + 2 * zero_padding - filter_width) // stride + 1
        self.output_height = (input_height + 2 * zero_padding - filter_height) // stride + 1
        self.filters = [Filter(filter_width, filter_height, channel_number) for _ in range(filter_number)]

    def padded(self, input):
        p = self.zero_padding
        return np.pad(np.asarray(input, dtype=float), ((0, 0), (p, p), (p, p)))

    def forward(self, input):
        padded = self.padded(input)
        net = np.zeros((len(self.filters), self.output_height, self.output_width))
        for f, one in enumerate(self.filters):
            for i in range(self.output_height):
                for j in range(self.output_width):
                    top, left = i * self.stride, j * self.stride
                    window = padded[:, top : top + self.filter_height, left : left + self.filter_width]
                    net[f, i, j] = np.sum(window * one.weights) + one.bias
        self.output_array = self.activator.forward(net)

    def backward(self, input, sensitivity, activator):
        padded = self.padded(input)
        delta = np.zeros(padded.shape)
        for f, one in enumerate(self.filters):
            one.weights_grad = np.zeros(one.weights.shape)
            one.bias_grad = 0.0
            for i in range(self.output_height):
                for j in range(self.output_width):
                    top, left = i * self.stride, j * self.stride
                    rows, columns = slice(top, top + self.filter_height), slice(left, left + self.filter_width)
                    s = sensitivity[f, i, j]
                    one.weights_grad += s * padded[:, rows, columns]
                    one.bias_grad += s
                    delta[:, rows, columns] += s * one.weights
        p, (H, W) = self.zero_padding, input.shape[1:]
        delta = delta[:, p : p + H, p : p + W]
        self.delta_array = delta * activator.backward(np.asarray(input, dtype=float))

    def update(self):
        for one in self.filters:
            one.update(self.learning_rate)


class MaxPoolingLayer:
    def __init__(self, input_width, input_height, channel_number, filter_width, filter_height, stride):
        self.filter_width = filter_width
        self.filter_height = filter_height
        self.stride = stride
        self.output_width = (input_width - filter_width) // stride + 1
        self.output_height = (input_height - filter_height) // stride + 1

    def forward(self, input):
        C = input.shape[0]
        self.output_array = np.zeros((C, self.output_height, self.output_width))
        for c in range(C):
            for i in range(self.output_height):
                for j in range(self.output_width):
                    top, left = i * self.stride, j * self.stride
                    window = input[c, top : top + self.filter_height, left : left + self.filter_width]
                    self.output_array[c, i, j] = np.max(window)

    def backward(self, input, sensitivity):
        C = input.shape[0]
        self.delta_array = np.zeros(input.shape)
        for c in range(C):
            for i in range(self.output_height):
                for j in range(self.output_width):
                    top, left = i * self.stride, j * self.stride
                    window = input[c, top : top + self.filter_height, left : left + self.filter_width]
                    k, m = np.unravel_index(np.argmax(window), window.shape)
                    self.delta_array[c, top + k, left + m] += sensitivity[c, i, j]
