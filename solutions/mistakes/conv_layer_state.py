"""What goes wrong in convolution layers that are objects: derivatives of activators, gradients and updates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import mistake
from solutions.mistakes.conv_layer import Plain, with_backward, with_delta


@mistake(
    "activator-derivative-absent",
    parts=("conv_layer",),
    sentence="delta_array leaves out the derivative of the previous layer's activator.",
    hint="backward is given an activator; what for?",
)
def derivative_absent(ref: Any) -> Mapping[str, Any]:
    """The gradient to the input, not to what went into the activator before it."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        back(input, sensitivity, Plain())
        return layer.delta_array

    return with_delta(ref, delta)


@mistake(
    "activator-derivative-of-own-layer",
    parts=("conv_layer",),
    sentence="The derivative taken is that of this layer's own activator, not of the one of the layer before.",
    hint="The sensitivity already is a gradient to this layer's weighted input; which derivative is left to do?",
)
def derivative_of_own_layer(ref: Any) -> Mapping[str, Any]:
    """The sensitivity is taken for a gradient to the output."""

    def change(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> None:
        layer.forward(input)
        back(input, sensitivity * layer.activator.backward(layer.output_array), Plain())

    return with_backward(ref, change)


@mistake(
    "activator-derivative-of-own-layer-too",
    parts=("conv_layer",),
    sentence="The derivative of this layer's own activator is multiplied in as well; the sensitivity holds it already.",
    hint="The sensitivity is the gradient to the weighted input, not to output_array.",
)
def derivative_of_own_layer_too(ref: Any) -> Mapping[str, Any]:
    """The derivatives of both layers' activators."""

    def change(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> None:
        layer.forward(input)
        back(input, sensitivity * layer.activator.backward(layer.output_array), activator)

    return with_backward(ref, change)


@mistake(
    "activator-passed-in-ignored",
    parts=("conv_layer",),
    sentence="delta_array uses the derivative of this layer's activator instead of the activator passed to backward.",
    hint="Two layers may have different activators; which of them gave the input?",
)
def activator_ignored(ref: Any) -> Mapping[str, Any]:
    """The derivative is taken at the right place, of the wrong function."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        back(input, sensitivity, layer.activator)
        return layer.delta_array

    return with_delta(ref, delta)


@mistake(
    "bias-gradient-absent",
    parts=("conv_layer",),
    sentence="The gradients of the biases are never computed: bias_grad stays 0.",
    hint="The bias is added at every position; what does it collect?",
)
def bias_gradient_absent(ref: Any) -> Mapping[str, Any]:
    """Gradients of the weights only."""

    def change(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> None:
        back(input, sensitivity, activator)
        for one in layer.filters:
            one.bias_grad = 0.0

    return with_backward(ref, change)


@mistake(
    "gradients-accumulate",
    parts=("conv_layer",),
    sentence="The gradients of an earlier call of backward are still in there: they pile up from step to step.",
    hint="Where do weights_grad and bias_grad start from when backward is called a second time?",
)
def gradients_accumulate(ref: Any) -> Mapping[str, Any]:
    """Each call adds to the gradients that are there."""

    def change(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> None:
        before = [(one.weights_grad, one.bias_grad) for one in layer.filters]
        back(input, sensitivity, activator)
        for one, (weights_grad, bias_grad) in zip(layer.filters, before, strict=True):
            one.weights_grad, one.bias_grad = one.weights_grad + weights_grad, one.bias_grad + bias_grad

    return with_backward(ref, change)


@mistake(
    "update-adds",
    parts=("conv_layer",),
    sentence="The update adds the gradient instead of subtracting it, so the loss grows.",
    hint="The gradient points uphill.",
)
def update_adds(ref: Any) -> Mapping[str, Any]:
    """A step of gradient ascent in every filter."""

    class ConvLayer(ref.ConvLayer):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, *geometry: Any) -> None:
            super().__init__(*geometry)
            for one in self.filters:
                descend = one.update
                one.update = lambda learning_rate, descend=descend: descend(-learning_rate)

    return {"ConvLayer": ConvLayer}
