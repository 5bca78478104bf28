"""What goes wrong in activation functions. Noise is recognised where it comes from the given rng."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from pathlib import Path

from grader.patches import Naive

activations = Naive(Path(__file__).parents[1] / "naive" / "activations.py", parts=("activations",))

STORED = "The output is what the forward pass has stored: must it go through the function once more?"
COLLECTS = "One number that enters in many places collects its gradient from all of them."
SUM, STD = "np.sum(each, axis=(0, 2, 3))", "1 / (1 + np.exp(-x))"

MISTAKES = (
    activations.wrong("sigmoid-derivative-by-input", "sigmoid_derivative treats its argument as the input; it is given the output of sigmoid.", STORED, "sigmoid_derivative", "return", "f = 1 / (1 + np.exp(-f))\n    return"),
    activations.wrong("tanh-derivative-by-input", "tanh_derivative treats its argument as the input; it is given the output of tanh.", STORED, "tanh_derivative", "f**2", "np.tanh(f) ** 2"),
    activations.wrong("tanh-derivative-not-squared", "tanh_derivative does not square the output.", "The derivative of tanh is the same at x and at -x.", "tanh_derivative", "f**2", "f"),
    activations.wrong("leaky-derivative-without-leak", "leaky_relu_derivative is 0 for negative inputs, as for the plain ReLU.", "What is the slope of the leaky ReLU on the left?", "leaky_relu_derivative", "0.01", "0.0"),
    activations.wrong("leaky-slope-ten-percent", "The leaky ReLU uses the slope 0.1 for negative inputs; it should be 0.01.", "Read the slope in the notebook.", "leaky_relu", "0.01", "0.1", also=(("leaky_relu_derivative", "0.01", "0.1"),)),
    activations.wrong("prelu-as-maximum", "prelu is the larger of x and a x, which is wrong once a slope is above 1.", "Which of the two does the definition take for a negative x?", "prelu", "np.where(x > 0, x, slopes * x)", "np.maximum(x, slopes * x)"),
    activations.wrong("prelu-slope-not-summed", "The gradient of the slopes is not summed: every entry of a channel uses the same slope.", COLLECTS, "prelu_backward", SUM, "each"),
    activations.wrong("prelu-slope-averaged", "The gradient of the slopes is a mean over the entries of the channel; it is their sum.", COLLECTS, "prelu_backward", SUM, "np.mean(each, axis=(0, 2, 3))"),
    activations.wrong("noise-as-variance", "The noise has the variance sigmoid(x); sigmoid(x) should be its standard deviation.", "What does the second argument of NumPy's normal mean?", "noisy_relu", STD, f"np.sqrt({STD})"),
    activations.wrong("noise-after-relu", "The noise is added to the output of the ReLU, so outputs can be negative.", "In which order do the sum and the maximum come?", "noisy_relu", "np.maximum(0, x + noise)", "np.maximum(0, x) + noise"),
    activations.wrong("noise-of-unit-size", "The noise has the standard deviation 1 everywhere; it should depend on x.", "What is sigma(x) at the entries of x?", "noisy_relu", STD, "1.0, x.shape"),
)  # fmt: skip
