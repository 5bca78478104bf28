"""Layers that keep what they need between forward and backward."""

import numpy as np

from .activators import ReluActivator


class Filter:
    def __init__(self, filter_width, filter_height, channel_number):
        self.weights = np.random.randn(channel_number, filter_height, filter_width) * 0.01
        self.bias = np.zeros(1)
        self.reset()

    def reset(self):
        self.weights_grad = np.zeros_like(self.weights)
        self.bias_grad = np.zeros(1)

    def update(self, learning_rate):
        self.weights -= learning_rate * self.weights_grad
        self.bias -= learning_rate * self.bias_grad
        self.reset()


class ConvLayer:
    def __init__(self, input_width, input_height, channel_number, filter_width, filter_height,
                 filter_number, zero_padding, stride, activator, learning_rate):
        self.filters = [Filter(filter_width, filter_height, channel_number) for _ in range(filter_number)]
        self.pad, self.stride = zero_padding, stride
        self.h, self.w = filter_height, filter_width
        self.activator, self.rate = activator, learning_rate
        rows = 1 + (input_height - filter_height + 2 * zero_padding) // stride
        columns = 1 + (input_width - filter_width + 2 * zero_padding) // stride
        self.positions = [(y, x) for y in range(rows) for x in range(columns)]
        self.output_array = np.zeros((filter_number, rows, columns))

    def place(self, y, x):
        return np.s_[:, y * self.stride:y * self.stride + self.h, x * self.stride:x * self.stride + self.w]

    def forward(self, input):
        self.padded = np.pad(input, [(0, 0), (self.pad, self.pad), (self.pad, self.pad)])
        for k, one in enumerate(self.filters):
            for y, x in self.positions:
                self.output_array[k, y, x] = np.vdot(self.padded[self.place(y, x)], one.weights) + one.bias[0]
        self.output_array[:] = self.activator.forward(self.output_array)

    def backward(self, input, sensitivity, activator):
        delta = np.zeros(self.padded.shape)
        for k, one in enumerate(self.filters):
            for y, x in self.positions:
                delta[self.place(y, x)] += one.weights * sensitivity[k, y, x]
                one.weights_grad += self.padded[self.place(y, x)] * sensitivity[k, y, x]
                one.bias_grad += sensitivity[k, y, x]
        bottom, right = delta.shape[1] - self.pad, delta.shape[2] - self.pad
        self.delta_array = delta[:, self.pad:bottom, self.pad:right] * activator.backward(input)

    def update(self):
        [one.update(self.rate) for one in self.filters]


class MaxPoolingLayer:
    def __init__(self, input_width, input_height, channel_number, filter_width, filter_height, stride):
        self.window = (filter_height, filter_width)
        self.stride = stride

    def forward(self, input):
        windows = np.lib.stride_tricks.sliding_window_view(input, self.window, axis=(1, 2))
        windows = windows[:, ::self.stride, ::self.stride].reshape(len(input), -1, self.window[0] * self.window[1])
        rows = (input.shape[1] - self.window[0]) // self.stride + 1
        self.winner = windows.argmax(axis=2).reshape(len(input), rows, -1)
        self.output_array = windows.max(axis=2).reshape(self.winner.shape)

    def backward(self, input, sensitivity):
        c, y, x = np.indices(self.winner.shape)
        i, j = np.divmod(self.winner, self.window[1])
        self.delta_array = np.zeros(input.shape)
        np.add.at(self.delta_array, (c, y * self.stride + i, x * self.stride + j), sensitivity)


def general_conv(x, w, b=None, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    batch = x.reshape((-1,) + x.shape[-3:])
    batch = np.pad(batch, [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2])
    reach = [dilation[a] * (w.shape[2 + a] - 1) + 1 for a in (0, 1)]
    windows = np.lib.stride_tricks.sliding_window_view(batch, reach, axis=(2, 3))
    windows = windows[:, :, ::stride[0], ::stride[1], ::dilation[0], ::dilation[1]]
    parts = zip(np.split(windows, groups, axis=1), np.split(w, groups))
    out = np.concatenate([np.einsum("ncyxij,fcij->nfyx", a, f) for a, f in parts], axis=1)
    if b is not None:
        out = out + np.reshape(b, (-1, 1, 1))
    return out.reshape(x.shape[:-3] + out.shape[1:])


def initial_weights(num_filters, channels, filter_size):
    limit = (3 * 2 / (filter_size ** 2 * channels)) ** 0.5  # uniform numbers up to here have the std that is asked for
    return np.random.uniform(-limit, limit, (num_filters, channels, filter_size, filter_size))


def simple_img_conv_pool(x, w=None, b=None, filter_size=5, num_filters=20, pool_size=2, pool_stride=2, activator=None):
    if w is None:
        w = initial_weights(num_filters, x.shape[-3], filter_size)
    out = general_conv(x, w, b)
    flat = out.reshape((-1,) + out.shape[-2:])
    pool = MaxPoolingLayer(out.shape[-1], out.shape[-2], len(flat), pool_size, pool_size, pool_stride)
    pool.forward(flat)
    pooled = pool.output_array.reshape(out.shape[:-2] + pool.output_array.shape[1:])
    return (activator or ReluActivator()).forward(pooled)  # activators rise, so the order does not matter
