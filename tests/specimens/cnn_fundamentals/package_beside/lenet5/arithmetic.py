"""Counting."""


def output_size(size, window, stride=1, pad=0):
    """How many positions a window has along an axis.

    size: length of the axis. window: length of the window. stride: its step. pad: zeros added at each end.

    Returns the number of positions.
    """
    return 1 + (size + 2 * pad - window) // stride


def conv_parameters(inputs_per_map, height, width):
    """Trained parameters of a convolution, weights and biases.

    inputs_per_map: a list, how many input maps each output map sees. height, width: of the kernels.

    Returns the number of parameters.
    """
    return sum(maps * height * width + 1 for maps in inputs_per_map)


def conv_connections(inputs_per_map, height, width, out_height, out_width):
    """Connections of a convolution, biases included.

    inputs_per_map: a list, how many input maps each output map sees. height, width: of the kernels.
    out_height, out_width: of the output maps.

    Returns the number of connections.
    """
    return out_height * out_width * conv_parameters(inputs_per_map, height, width)


def subsampling_parameters(maps):
    """Trained parameters of a subsampling layer, weights and biases.

    maps: the number of maps.

    Returns the number of parameters.
    """
    return 2 * maps


def subsampling_connections(maps, height, width, out_height, out_width):
    """Connections of a subsampling layer, biases included.

    maps: the number of maps. height, width: of the windows. out_height, out_width: of the output maps.

    Returns the number of connections.
    """
    return maps * out_height * out_width * (height * width + 1)


def fully_connected_parameters(inputs, outputs):
    """Trained parameters of a fully connected layer, weights and biases.

    inputs, outputs: how many it has.

    Returns the number of parameters.
    """
    return outputs * (inputs + 1)
