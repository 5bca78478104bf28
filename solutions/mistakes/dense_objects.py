"""What goes wrong in fully connected and softmax layers that are objects."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

naive = Naive(Path(__file__).parents[1] / "naive" / "dense_objects.py", parts=("dense_objects",))

OUT = "What is output_array where the input is 0?"
SENSITIVITY = "The sensitivity already is the gradient with respect to this layer's weighted input; what is left to do?"
SHAPE = "A gradient has the shape of what it belongs to."
STEP = "Which way does the loss fall?"
EACH = "Write down the loss for three scores, and its derivative with respect to each of them."
FULL = "FullyConnectedLayer"

FORWARD = (
    naive.wrong("dense-bias-forgotten", "The forward pass leaves out the bias.", OUT, f"{FULL}.forward", " + self.bias", ""),
    naive.wrong("dense-activator-not-applied", "output_array is the weighted input: the layer's activator is not applied.", "The identity hides it; try the layer with another activator.", f"{FULL}.forward", "self.activator.forward(net)", "net"),
)  # fmt: skip

BACKWARD = (
    naive.wrong("dense-derivative-absent", "delta_array leaves out the derivative of the previous layer's activator.", "backward is given an activator; what for?", f"{FULL}.backward", " * activator.backward(input)", ""),
    naive.wrong("dense-derivative-of-own-layer", "delta_array is multiplied by the derivative of this layer's own activator.", SENSITIVITY, f"{FULL}.backward", "delta = self.weights.T.dot(sensitivity)", "delta = self.weights.T.dot(sensitivity * self.activator.backward(self.output_array))", " * activator.backward(input)", ""),
    naive.wrong("dense-own-derivative-too", "The sensitivity is multiplied by the derivative of this layer's own activator, which it holds already.", SENSITIVITY, f"{FULL}.backward", "x = input.ravel()", "x = input.ravel()\n        sensitivity = sensitivity * self.activator.backward(self.output_array)"),
    naive.wrong("dense-delta-flat", "delta_array is a vector; it should have the shape of the input.", SHAPE, f"{FULL}.backward", "delta.reshape(input.shape) * activator.backward(input)", "delta * activator.backward(x)"),
    naive.wrong("dense-weights-grad-transposed", "weights_grad is (input_size, output_size); the weights are (output_size, input_size).", SHAPE, f"{FULL}.backward", "np.outer(sensitivity, x)", "np.outer(x, sensitivity)"),
    naive.wrong("dense-bias-grad-summed", "bias_grad is one number; there should be one for each output.", SHAPE, f"{FULL}.backward", "sensitivity * 1.0", "np.sum(sensitivity)"),
    naive.wrong("dense-weights-grad-without-input", "weights_grad does not depend on the input.", "How much does an output change with one weight?", f"{FULL}.backward", "np.outer(sensitivity, x)", "np.outer(sensitivity, np.ones(len(x)))"),
)  # fmt: skip

UPDATE = (
    naive.wrong("dense-update-adds", "update adds the gradients to weights and bias; it should subtract them.", STEP, f"{FULL}.update", "- self.learning_rate", "+ self.learning_rate"),
    naive.wrong("dense-update-without-bias", "update leaves the bias as it is.", STEP, f"{FULL}.update", "self.bias - self.learning_rate * self.bias_grad", "self.bias"),
    naive.wrong("dense-update-without-rate", "update ignores the learning rate.", STEP, f"{FULL}.update", "self.learning_rate * ", ""),
)  # fmt: skip

SOFTMAX = (
    naive.wrong("softmax-object-not-shifted", "The softmax is computed from the scores as they are: large scores overflow.", "What is exp(1000)? And what stays the same if all scores get smaller by one number?", "SoftmaxLayer.forward", "input - np.max(input)", "input"),
    naive.wrong("softmax-object-not-normalised", "The probabilities do not add up to 1: the exponentials are not divided by their sum.", "What do the probabilities of all classes add up to?", "SoftmaxLayer.forward", "powers / np.sum(powers)", "powers"),
    naive.wrong("softmax-object-sign", "The loss has the wrong sign.", "What is the sign of the logarithm of a probability?", "SoftmaxLayer.loss", "-np.log", "np.log"),
    naive.wrong("softmax-object-no-logarithm", "The loss is not a logarithm of the probability.", EACH, "SoftmaxLayer.loss", "-np.log(self.output_array[label])", "1 - self.output_array[label]"),
    naive.wrong("softmax-object-delta-turned", "delta_array has the wrong sign.", EACH, "SoftmaxLayer.backward", "self.delta_array[label] -= 1", "self.delta_array[label] -= 1\n        self.delta_array = -self.delta_array"),
    naive.wrong("softmax-object-delta-plain", "delta_array is the probabilities: the right class is not taken into account.", EACH, "SoftmaxLayer.backward", "self.delta_array[label] -= 1", ""),
    naive.wrong("softmax-object-delta-of-label", "delta_array is zero for all classes but the right one.", EACH, "SoftmaxLayer.backward", "self.delta_array = self.output_array.copy()\n        self.delta_array[label] -= 1", "self.delta_array = np.zeros(self.size)\n        self.delta_array[label] = self.output_array[label] - 1"),
    naive.wrong("softmax-object-loss-of-all", "The loss adds up the logarithms of all classes, not only of the right one.", EACH, "SoftmaxLayer.loss", "-np.log(self.output_array[label])", "-np.sum(np.log(self.output_array))"),
    naive.wrong("softmax-object-loss-mean", "The loss is divided by the number of classes.", EACH, "SoftmaxLayer.loss", "self.output_array[label])", "self.output_array[label]) / self.size"),
    naive.wrong("softmax-object-delta-slope", "delta_array is p (1 - p): the right class is not taken into account.", EACH, "SoftmaxLayer.backward", "self.output_array.copy()", "self.output_array * (1 - self.output_array)", "self.delta_array[label] -= 1", "pass"),
    naive.wrong("softmax-object-delta-times-p", "delta_array is multiplied by the probabilities.", EACH, "SoftmaxLayer.backward", "self.delta_array[label] -= 1", "self.delta_array[label] -= 1; self.delta_array *= self.output_array"),
    naive.wrong("softmax-object-delta-with-slope", "delta_array is multiplied by p (1 - p), as for a sigmoid.", EACH, "SoftmaxLayer.backward", "self.delta_array[label] -= 1", "self.delta_array[label] -= 1; self.delta_array *= self.output_array * (1 - self.output_array)"),
)  # fmt: skip
