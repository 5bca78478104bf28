"""What goes wrong in the arithmetic and the conv-pool layers of a LeNet."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod, sqrt
from typing import Any

from grader.mistakes import mistake


@mistake(
    "size-without-the-first",
    parts=("lenet_arithmetic",),
    sentence="output_size counts the steps of the window, not its positions.",
    hint="Count the positions of a window of 5 on a line of 5 pixels.",
)
def size_without_the_first(ref: Any) -> Mapping[str, Any]:
    """One less along each axis."""
    return {"output_size": lambda *arguments: ref.output_size(*arguments) - 1}


@mistake(
    "conv-parameters-without-biases",
    parts=("lenet_arithmetic",),
    sentence="conv_parameters leaves the biases out.",
    hint="Every output map has weights, and something else.",
)
def parameters_without_biases(ref: Any) -> Mapping[str, Any]:
    """The weights alone, in the parameters."""
    return {"conv_parameters": lambda maps, *window: ref.conv_parameters(maps, *window) - len(maps)}


@mistake(
    "conv-connections-without-biases",
    parts=("lenet_arithmetic",),
    sentence="conv_connections leaves the biases out.",
    hint="Every unit is connected to its inputs, and to something else.",
)
def connections_without_biases(ref: Any) -> Mapping[str, Any]:
    """The weights alone, in the connections."""

    def conv_connections(maps: Any, height: int, width: int, out_height: int, out_width: int) -> Any:
        whole = ref.conv_connections(maps, height, width, out_height, out_width)
        return whole - len(maps) * out_height * out_width

    return {"conv_connections": conv_connections}


@mistake(
    "one-bias-for-all-maps",
    parts=("lenet_arithmetic",),
    sentence="conv_parameters counts a single bias; every output map has its own.",
    hint="How long is b in a layer of 6 maps?",
)
def one_bias_for_all(ref: Any) -> Mapping[str, Any]:
    """The weights and one bias."""
    return {"conv_parameters": lambda maps, *window: ref.conv_parameters(maps, *window) - len(maps) + 1}


@mistake(
    "subsampling-connections-without-biases",
    parts=("lenet_arithmetic",),
    sentence="subsampling_connections leaves the biases out.",
    hint="Every unit is connected to its window, and to something else.",
)
def subsampling_without_biases(ref: Any) -> Mapping[str, Any]:
    """The window alone."""

    def subsampling_connections(maps: int, height: int, width: int, out_height: int, out_width: int) -> Any:
        whole = ref.subsampling_connections(maps, height, width, out_height, out_width)
        return whole - maps * out_height * out_width

    return {"subsampling_connections": subsampling_connections}


@mistake(
    "fully-connected-without-biases",
    parts=("lenet_arithmetic",),
    sentence="fully_connected_parameters leaves the biases out.",
    hint="Every output has weights, and something else.",
)
def fully_connected_without_biases(ref: Any) -> Mapping[str, Any]:
    """The weights alone."""
    return {"fully_connected_parameters": lambda inputs, outputs: inputs * outputs}


def with_layer(ref: Any, layer: Any) -> Mapping[str, Any]:
    """The conv-pool layer replaced, alone and in the network."""

    def lenet_forward(x: Any, params: Any) -> Any:
        for number in (1, 2):
            x = layer(x, params[f"W{number}"], params[f"b{number}"])
        return ref.dense_softmax(x, *(params[name] for name in ("W3", "b3", "W4", "b4")))

    return {"conv_pool_forward": layer, "lenet_forward": lenet_forward}


@mistake(
    "lenet-correlates",
    parts=("lenet_conv_pool",),
    sentence="The conv-pool layer correlates: the filters are used as they stand, not rotated by 180 degrees.",
    hint="The layer is defined by true convolution.",
)
def lenet_correlates(ref: Any) -> Mapping[str, Any]:
    """Filters that are not flipped."""
    return with_layer(ref, lambda x, W, b, poolsize=(2, 2): ref.conv_pool_forward(x, W[:, :, ::-1, ::-1], b, poolsize))


@mistake(
    "lenet-bias-outside-tanh",
    parts=("lenet_conv_pool",),
    sentence="The bias is added after tanh.",
    hint="What does the argument of tanh hold?",
)
def bias_outside(ref: Any) -> Mapping[str, Any]:
    """tanh(maxpool(conv(x))) + b."""

    def layer(x: Any, W: Any, b: Any, poolsize: Any = (2, 2)) -> Any:
        return ref.conv_pool_forward(x, W, 0 * b, poolsize) + b[:, None, None]

    return with_layer(ref, layer)


@mistake(
    "lenet-bias-forgotten",
    parts=("lenet_conv_pool",),
    sentence="The conv-pool layer does not use its bias.",
    hint="Every map has a bias; where does it enter?",
)
def bias_forgotten(ref: Any) -> Mapping[str, Any]:
    """tanh(maxpool(conv(x)))."""
    return with_layer(ref, lambda x, W, b, poolsize=(2, 2): ref.conv_pool_forward(x, W, 0 * b, poolsize))


@mistake(
    "fan-out-without-pooling",
    parts=("lenet_conv_pool",),
    sentence="fan_out of init_conv_pool does not count that pooling passes on one output of each window.",
    hint="How many pooled outputs does one weight reach?",
)
def fan_out_without_pooling(ref: Any) -> Mapping[str, Any]:
    """fan_out = F HH WW."""

    def init_conv_pool(filter_shape: Any, poolsize: Any, rng: Any) -> Any:
        W, b = ref.init_conv_pool(filter_shape, poolsize, rng)
        fan_in, fan_out = prod(filter_shape[1:]), filter_shape[0] * prod(filter_shape[2:])
        return W * sqrt((fan_in + fan_out / prod(poolsize)) / (fan_in + fan_out)), b

    return {"init_conv_pool": init_conv_pool}


@mistake(
    "normal-conv-pool-weights",
    parts=("lenet_conv_pool",),
    sentence="init_conv_pool draws normal numbers with the end of the range as standard deviation.",
    hint="Which distribution is bounded by the ends of a range?",
)
def normal_weights(ref: Any) -> Mapping[str, Any]:
    """Normal numbers instead of uniform ones."""

    def init_conv_pool(filter_shape: Any, poolsize: Any, rng: Any) -> Any:
        fan_in, fan_out = prod(filter_shape[1:]), filter_shape[0] * prod(filter_shape[2:]) / prod(poolsize)
        return rng.normal(0.0, sqrt(6 / (fan_in + fan_out)), filter_shape), 0.0 * rng.random(filter_shape[0])

    return {"init_conv_pool": init_conv_pool}
