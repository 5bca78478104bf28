"""What goes wrong in activators, in pooling layers that are objects, and in general convolution."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake


@mistake(
    "activator-derivative-of-input",
    parts=("activators", "conv_layer"),
    sentence="An activator's backward applies the function once more: it treats its argument as the weighted input.",
    hint="backward is given the output of the activator.",
)
def derivative_of_input(ref: Any) -> Mapping[str, Any]:
    """Sigmoid and tanh with the derivative as a function of the weighted input."""

    class SigmoidActivator(ref.SigmoidActivator):  # type: ignore[misc]  # the reference is known at run time only
        def backward(self, output: Any) -> Any:
            return super().backward(self.forward(output))

    class TanhActivator(ref.TanhActivator):  # type: ignore[misc]  # the reference is known at run time only
        def backward(self, output: Any) -> Any:
            return super().backward(self.forward(output))

    return {"SigmoidActivator": SigmoidActivator, "TanhActivator": TanhActivator}


@mistake(
    "relu-slope-where-output-is-0",
    parts=("activators",),
    sentence="The ReLU's backward gives 1 where the output is 0, hence everywhere: no ReLU has a negative output.",
    hint="What was the weighted input where the output is 0?",
)
def relu_slope(ref: Any) -> Mapping[str, Any]:
    """A comparison with >= for >."""

    class ReluActivator(ref.ReluActivator):  # type: ignore[misc]  # the reference is known at run time only
        def backward(self, output: Any) -> Any:
            return np.where(np.asarray(output) >= 0, 1.0, 0.0)

    return {"ReluActivator": ReluActivator}


def each_position(back: Any, sensitivity: Any) -> Any:
    """For each position of a window: its row, its column, and the function ``back`` of its sensitivity alone."""
    for row, column in np.ndindex(sensitivity.shape[1:]):
        one = np.zeros_like(sensitivity)
        one[:, row, column] = sensitivity[:, row, column]
        yield row, column, back(one)


def with_pool_backward(ref: Any, change: Any) -> Mapping[str, Any]:
    """The reference's pooling layer; ``change(layer, delta, row, column, part)`` takes up one window after another."""

    class MaxPoolingLayer(ref.MaxPoolingLayer):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, *geometry: int) -> None:
            super().__init__(*geometry)
            *_, self.width, self.height, self.step = geometry

        def backward(self, input: Any, sensitivity: Any) -> None:
            right = super().backward

            def back(one: Any) -> Any:
                right(input, one)
                return self.delta_array

            delta = np.zeros(input.shape)
            for row, column, part in each_position(back, sensitivity):
                change(self, delta, row * self.step, column * self.step, part)
            self.delta_array = delta

    return {"MaxPoolingLayer": MaxPoolingLayer}


@mistake(
    "pool-sensitivity-assigned",
    parts=("max_pooling_layer",),
    sentence="Where windows overlap, the sensitivities of a pixel are assigned instead of added up.",
    hint="A pixel that is the maximum of two windows receives something from both.",
)
def pool_assigned(ref: Any) -> Mapping[str, Any]:
    """At each pixel the last window that it is the maximum of wins."""

    def change(layer: Any, delta: Any, top: int, left: int, part: Any) -> None:
        delta[part != 0] = part[part != 0]

    return with_pool_backward(ref, change)


@mistake(
    "pool-sensitivity-overwritten",
    parts=("max_pooling_layer",),
    sentence="Where windows overlap, each window overwrites what the one before left in delta_array.",
    hint="Writing a whole window also writes its zeros; add it to what is there.",
)
def pool_overwritten(ref: Any) -> Mapping[str, Any]:
    """Each window is written whole, zeros included."""

    def change(layer: Any, delta: Any, top: int, left: int, part: Any) -> None:
        place = np.s_[:, top : top + layer.height, left : left + layer.width]
        delta[place] = part[place]

    return with_pool_backward(ref, change)


@mistake(
    "pool-window-sides-swapped",
    parts=("max_pooling_layer",),
    sentence="Height and width of the pooling window are swapped.",
    hint="The constructor names the width first, arrays have the height first.",
)
def pool_sides_swapped(ref: Any) -> Mapping[str, Any]:
    """A window as high as it should be wide."""

    def max_pooling_layer(W: int, H: int, C: int, width: int, height: int, stride: int) -> Any:
        return ref.MaxPoolingLayer(W, H, C, height, width, stride)

    return {"MaxPoolingLayer": max_pooling_layer}


def with_conv(ref: Any, conv: Any) -> Mapping[str, Any]:
    """Another general convolution; ``conv(x, w, b, options)`` gets the options that were given, as a dictionary."""

    def general_conv(x: Any, w: Any, b: Any = None, **options: Any) -> Any:
        return conv(x, w, b, options)

    return {"general_conv": general_conv}


@mistake(
    "horizontal-and-vertical-swapped",
    parts=("general_conv",),
    sentence="The pairs are read as (horizontal, vertical); they are (vertical, horizontal).",
    hint="The first number is about rows, as the first axis of an image is.",
)
def sides_swapped(ref: Any) -> Mapping[str, Any]:
    """Stride, padding and dilation all the wrong way round."""

    def conv(x: Any, w: Any, b: Any, options: Any) -> Any:
        return ref.general_conv(
            x, w, b, **{name: value if name == "groups" else value[::-1] for name, value in options.items()}
        )

    return with_conv(ref, conv)


@mistake(
    "dilation-ignored",
    parts=("general_conv",),
    sentence="The dilation is ignored.",
    hint="With dilation 2, which pixels do two neighbouring weights of a filter meet?",
)
def dilation_ignored(ref: Any) -> Mapping[str, Any]:
    """Neighbouring weights meet neighbouring pixels."""
    return with_conv(ref, lambda x, w, b, options: ref.general_conv(x, w, b, **options | {"dilation": (1, 1)}))


@mistake(
    "groups-ignored",
    parts=("general_conv",),
    sentence="The groups are ignored: every filter sees the first channels of the image.",
    hint="Which channels belong to the group of the last filter?",
)
def groups_ignored(ref: Any) -> Mapping[str, Any]:
    """As many channels as the filters have, from the first on."""
    return with_conv(
        ref,
        lambda x, w, b, options: ref.general_conv(x[..., : w.shape[1], :, :], w, b, **options | {"groups": 1}),
    )


@mistake(
    "groups-interleaved",
    parts=("general_conv",),
    sentence="The filters are dealt out to the groups in turn; each group should be a run of neighbouring filters.",
    hint="With 6 filters in 2 groups, the first three see the first half of the channels.",
)
def groups_interleaved(ref: Any) -> Mapping[str, Any]:
    """Filter f is in group f modulo the number of groups."""

    def conv(x: Any, w: Any, b: Any, options: Any) -> Any:
        groups = options.get("groups", 1)
        runs = np.arange(len(w)).reshape(-1, groups).T.ravel()  # the filters in the order of their groups
        out = ref.general_conv(x, w[runs], b if b is None else b[runs], **options)
        return np.take(out, np.argsort(runs), axis=-3)

    return with_conv(ref, conv)


@mistake(
    "general-bias-ignored",
    parts=("general_conv",),
    sentence="The bias is ignored.",
    hint="Each filter's bias is added to all of its outputs, where there is one.",
)
def bias_ignored(ref: Any) -> Mapping[str, Any]:
    """No bias, whatever is given."""
    return with_conv(ref, lambda x, w, b, options: ref.general_conv(x, w, None, **options))


@mistake(
    "initial-variance-for-std",
    parts=("general_conv",),
    sentence="The initial weights use the variance as their standard deviation: the square root is missing.",
    hint="Is the second argument of a normal draw the variance or the standard deviation?",
)
def variance_for_std(ref: Any) -> Mapping[str, Any]:
    """The standard deviation squared."""
    return with_std(ref, lambda channels, filter_size: 2 / (filter_size**2 * channels))


@mistake(
    "initial-std-without-channels",
    parts=("general_conv",),
    sentence="The standard deviation of the initial weights does not depend on the number of channels.",
    hint="An output adds up products over all channels of the window.",
)
def std_without_channels(ref: Any) -> Mapping[str, Any]:
    """Too large by the root of the number of channels."""
    return with_std(ref, lambda channels, filter_size: np.sqrt(2 / filter_size**2))


def with_std(ref: Any, std: Any) -> Mapping[str, Any]:
    """Initial weights of another standard deviation, from the same draws."""

    def initial_weights(num_filters: int, channels: int, filter_size: int) -> Any:
        right = np.sqrt(2 / (filter_size**2 * channels))
        return ref.initial_weights(num_filters, channels, filter_size) / right * std(channels, filter_size)

    return {"initial_weights": initial_weights}


@mistake(
    "conv-pool-without-activator",
    parts=("general_conv",),
    sentence="The combined layer applies no activator.",
    hint="Convolution, activator, pooling.",
)
def conv_pool_without_activator(ref: Any) -> Mapping[str, Any]:
    """Convolution and pooling only."""

    def simple_img_conv_pool(*arguments: Any, activator: Any = None, **options: Any) -> Any:
        return ref.simple_img_conv_pool(*arguments, activator=ref.IdentityActivator(), **options)

    return {"simple_img_conv_pool": simple_img_conv_pool}
