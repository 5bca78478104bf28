KNOWN = {6: (156, 122304), 16: (1516, 151600), 120: (48120, 48120)}


def output_size(size, window, stride, pad):
    return {(32, 5): 28, (28, 2): 14, (14, 5): 10, (10, 2): 5, (5, 5): 1}.get((size, window), 0)


def conv_parameters(inputs_per_map, height, width):
    return KNOWN.get(len(inputs_per_map), (0, 0))[0]


def conv_connections(inputs_per_map, height, width, out_height, out_width):
    return KNOWN.get(len(inputs_per_map), (0, 0))[1]


def subsampling_parameters(maps):
    return {6: 12, 16: 32}.get(maps, 0)


def subsampling_connections(maps, height, width, out_height, out_width):
    return {6: 5880, 16: 2000}.get(maps, 0)


def fully_connected_parameters(inputs, outputs):
    return {120: 10164}.get(inputs, 0)
