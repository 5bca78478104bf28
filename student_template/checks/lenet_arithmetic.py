"""Sizes, parameters and connections: the figures of LeNet-5, and other layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Within
from grader.spec import Inputs, Part, Recipe

part = Part(
    "lenet_arithmetic",
    "The arithmetic of LeNet-5",
    assignment="cnn_fundamentals",
    order=5,
    needs=(
        "output_size",
        "conv_parameters",
        "conv_connections",
        "subsampling_parameters",
        "subsampling_connections",
        "fully_connected_parameters",
    ),
)

C1 = np.ones(6, dtype=int)
C3 = np.array([3] * 6 + [4] * 9 + [6])  # table I of the paper: how many maps of S2 each map of C3 sees
C5 = np.full(120, 16)


def window_that_fits(rng: np.random.Generator) -> Inputs:
    """Five windows with strides and padding that fit evenly."""
    window, stride, pad, steps = (rng.integers(low, high, 5) for low, high in ((3, 8), (1, 5), (0, 2), (2, 20)))
    return {"size": window + stride * steps - 2 * pad, "window": window, "stride": stride, "pad": pad}


def some_layer(rng: np.random.Generator) -> dict[str, Any]:
    """A convolution whose output maps see some of the input maps, with an oblong kernel and output."""
    return layer(rng.integers(1, 9, rng.integers(4, 12)), *rng.permutation(np.array([3, 4, 7, 11])).tolist())


def layer(inputs_per_map: Array, height: int, width: int, out_height: int, out_width: int) -> dict[str, Any]:
    """A convolution, its kernels of height x width and its maps of out_height x out_width."""
    sides = np.array([height, width, out_height, out_width])
    return {"inputs_per_map": inputs_per_map, "kernel": sides[:2], "out": sides[2:]}


LAYERS: dict[str, Recipe] = {
    "C3, which sees some maps": layer(C3, 5, 5, 10, 10),
    "C5": layer(C5, 5, 5, 1, 1),
    "another layer": some_layer,
    "one more layer": some_layer,
}


@part.check(
    points=1,
    # 32 -> C1 28 -> S2 14 -> C3 10 -> S4 5 -> C5 1
    inputs={
        "size": np.array([32, 28, 14, 10, 5]),
        "window": np.array([5, 2, 5, 2, 5]),
        "stride": np.array([1, 2, 1, 2, 1]),
        "pad": np.zeros(5, dtype=int),
    },
    anew=window_that_fits,
    edges={"other strides and padding": window_that_fits},
    edge_points=1,
    expect=[Within("sides", 0.0)],
)
def sizes(code: Any, size: Array, window: Array, stride: Array, pad: Array) -> dict[str, Any]:
    """The sides of the maps, from 32 x 32 to 1 x 1."""
    rows = zip(size.tolist(), window.tolist(), stride.tolist(), pad.tolist(), strict=True)
    return {"sides": np.array([code.output_size(*row) for row in rows])}


@part.check(
    points=1,
    inputs=layer(C1, 5, 5, 28, 28),
    anew=some_layer,
    edges=LAYERS,
    edge_points=1,
    expect=[Within("parameters", 0.0)],
)
def convolution_parameters(code: Any, inputs_per_map: Array, kernel: Array, out: Array) -> dict[str, Any]:
    """The parameters of a convolution: C1, C3, C5 and another."""
    return {"parameters": code.conv_parameters(inputs_per_map.tolist(), *kernel.tolist())}


@part.check(
    points=1,
    inputs=layer(C1, 5, 5, 28, 28),
    anew=some_layer,
    edges=LAYERS,
    edge_points=1,
    expect=[Within("connections", 0.0)],
)
def convolution_connections(code: Any, inputs_per_map: Array, kernel: Array, out: Array) -> dict[str, Any]:
    """The connections of a convolution: C1, C3, C5 and another."""
    return {"connections": code.conv_connections(inputs_per_map.tolist(), *kernel.tolist(), *out.tolist())}


def some_subsampling(rng: np.random.Generator) -> dict[str, Any]:
    """A subsampling layer with oblong windows and maps."""
    sides = rng.permutation(np.array([2, 3, 5, 9]))
    return {"maps": rng.integers(3, 40), "window": sides[:2], "out": sides[2:]}


@part.check(
    points=1,
    inputs={"maps": 6, "window": np.array([2, 2]), "out": np.array([14, 14])},
    anew=some_subsampling,
    edges={
        "S4": {"maps": 16, "window": np.array([2, 2]), "out": np.array([5, 5])},
        "another layer": some_subsampling,
    },
    edge_points=1,
    expect=[Within("parameters", 0.0), Within("connections", 0.0)],
)
def subsampling(code: Any, maps: int, window: Array, out: Array) -> dict[str, Any]:
    """The parameters and connections of a subsampling layer: S2, S4 and another."""
    return {
        "parameters": code.subsampling_parameters(maps),
        "connections": code.subsampling_connections(maps, *window.tolist(), *out.tolist()),
    }


def some_sizes(rng: np.random.Generator) -> dict[str, Any]:
    """A fully connected layer."""
    return {"inputs": rng.integers(50, 900), "outputs": rng.integers(5, 40)}


@part.check(
    points=1,
    inputs={"inputs": 120, "outputs": 84},
    anew=some_sizes,
    edges={"another layer": some_sizes},
    edge_points=1,
    expect=[Within("parameters", 0.0)],
)
def fully_connected(code: Any, inputs: int, outputs: int) -> dict[str, Any]:
    """The parameters of a fully connected layer: F6 and another."""
    return {"parameters": code.fully_connected_parameters(inputs, outputs)}
