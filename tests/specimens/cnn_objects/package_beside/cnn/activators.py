"""Activators on arrays."""

import numpy as np


class IdentityActivator:
    def forward(self, weighted_input):
        return weighted_input

    def backward(self, output):
        return np.ones(output.shape)


class ReluActivator:
    def forward(self, weighted_input):
        return weighted_input * (weighted_input > 0)

    def backward(self, output):
        slope = np.zeros(output.shape)
        slope[output > 0] = 1
        return slope


class SigmoidActivator:
    def forward(self, weighted_input):
        return np.exp(weighted_input) / (1 + np.exp(weighted_input))

    def backward(self, output):
        return output - output**2


class TanhActivator:
    def forward(self, weighted_input):
        return np.sinh(weighted_input) / np.cosh(weighted_input)

    def backward(self, output):
        return (1 + output) * (1 - output)
