"""The convolution layer as an object: one image at a time, filters with weights, biases and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Part, Recipe, normal

part = Part("conv_layer", "Convolution layer", assignment="cnn_objects", order=2, needs=("ConvLayer", "Filter"))

# The usual case: a 5x5 image of 3 channels, two 3x3 filters, padding 1, stride 2.
IMAGE = "01102 22221 10020 01100 12002   10220 00020 12121 10000 12111   21200 10010 02101 01222 21001"
FILTERS = [
    [[[-1, 1, 0], [0, 1, 0], [0, 1, 1]], [[-1, -1, 0], [0, 0, 0], [0, -1, 0]], [[0, 0, -1], [0, 1, 0], [1, -1, -1]]],
    [[[1, 1, -1], [-1, -1, 1], [0, -1, 1]], [[0, 1, 0], [-1, 0, -1], [-1, 1, 0]], [[-1, 0, 0], [-1, 0, 1], [-1, 0, 0]]],
]
FORWARD = {
    "input": np.array([float(digit) for digit in "".join(IMAGE.split())]).reshape(3, 5, 5),
    "weights": np.array(FILTERS, dtype=float),
    "bias": np.array([1.0, 0.0]),
    "zero_padding": 1,
    "stride": 2,
}
SENSITIVITY = np.array([[[0, 1, 1], [2, 2, 2], [1, 0, 0]], [[1, 0, 2], [0, 0, 0], [1, 2, 1]]], dtype=float)
BACKWARD = {**FORWARD, "sensitivity": SENSITIVITY}


class Plain:
    """The identity, for numbers and arrays."""

    def forward(self, weighted_input: Any) -> Any:
        """What comes in."""
        return weighted_input

    def backward(self, output: Any) -> Any:
        """1 everywhere."""
        return output * 0 + 1.0


class Softsign:
    """z / (1 + |z|), for numbers and arrays; none of the exercise's own, so its derivative gives nothing away."""

    def forward(self, weighted_input: Any) -> Any:
        """The output."""
        return weighted_input / (1 + abs(weighted_input))

    def backward(self, output: Any) -> Any:
        """The derivative by the output."""
        return (1 - abs(output)) ** 2


class Exponential:
    """exp(z), for numbers and arrays."""

    def forward(self, weighted_input: Any) -> Any:
        """The output."""
        return np.exp(weighted_input)

    def backward(self, output: Any) -> Any:
        """The derivative is the output itself."""
        return output * 1.0


def activator(number: int) -> Any:
    """One of them: inputs name them by number, since only numbers reach a scenario."""
    return (Plain, Softsign, Exponential)[number]()


def forward_case(C: int, H: int, W: int, *, F: int, HH: int, WW: int, padding: int, stride: int) -> dict[str, Any]:
    """Inputs of a forward pass: an image of C channels, F filters of HH x WW with biases."""
    return {
        "input": normal(C, H, W),
        "weights": normal(F, C, HH, WW),
        "bias": normal(F),
        "zero_padding": padding,
        "stride": stride,
    }


def backward_case(C: int, H: int, W: int, *, F: int, HH: int, WW: int, padding: int, stride: int) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the sensitivity."""
    rows, columns = 1 + (H + 2 * padding - HH) // stride, 1 + (W + 2 * padding - WW) // stride
    case = forward_case(C, H, W, F=F, HH=HH, WW=WW, padding=padding, stride=stride)
    return case | {"sensitivity": normal(F, rows, columns)}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """What one image, one padding and one stride leave untried."""
    return {
        "stride 1": inputs(2, 4, 4, F=2, HH=3, WW=3, padding=1, stride=1),
        "padding 0": inputs(2, 5, 5, F=2, HH=3, WW=3, padding=0, stride=2),
        "padding 2 and stride 3": inputs(2, 6, 6, F=2, HH=4, WW=4, padding=2, stride=3),
        "height and width differ": inputs(2, 4, 6, F=2, HH=3, WW=3, padding=1, stride=1),
        "filter height and width differ": inputs(2, 6, 5, F=3, HH=2, WW=3, padding=1, stride=2),
        "one channel and four filters": inputs(1, 4, 4, F=4, HH=2, WW=2, padding=0, stride=2),
    }


def layer_of(
    code: Any,
    activator: Any,
    *,
    input: Array,
    weights: Array,
    bias: Array,
    zero_padding: int,
    stride: int,
    learning_rate: float = 0.001,
) -> Any:
    """A layer of the student's class with the given weights and biases."""
    (C, H, W), (F, _, HH, WW) = input.shape, weights.shape
    layer = code.ConvLayer(W, H, C, WW, HH, F, zero_padding, stride, activator, learning_rate)
    for k in range(F):
        put(layer.filters[k], "weights", weights[k])
        put(layer.filters[k], "bias", float(bias[k]))
    return layer


def put(one: Any, name: str, value: Any) -> None:
    """Set an attribute of a filter in place where it fits, since something may hold a reference to it."""
    have: Any = getattr(one, name, None)
    fits = isinstance(have, np.ndarray) and have.dtype == np.float64 and have.size == np.size(value)
    if fits and (np.ndim(value) == 0 or np.shape(have) == np.shape(value)):  # a bias may have shape (1,)
        have[...] = value
    else:
        setattr(one, name, value)


def number(value: Any) -> Any:
    """A bias as a plain number, be it a float, a 0-d array or one of shape (1,)."""
    return np.asarray(value).reshape(()) if np.size(value) == 1 else value


def gather(layer: Any, count: int, name: str) -> Array:
    """One attribute of all filters, as an array with the filters first."""
    values = [getattr(layer.filters[k], name) for k in range(count)]
    return np.array([number(value) if name.startswith("bias") else value for value in values])


def step_back(layer: Any, input: Array, sensitivity: Array, activator: Any) -> None:
    """The layer's backward pass; where it has none, its two halves by the names that they have in the tutorial."""
    if hasattr(layer, "backward") or not (hasattr(layer, "bp_sensitivity_map") and hasattr(layer, "bp_gradient")):
        layer.backward(input, sensitivity, activator)
        return
    layer.forward(input)
    layer.bp_sensitivity_map(sensitivity, activator)
    layer.bp_gradient(sensitivity)


def went_back(code: Any, sensitivity: Array, own: int = 0, previous: int = 0, **case: Any) -> Any:
    """A layer after forward and backward; ``own`` and ``previous`` name the activators of it and of the one before."""
    layer = layer_of(code, activator(own), **case)
    layer.forward(case["input"].copy())
    step_back(layer, case["input"].copy(), sensitivity.copy(), activator(previous))
    return layer


@part.check(
    points=2,
    inputs=FORWARD,
    edges={
        **edge_cases(forward_case),
        "an activator": {**forward_case(2, 5, 5, F=2, HH=3, WW=3, padding=1, stride=2), "own": 1},
    },
    edge_points=1,
    expect=[matches("output_array", shape_hint="It is (filters, height, width), with the activator applied.")],
)
def forward(code: Any, own: int = 0, **case: Any) -> dict[str, Any]:
    """Forward pass: output_array."""
    layer = layer_of(code, activator(own), **case)
    layer.forward(case["input"].copy())
    return {"output_array": np.array(layer.output_array)}


SECOND = backward_case(2, 5, 5, F=2, HH=3, WW=3, padding=1, stride=2)
BOTH = {"activators in both layers": {**SECOND, "own": 1, "previous": 2}}


@part.check(
    points=1,
    inputs=BACKWARD,
    edges=edge_cases(backward_case) | {"the previous layer's activator": {**SECOND, "previous": 2}} | BOTH,
    edge_points=2,
    expect=[matches("delta_array", shape_hint="It has the shape of the input, without the padding.")],
)
def delta(code: Any, **case: Any) -> dict[str, Any]:
    """Backward pass: delta_array, the sensitivity of the layer before."""
    return {"delta_array": np.array(went_back(code, **case).delta_array)}


@part.check(
    points=2,
    inputs=BACKWARD,
    edges=edge_cases(backward_case) | BOTH,
    edge_points=1,
    expect=[
        matches("weights_grad", shape_hint="Each filter's weights_grad has the shape of its weights."),
        matches("bias_grad", shape_hint="Each filter has one bias, hence one number as its gradient."),
    ],
)
def gradients(code: Any, **case: Any) -> dict[str, Any]:
    """Backward pass: the gradients of every filter's weights and bias."""
    layer, F = went_back(code, **case), len(case["weights"])
    return {name: gather(layer, F, name) for name in ("weights_grad", "bias_grad")}


@part.check(
    points=1,
    inputs={**BACKWARD, "steps": 1},
    edges={
        "another learning rate": {**SECOND, "learning_rate": 0.05, "steps": 1},
        "a second step": {**SECOND, "learning_rate": 0.05, "steps": 2},
        "Filter.update": {**SECOND, "steps": 0},
    },
    edge_points=1,
    expect=[matches("weights"), matches("bias")],
)
def update(code: Any, steps: int, **case: Any) -> dict[str, Any]:
    """Update: weights and biases after one step of gradient descent."""
    layer, F = went_back(code, **case), len(case["weights"])
    if steps == 0:
        layer.filters[0].update(0.2)  # this filter alone, at a rate of its own
    else:
        layer.update()
    if steps == 2:  # on another image: the gradients of the first must not linger
        image = case["input"][:, ::-1].copy()
        layer.forward(image.copy())
        step_back(layer, image, case["sensitivity"][::-1].copy(), Plain())
        layer.update()
    return {name: gather(layer, F, name) for name in ("weights", "bias")}


@part.check(points=1, inputs=SECOND, expect=[matches("output_array"), matches("delta_array")])
def with_your_activators(code: Any, input: Array, sensitivity: Array, **case: Any) -> dict[str, Any]:
    """The layer with your own ReLU, and your own sigmoid before it."""
    layer = layer_of(code, code.ReluActivator(), input=input, **case)
    layer.forward(input.copy())
    output = np.array(layer.output_array)
    step_back(layer, input, sensitivity, code.SigmoidActivator())
    return {"output_array": output, "delta_array": np.array(layer.delta_array)}
