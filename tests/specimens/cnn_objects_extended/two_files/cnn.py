import numpy as np
from activators import IdentityActivator, ReluActivator, SigmoidActivator


def element_wise_op(array, op):
    for number in np.nditer(array, op_flags=["readwrite"]):
        number[...] = op(number)


def padding(input_array, zp):
    height, width = input_array.shape[-2:]
    padded = np.zeros(input_array.shape[:-2] + (height + 2 * zp, width + 2 * zp))
    padded[..., zp : zp + height, zp : zp + width] = input_array
    return padded


def get_patch(input_array, i, j, filter_width, filter_height, stride):
    return input_array[..., i * stride : i * stride + filter_height, j * stride : j * stride + filter_width]


def conv(input_array, kernel_array, output_array, stride, bias):
    for i in range(output_array.shape[0]):
        for j in range(output_array.shape[1]):
            patch = get_patch(input_array, i, j, kernel_array.shape[-1], kernel_array.shape[-2], stride)
            output_array[i, j] = (patch * kernel_array).sum() + bias


def get_max_index(array):
    return divmod(array.argmax(), array.shape[1])


class Filter(object):
    def __init__(self, width, height, depth):
        self.weights = np.random.uniform(-1e-4, 1e-4, (depth, height, width))
        self.bias = 0
        self.weights_grad = np.zeros(self.weights.shape)
        self.bias_grad = 0

    def update(self, learning_rate):
        self.weights -= learning_rate * self.weights_grad
        self.bias -= learning_rate * self.bias_grad


class ConvLayer(object):
    def __init__(self, input_width, input_height, channel_number, filter_width, filter_height, filter_number,
                 zero_padding, stride, activator, learning_rate):
        self.shape = (channel_number, input_height, input_width)
        self.filter_width, self.filter_height = filter_width, filter_height
        self.zero_padding, self.stride = zero_padding, stride
        self.activator, self.learning_rate = activator, learning_rate
        self.filters = [Filter(filter_width, filter_height, channel_number) for _ in range(filter_number)]
        rows = (input_height + 2 * zero_padding - filter_height) // stride + 1
        columns = (input_width + 2 * zero_padding - filter_width) // stride + 1
        self.output_array = np.zeros((filter_number, rows, columns))

    def forward(self, input_array):
        self.input_array = input_array
        self.padded = padding(input_array, self.zero_padding)
        for k, one in enumerate(self.filters):
            conv(self.padded, one.weights, self.output_array[k], self.stride, one.bias)
        element_wise_op(self.output_array, self.activator.forward)

    def spread(self, sensitivity):
        _, height, width = self.shape
        rows = height - self.filter_height + 2 * self.zero_padding + 1
        columns = width - self.filter_width + 2 * self.zero_padding + 1
        wide = np.zeros((len(sensitivity), rows, columns))
        wide[:, :: self.stride, :: self.stride] = sensitivity
        return wide

    def backward(self, input_array, sensitivity, activator):
        self.forward(input_array)
        wide = self.spread(sensitivity)
        # one border for all sides, from the widths
        zp = (self.shape[2] + self.filter_width - 1 - wide.shape[2]) // 2
        bordered = padding(wide, zp)
        self.delta_array = np.zeros(self.shape)
        for k, one in enumerate(self.filters):
            for d in range(self.shape[0]):
                delta = np.zeros(self.shape[1:])
                conv(bordered[k], np.rot90(one.weights[d], 2), delta, 1, 0)
                self.delta_array[d] += delta
                conv(self.padded[d], wide[k], one.weights_grad[d], 1, 0)
            one.bias_grad = sensitivity[k].sum()
        slope = np.array(input_array)
        element_wise_op(slope, activator.backward)
        self.delta_array *= slope

    def update(self):
        for one in self.filters:
            one.update(self.learning_rate)


class MaxPoolingLayer(object):
    def __init__(self, input_width, input_height, channel_number, filter_width, filter_height, stride):
        self.filter_width, self.filter_height, self.stride = filter_width, filter_height, stride
        rows = (input_height - filter_height) // stride + 1
        columns = (input_width - filter_width) // stride + 1
        self.output_array = np.zeros((channel_number, rows, columns))

    def forward(self, input_array):
        for d, i, j in np.ndindex(self.output_array.shape):
            patch = get_patch(input_array[d], i, j, self.filter_width, self.filter_height, self.stride)
            self.output_array[d, i, j] = patch.max()

    def backward(self, input_array, sensitivity):
        self.delta_array = np.zeros(input_array.shape)
        for d, i, j in np.ndindex(self.output_array.shape):
            patch = get_patch(input_array[d], i, j, self.filter_width, self.filter_height, self.stride)
            k, l = get_max_index(patch)
            self.delta_array[d, i * self.stride + k, j * self.stride + l] = sensitivity[d, i, j]
