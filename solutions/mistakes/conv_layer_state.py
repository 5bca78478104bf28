"""What goes wrong in convolution layers that are objects: derivatives of activators, gradients and updates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake, pattern
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
    sentence="The derivative is that of this layer's own activator, not of the previous layer's.",
    hint="The sensitivity is a gradient with respect to this layer's weighted input already; which one is left?",
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
    hint="The sensitivity is the gradient with respect to the weighted input, not to output_array.",
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
    sentence="The gradients of earlier calls of backward are never cleared: they pile up from step to step.",
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


@mistake(
    "delta-border-from-filter-width",
    parts=("conv_layer",),
    sentence="For delta_array the sensitivity is padded by the filter's width on all sides, above and below as well.",
    hint="Follow filter_height and filter_width through the backward pass: one border is computed, two are needed.",
)
def delta_border_from_width(ref: Any) -> Mapping[str, Any]:
    """One border for both axes, which is right for square filters."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        weights = np.array([one.weights for one in layer.filters])
        (H, W), (F, _, HH, WW) = input.shape[1:], weights.shape
        border, step = WW - 1 - layer.zero_padding, layer.stride
        wide = np.zeros((F, H - HH + 2 * WW - 1, W + WW - 1))
        rows, columns = (slice(border, border + step * n, step) for n in sensitivity.shape[1:])
        wide[:, rows, columns] = sensitivity
        out = np.zeros(input.shape)
        for i, j in np.ndindex(HH, WW):
            seen = wide[:, i : i + H, j : j + W]
            out += np.tensordot(weights[:, :, HH - 1 - i, WW - 1 - j].T, seen, 1)
        return out * activator.backward(input)

    return with_delta(ref, delta)


CONV_CHECKS = tuple(f"conv_layer/{slug}" for slug in ("forward", "delta", "gradients"))
SQUARE_FILTERS = pattern(
    "conv-object-square-filters",
    parts=("conv_layer",),
    checks=CONV_CHECKS,
    fails={"filter height and width differ"},
    sentence="It is right only where the filters are square, among the cases tried.",
    hint="Follow filter_height and filter_width through the layer: does one stand where the other belongs?",
)
SQUARE_IMAGES = pattern(
    "conv-object-square-images",
    parts=("conv_layer",),
    checks=CONV_CHECKS,
    fails={"height and width differ"},
    may={"filter height and width differ"},  # there the image is not square either
    sentence="It is right only where the image is square, among the cases tried.",
    hint="Follow input_height and input_width through the layer: does one stand where the other belongs?",
)
POOL_CHECKS = ("max_pooling_layer/forward", "max_pooling_layer/backward")
POOL_APART = pattern(
    "pool-object-windows-apart",
    parts=("max_pooling_layer",),
    checks=POOL_CHECKS,
    fails={"overlapping windows", "stride 1", "window height and width differ"},
    sentence="It is right only where windows do not overlap, among the cases tried.",
    hint="The stride moves the windows, their size does not; and a pixel may belong to several windows.",
)
POOL_SQUARE = pattern(
    "pool-object-square-windows",
    parts=("max_pooling_layer",),
    checks=POOL_CHECKS,
    fails={"window height and width differ"},
    sentence="It is right only where the window is square, among the cases tried.",
    hint="Follow filter_height and filter_width through the layer: does one stand where the other belongs?",
)
