"""The fully connected layer and the softmax layer as students write them as objects."""

import numpy as np


class FullyConnectedLayer:
    def __init__(self, input_size, output_size, activator, learning_rate):
        self.activator = activator
        self.learning_rate = learning_rate
        self.weights = np.random.uniform(-0.1, 0.1, (output_size, input_size))
        self.bias = np.zeros(output_size)

    def forward(self, input):
        net = self.weights.dot(input.ravel()) + self.bias
        self.output_array = self.activator.forward(net)

    def backward(self, input, sensitivity, activator):
        x = input.ravel()
        delta = self.weights.T.dot(sensitivity)
        self.delta_array = delta.reshape(input.shape) * activator.backward(input)
        self.weights_grad = np.outer(sensitivity, x)
        self.bias_grad = sensitivity * 1.0

    def update(self):
        self.weights = self.weights - self.learning_rate * self.weights_grad
        self.bias = self.bias - self.learning_rate * self.bias_grad


class SoftmaxLayer:
    def __init__(self, size):
        self.size = size

    def forward(self, input):
        powers = np.exp(input - np.max(input))
        self.output_array = powers / np.sum(powers)

    def loss(self, label):
        return -np.log(self.output_array[label])

    def backward(self, label):
        self.delta_array = self.output_array.copy()
        self.delta_array[label] -= 1
