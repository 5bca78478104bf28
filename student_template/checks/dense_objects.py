"""A fully connected layer and a softmax layer as objects: one image or vector at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Part, integers, normal
from student_template.checks.conv_layer import activator

part = Part(
    "dense_objects",
    "Fully connected and softmax layer",
    assignment="cnn_objects_extended",
    order=5,
    needs=("FullyConnectedLayer", "SoftmaxLayer"),
)


def forward_case(*shape: int, outputs: int) -> dict[str, Any]:
    """An input of that shape, weights and a bias that is not zero."""
    return {"input": normal(*shape), "weights": normal(outputs, int(np.prod(shape))), "bias": normal(outputs)}


def backward_case(*shape: int, outputs: int) -> dict[str, Any]:
    """The same and the sensitivity."""
    return forward_case(*shape, outputs=outputs) | {"sensitivity": normal(outputs)}


def dense_of(code: Any, activator: Any, weights: Array, bias: Array, learning_rate: float = 0.05) -> Any:
    """A layer of the student's class with the given weights; its bias keeps its shape, be it (M,) or (M, 1)."""
    outputs, inputs = weights.shape
    layer = code.FullyConnectedLayer(inputs, outputs, activator, learning_rate)
    layer.weights = weights.copy()
    layer.bias = bias.copy().reshape(np.shape(layer.bias)) if np.size(layer.bias) == bias.size else bias.copy()
    return layer


def dense_after(code: Any, sensitivity: Array, own: int = 0, previous: int = 0, **case: Any) -> Any:
    """A layer after forward and backward; ``own`` and ``previous`` name the activators of it and of the one before."""
    layer = dense_of(code, activator(own), case["weights"], case["bias"])
    layer.forward(case["input"].copy())
    layer.backward(case["input"].copy(), sensitivity.copy(), activator(previous))
    return layer


def flat(value: Any, count: int) -> Any:
    """A vector of ``count`` numbers from a column or a row of as many."""
    array = np.array(value)
    return array.reshape(count) if array.size == count else array


@part.check(
    points=1,
    inputs=forward_case(5, outputs=4),
    edges={
        "an activator": {**forward_case(5, outputs=4), "own": 1},
        "as many outputs as inputs": forward_case(4, outputs=4),
        "the maps of a layer before": forward_case(2, 2, 3, outputs=3),
    },
    edge_points=1,
    expect=[matches("output_array", shape_hint="One number per output, with the activator applied.")],
)
def forward(code: Any, input: Array, weights: Array, bias: Array, own: int = 0) -> dict[str, Any]:
    """The fully connected layer, forward: output_array."""
    layer = dense_of(code, activator(own), weights, bias)
    layer.forward(input)
    return {"output_array": flat(layer.output_array, len(bias))}


@part.check(
    points=1,
    inputs=backward_case(5, outputs=4),
    edges={
        "the previous layer's activator": {**backward_case(5, outputs=4), "previous": 2},
        "activators in both layers": {**backward_case(5, outputs=4), "own": 1, "previous": 2},
        "as many outputs as inputs": backward_case(4, outputs=4),
        "the maps of a layer before": {**backward_case(2, 2, 3, outputs=3), "previous": 2},
    },
    edge_points=1,
    expect=[matches("delta_array", shape_hint="It has the shape of the input.")],
)
def delta(code: Any, **case: Any) -> dict[str, Any]:
    """The fully connected layer, backward: delta_array, the sensitivity of the layer before."""
    found = np.array(dense_after(code, **case).delta_array)
    shape = case["input"].shape
    return {"delta_array": found.reshape(shape) if len(shape) == 1 and found.size == shape[0] else found}


@part.check(
    points=1,
    inputs=backward_case(5, outputs=4),
    edges={
        "activators in both layers": {**backward_case(5, outputs=4), "own": 1, "previous": 2},
        "as many outputs as inputs": backward_case(4, outputs=4),
        "the maps of a layer before": backward_case(2, 2, 3, outputs=3),
    },
    edge_points=1,
    expect=[
        matches("weights_grad", shape_hint="It has the shape of the weights, (output_size, input_size)."),
        matches("bias_grad", shape_hint="One number per output."),
    ],
)
def gradients(code: Any, **case: Any) -> dict[str, Any]:
    """The fully connected layer, backward: the gradients of weights and bias."""
    layer = dense_after(code, **case)
    return {"weights_grad": np.array(layer.weights_grad), "bias_grad": flat(layer.bias_grad, len(case["bias"]))}


@part.check(
    points=1,
    inputs=backward_case(4, outputs=4),
    expect=[matches("weights"), matches("bias")],
)
def update(code: Any, **case: Any) -> dict[str, Any]:
    """The fully connected layer: weights and bias after one step of gradient descent."""
    layer = dense_after(code, **case)
    layer.update()
    return {"weights": np.array(layer.weights), "bias": flat(layer.bias, len(case["bias"]))}


@part.check(
    points=1,
    inputs={"input": normal(5)},
    edges={"scores in the thousands": {"input": normal(5, scale=1000.0)}},
    edge_points=1,
    expect=[matches("output_array", shape_hint="One probability a class.")],
)
def softmax(code: Any, input: Array) -> dict[str, Any]:
    """The softmax layer, forward: the probabilities in output_array."""
    layer = code.SoftmaxLayer(input.size)
    layer.forward(input)
    return {"output_array": flat(layer.output_array, input.size)}


@part.check(
    points=2,
    inputs={"input": normal(5), "label": integers(0, 5)},
    edges={"two classes": {"input": normal(2), "label": 1}},
    edge_points=1,
    expect=[matches("loss"), matches("delta_array", shape_hint="It has the shape of the scores.")],
)
def softmax_backward(code: Any, input: Array, label: int) -> dict[str, Any]:
    """The softmax layer: the cross-entropy loss, and its gradient with respect to the scores in delta_array."""
    layer = code.SoftmaxLayer(input.size)
    layer.forward(input)
    loss = layer.loss(label)
    layer.backward(label)
    return {"loss": loss, "delta_array": flat(layer.delta_array, input.size)}
