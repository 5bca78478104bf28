"""What goes wrong in activation functions. Noise is recognised where it comes from the given rng."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake


def by_the_input(function: str) -> Mistake:
    """The mistake that the derivative applies the function to what is its output already."""

    @mistake(
        f"{function}-derivative-by-input",
        parts=("activations",),
        sentence=f"{function}_derivative takes its argument for the input; it is given the output of {function}.",
        hint="The output is what the forward pass has stored: must it go through the function once more?",
    )
    def variant(ref: Any) -> Mapping[str, Any]:
        name = f"{function}_derivative"
        return {name: lambda f: getattr(ref, name)(getattr(ref, function)(f))}

    return variant


sigmoid_by_the_input = by_the_input("sigmoid")
tanh_by_the_input = by_the_input("tanh")


@mistake(
    "tanh-derivative-not-squared",
    parts=("activations",),
    sentence="tanh_derivative does not square the output.",
    hint="The derivative of tanh is the same at x and at -x.",
)
def tanh_not_squared(ref: Any) -> Mapping[str, Any]:
    """1 - f."""
    return {"tanh_derivative": lambda f: 1.0 - f}


@mistake(
    "leaky-derivative-without-leak",
    parts=("activations",),
    sentence="leaky_relu_derivative is 0 for negative inputs, as that of the plain ReLU.",
    hint="What is the slope of the leaky ReLU on the left?",
)
def leaky_without_leak(ref: Any) -> Mapping[str, Any]:
    """The derivative of the plain ReLU."""
    return {"leaky_relu_derivative": ref.relu_derivative}


@mistake(
    "leaky-slope-ten-percent",
    parts=("activations",),
    sentence="The leaky ReLU has the slope 0.1 for negative inputs; here it is 0.01.",
    hint="Read the slope in the notebook.",
)
def leaky_slope(ref: Any) -> Mapping[str, Any]:
    """A leak of 0.1, in the function and its derivative."""
    return {
        "leaky_relu": lambda x: np.where(x > 0, x, 10 * ref.leaky_relu(x)),
        "leaky_relu_derivative": lambda x: np.where(x > 0, 1.0, 10 * ref.leaky_relu_derivative(x)),
    }


@mistake(
    "prelu-as-maximum",
    parts=("activations",),
    sentence="prelu is the larger of x and a x, which is something else once a slope is above 1.",
    hint="Which of the two does the definition take for a negative x?",
)
def prelu_as_maximum(ref: Any) -> Mapping[str, Any]:
    """max(x, a x)."""
    return {"prelu": lambda x, a: np.maximum(x, a[:, None, None] * x)}


def slopes_from_each_entry(ref: Any, dout: Any, x: Any, a: Any) -> Any:
    """What each entry of x contributes to the gradient of its slope: the gradient of one image of 1 x 1."""
    each = np.empty(x.shape)
    for n, c, h, w in np.ndindex(x.shape):
        one = np.s_[n : n + 1, c : c + 1, h : h + 1, w : w + 1]
        each[n, c, h, w] = ref.prelu_backward(dout[one], x[one], a[c : c + 1])[1][0]
    return each


@mistake(
    "prelu-slope-not-summed",
    parts=("activations",),
    sentence="The gradient of the slopes is not summed: every entry of a channel uses the same slope.",
    hint="One number that enters in many places collects its gradient from all of them.",
)
def slope_not_summed(ref: Any) -> Mapping[str, Any]:
    """da in the shape of x."""

    def prelu_backward(dout: Any, x: Any, a: Any) -> Any:
        return ref.prelu_backward(dout, x, a)[0], slopes_from_each_entry(ref, dout, x, a)

    return {"prelu_backward": prelu_backward}


@mistake(
    "prelu-slope-averaged",
    parts=("activations",),
    sentence="The gradient of the slopes is a mean over the entries of the channel; it is their sum.",
    hint="One number that enters in many places collects its gradient from all of them.",
)
def slope_averaged(ref: Any) -> Mapping[str, Any]:
    """da divided by the number of entries of a channel."""

    def prelu_backward(dout: Any, x: Any, a: Any) -> Any:
        dx, da = ref.prelu_backward(dout, x, a)
        return dx, da * len(a) / x.size

    return {"prelu_backward": prelu_backward}


@mistake(
    "noise-as-variance",
    parts=("activations",),
    sentence="The noise has the variance sigmoid(x); here sigmoid(x) is its standard deviation.",
    hint="What does the second argument of NumPy's normal mean?",
)
def noise_as_variance(ref: Any) -> Mapping[str, Any]:
    """Noise of the square root of sigmoid(x)."""

    def noisy_relu(x: Any, rng: Any) -> Any:
        return ref.relu(x + rng.normal(0.0, np.sqrt(ref.sigmoid(x))))

    return {"noisy_relu": noisy_relu}


@mistake(
    "noise-after-relu",
    parts=("activations",),
    sentence="The noise is added to the output of the ReLU, so outputs can be negative.",
    hint="In which order do the sum and the maximum come?",
)
def noise_after_relu(ref: Any) -> Mapping[str, Any]:
    """max(0, x) + noise."""

    def noisy_relu(x: Any, rng: Any) -> Any:
        return ref.relu(x) + rng.normal(0.0, ref.sigmoid(x))

    return {"noisy_relu": noisy_relu}


@mistake(
    "noise-of-unit-size",
    parts=("activations",),
    sentence="The noise has the standard deviation 1 everywhere; it depends on x.",
    hint="What is sigma(x) at the entries of x?",
)
def noise_of_unit_size(ref: Any) -> Mapping[str, Any]:
    """Standard normal noise."""
    return {"noisy_relu": lambda x, rng: ref.relu(x + rng.normal(0.0, 1.0, x.shape))}
