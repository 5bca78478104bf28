"""How large a layer's output is, and what it costs in parameters and connections (LeCun et al. 1998, LeNet-5).

    output size      (size + 2 pad - window) / stride + 1
    convolution      parameters  = sum over output maps of (its input maps height width + 1)
                     connections = parameters times output positions, as every position uses each of them once
    subsampling      parameters  = 2 a map: one weight for the sum of its window, one bias
                     connections = (height width + 1) a map and output position
    fully connected  parameters  = (inputs + 1) outputs = connections

An output map of LeNet-5's C3 sees 3, 4 or all 6 of the input maps, so input maps are counted for each output map.
"""

from __future__ import annotations

from collections.abc import Sequence

from solutions.inputs import count_windows, whole_number


def output_size(size: int, window: int, stride: int = 1, pad: int = 0) -> int:
    """Return how many positions a window has along an axis of ``size``; ValueError if they do not fit evenly."""
    return count_windows(
        whole_number("size", size, 1),
        whole_number("window", window, 1),
        whole_number("stride", stride, 1),
        whole_number("pad", pad, 0),
    )


def conv_parameters(inputs_per_map: Sequence[int], height: int, width: int) -> int:
    """Return the weights and biases of a convolution; ``inputs_per_map`` counts the input maps of each output map."""
    height, width = whole_number("height", height, 1), whole_number("width", width, 1)
    return sum(whole_number("An entry of inputs_per_map", maps, 1) * height * width + 1 for maps in inputs_per_map)


def conv_connections(inputs_per_map: Sequence[int], height: int, width: int, out_height: int, out_width: int) -> int:
    """Return the connections of a convolution whose output maps are out_height x out_width, biases included."""
    positions = whole_number("out_height", out_height, 1) * whole_number("out_width", out_width, 1)
    return conv_parameters(inputs_per_map, height, width) * positions


def subsampling_parameters(maps: int) -> int:
    """Return the trainable weights and biases of a LeNet-5 subsampling layer."""
    return 2 * whole_number("maps", maps, 1)


def subsampling_connections(maps: int, height: int, width: int, out_height: int, out_width: int) -> int:
    """Return the connections of a subsampling layer with windows of height x width, biases included."""
    window = whole_number("height", height, 1) * whole_number("width", width, 1)
    positions = whole_number("out_height", out_height, 1) * whole_number("out_width", out_width, 1)
    return whole_number("maps", maps, 1) * (window + 1) * positions


def fully_connected_parameters(inputs: int, outputs: int) -> int:
    """Return the weights and biases of a fully connected layer, which are its connections too."""
    return (whole_number("inputs", inputs, 1) + 1) * whole_number("outputs", outputs, 1)
