"""What goes wrong in convolution layers that are objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

# change(layer, back, input, sensitivity, activator): what a wrong backward does with the right one, ``back``.
Change = Callable[[Any, Any, Any, Any, Any], None]


def with_backward(ref: Any, change: Change) -> Mapping[str, Any]:
    """The reference's class with another backward."""

    class ConvLayer(ref.ConvLayer):  # type: ignore[misc]  # the reference is known at run time only
        def backward(self, input: Any, sensitivity: Any, activator: Any) -> None:
            change(self, super().backward, input, sensitivity, activator)

    return {"ConvLayer": ConvLayer}


def with_delta(ref: Any, delta: Callable[[Any, Any, Any, Any, Any], Any]) -> Mapping[str, Any]:
    """The reference's class with another delta_array, and the right gradients."""

    def change(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> None:
        wrong = delta(layer, back, input, sensitivity, activator)
        back(input, sensitivity, activator)
        layer.delta_array = wrong

    return with_backward(ref, change)


def sibling(ref: Any, layer: Any, image: Any, *, padding: int, stride: int) -> Any:
    """A layer with the same filters for an image of another size."""
    (C, H, W), (_, HH, WW) = image.shape, layer.filters[0].weights.shape
    other = ref.ConvLayer(W, H, C, WW, HH, len(layer.filters), padding, stride, layer.activator, layer.learning_rate)
    other.filters = layer.filters
    return other


def pad(image: Any, padding: int) -> Any:
    """The image within a border of zeros."""
    return np.pad(image, ((0, 0), (padding, padding), (padding, padding)))


class Plain:
    """No activator at all."""

    def forward(self, weighted_input: Any) -> Any:
        """What comes in."""
        return weighted_input

    def backward(self, output: Any) -> Any:
        """1 everywhere."""
        return np.ones_like(output)


@mistake(
    "filter-object-flipped",
    parts=("conv_layer",),
    sentence="The forward pass rotates the filters by 180 degrees: they should be laid on the image as they are.",
    hint="Which weight meets the top left pixel of a window?",
)
def filter_flipped(ref: Any) -> Mapping[str, Any]:
    """True convolution in the forward pass."""

    class ConvLayer(ref.ConvLayer):  # type: ignore[misc]  # the reference is known at run time only
        def forward(self, input: Any) -> None:
            kept = [one.weights for one in self.filters]
            for one in self.filters:
                one.weights = one.weights[:, ::-1, ::-1]
            super().forward(input)
            for one, weights in zip(self.filters, kept, strict=True):
                one.weights = weights

    return {"ConvLayer": ConvLayer}


@mistake(
    "filter-bias-not-added",
    parts=("conv_layer",),
    sentence="The forward pass leaves out the bias of each filter.",
    hint="What is the output of a filter whose weights are all zero?",
)
def bias_not_added(ref: Any) -> Mapping[str, Any]:
    """A forward pass with biases of 0."""

    class ConvLayer(ref.ConvLayer):  # type: ignore[misc]  # the reference is known at run time only
        def forward(self, input: Any) -> None:
            kept = [one.bias for one in self.filters]
            for one in self.filters:
                one.bias = 0.0
            super().forward(input)
            for one, bias in zip(self.filters, kept, strict=True):
                one.bias = bias

    return {"ConvLayer": ConvLayer}


@mistake(
    "activator-not-applied",
    parts=("conv_layer",),
    sentence="output_array is the weighted input: the layer's activator is not applied.",
    hint="The identity hides it; try the layer with another activator.",
)
def activator_not_applied(ref: Any) -> Mapping[str, Any]:
    """A forward pass with the identity."""

    class ConvLayer(ref.ConvLayer):  # type: ignore[misc]  # the reference is known at run time only
        def forward(self, input: Any) -> None:
            kept: Any = self.activator
            self.activator: Any = Plain()
            super().forward(input)
            self.activator = kept

    return {"ConvLayer": ConvLayer}


@mistake(
    "delta-filter-not-rotated",
    parts=("conv_layer",),
    sentence="delta_array is computed with the filters as they stand, not rotated by 180 degrees.",
    hint="Which weight joined the top left pixel of the image to the top left output? And to the one right of it?",
)
def delta_filter_not_rotated(ref: Any) -> Mapping[str, Any]:
    """The sensitivity is correlated with the unrotated filters."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        kept = [one.weights for one in layer.filters]
        for one in layer.filters:
            one.weights = one.weights[:, ::-1, ::-1]
        back(input, sensitivity, activator)
        for one, weights in zip(layer.filters, kept, strict=True):
            one.weights = weights
        return layer.delta_array

    return with_delta(ref, delta)


@mistake(
    "delta-not-spread",
    parts=("conv_layer",),
    sentence="delta_array uses the sensitivity as it is, although the stride is larger than 1.",
    hint="How far apart on the image are the windows of two neighbouring outputs?",
)
def delta_not_spread(ref: Any) -> Mapping[str, Any]:
    """The sensitivity is padded to fit, without the gaps that the stride leaves."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        tight = np.zeros((len(input), *_reach(layer, sensitivity)))
        other = sibling(ref, layer, tight, padding=0, stride=1)
        other.backward(tight, sensitivity, Plain())
        out, full = np.zeros(input.shape), other.delta_array
        _, HH, WW = layer.filters[0].weights.shape
        top = (input.shape[1] - sensitivity.shape[1] + HH - 1) // 2 - (HH - 1)  # half of the padding that is needed
        left = (input.shape[2] - sensitivity.shape[2] + WW - 1) // 2 - (WW - 1)
        full = full[:, max(-top, 0) :, max(-left, 0) :][:, : out.shape[1], : out.shape[2]]
        out[:, max(top, 0) :, max(left, 0) :][:, : full.shape[1], : full.shape[2]] = full
        return out * activator.backward(input)

    return with_delta(ref, delta)


@mistake(
    "gradient-not-spread",
    parts=("conv_layer",),
    sentence="weights_grad uses the sensitivity as it is, although the stride is larger than 1.",
    hint="Which pixels did a weight meet in two neighbouring outputs?",
)
def gradient_not_spread(ref: Any) -> Mapping[str, Any]:
    """The gradients of a layer of stride 1 in the top left corner of the image."""

    def change(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> None:
        back(input, sensitivity, activator)
        height, width = _reach(layer, sensitivity)
        corner = pad(input, layer.zero_padding)[:, :height, :width]
        sibling(ref, layer, corner, padding=0, stride=1).backward(corner, sensitivity, Plain())

    return with_backward(ref, change)


def _reach(layer: Any, sensitivity: Any) -> tuple[int, int]:
    """The height and width of the image that has as many windows at stride 1."""
    _, HH, WW = layer.filters[0].weights.shape
    return sensitivity.shape[1] + HH - 1, sensitivity.shape[2] + WW - 1


@mistake(
    "delta-padding-kept",
    parts=("conv_layer",),
    sentence="delta_array still has the border that zero_padding added to the image.",
    hint="The layer before knows nothing of the padding; what shape does it expect?",
)
def delta_padding_kept(ref: Any) -> Mapping[str, Any]:
    """The delta of the padded image."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        image = pad(input, layer.zero_padding)
        other = sibling(ref, layer, image, padding=0, stride=layer.stride)
        other.backward(image, sensitivity, activator)
        return other.delta_array

    return with_delta(ref, delta)


@mistake(
    "delta-empty-at-padding-0",
    parts=("conv_layer",),
    sentence="The padding is cut off delta_array with a slice [p:-p], which is empty when zero_padding is 0.",
    hint="What is x[0:-0]? Name the end of the slice by the image's own size instead.",
)
def delta_empty(ref: Any) -> Mapping[str, Any]:
    """An empty delta where nothing was padded."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        back(input, sensitivity, activator)
        return layer.delta_array if layer.zero_padding else layer.delta_array[:, 0:0, 0:0]

    return with_delta(ref, delta)


@mistake(
    "delta-of-last-filter",
    parts=("conv_layer",),
    sentence="delta_array is that of the last filter alone: each filter overwrites the one before.",
    hint="Every pixel was seen by every filter.",
)
def delta_of_last_filter(ref: Any) -> Mapping[str, Any]:
    """The other filters' sensitivities count for nothing."""

    def delta(layer: Any, back: Any, input: Any, sensitivity: Any, activator: Any) -> Any:
        last = np.zeros_like(sensitivity)
        last[-1] = sensitivity[-1]
        back(input, last, activator)
        return layer.delta_array

    return with_delta(ref, delta)
