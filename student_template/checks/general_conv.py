"""General convolution as frameworks offer it, its initial weights, and the combined convolution and pooling layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, matches
from grader.spec import Part, integers, normal

part = Part(
    "general_conv",
    "General convolution",
    assignment="cnn_objects",
    order=4,
    needs=("general_conv", "initial_weights", "simple_img_conv_pool"),
)


def image(C: int, H: int, W: int, *, F: int, HH: int, WW: int, N: int = 0, bias: bool = True, **options: Any) -> Any:
    """Inputs of a convolution: one image, or a batch of N, F filters, and the options that are not the defaults."""
    groups = options.get("groups", 1)
    case = {"x": normal(*([N] if N else []), C, H, W), "w": normal(F, C // groups, HH, WW), **options}
    return case | ({"b": normal(F)} if bias else {})


EVERYTHING: dict[str, Any] = {"stride": (2, 1), "padding": (1, 3), "dilation": (2, 3), "groups": 2}


@part.check(
    points=2,
    inputs=image(3, 5, 6, F=3, HH=3, WW=3),
    edges={
        "a batch": image(2, 5, 6, F=3, HH=3, WW=2, N=3, padding=(1, 1)),
        "no bias": image(3, 5, 5, F=2, HH=3, WW=3, bias=False),
        "stride (2, 3)": image(2, 7, 8, F=3, HH=3, WW=2, stride=(2, 3)),
        "a stride that leaves pixels over": image(2, 6, 8, F=2, HH=3, WW=3, stride=(2, 2)),
        "padding (2, 1)": image(2, 5, 5, F=3, HH=3, WW=3, padding=(2, 1)),
        "dilation (1, 2)": image(2, 6, 7, F=2, HH=3, WW=3, dilation=(1, 2)),
        "2 groups": image(4, 4, 5, F=6, HH=3, WW=3, groups=2),
        "a group for every channel": image(3, 4, 4, F=6, HH=2, WW=2, groups=3),
        "all of these at once": image(4, 6, 5, F=4, HH=3, WW=2, N=2, **EVERYTHING),
    },
    edge_points=3,
    expect=[
        matches(
            "out",
            shape_hint="Each side is (side + 2 * padding - dilation * (filter side - 1) - 1) // stride + 1.",
        )
    ],
)
def convolution(code: Any, x: Array, w: Array, **options: Any) -> dict[str, Any]:
    """General convolution: stride, padding, dilation, groups and bias."""
    given = {
        name: tuple(map(int, value)) if name in ("stride", "padding", "dilation") else value
        for name, value in options.items()
    }
    return {"out": code.general_conv(x, w, **given)}


def std_of_weights(num_weights: float) -> float:
    """What the standard deviation of the weights of one output should be, for so many of them."""
    return float(np.sqrt(2 / num_weights))


def std_off(got: Arrays, inputs: Arrays) -> float:
    """By what share the standard deviation of the sample is off."""
    weights = got["weights"]
    return abs(float(np.std(weights)) / std_of_weights(weights[0].size) - 1)


def mean_off(got: Arrays, inputs: Arrays) -> float:
    """How far the mean is from 0, in standard deviations of one weight."""
    weights = got["weights"]
    return abs(float(np.mean(weights))) / std_of_weights(weights[0].size)


# At least 900 weights: the sample's std is off by more than 0.15 (6.3 of its own, 1 / sqrt(2 * 900)) in less than
# one of 10**9 right draws, and its mean by more than 0.21 (6.3 / sqrt(900)).
@part.check(
    points=2,
    inputs={"num_filters": integers(12, 15), "channels": integers(3, 5), "filter_size": 5},
    expect=[
        Below("weights", 0.15, "relative deviation of the standard deviation", ("weights",), std_off),
        Below(
            "mean of the weights", 0.14, "distance of the mean from 0, in standard deviations,", ("weights",), mean_off
        ),
    ],
)
def initial_weights(code: Any, num_filters: int, channels: int, filter_size: int) -> dict[str, Any]:
    """Initial weights have the standard deviation sqrt(2 / (filter_size**2 * channels))."""
    return {"weights": code.initial_weights(num_filters, channels, filter_size)}


class Bend:
    """z / (1 + |z|): an activator that no exercise asks for."""

    def forward(self, weighted_input: Any) -> Any:
        """The output."""
        return weighted_input / (1 + abs(weighted_input))


class Line:
    """The identity."""

    def forward(self, weighted_input: Any) -> Any:
        """What comes in."""
        return weighted_input


@part.check(
    points=2,
    inputs={"x": normal(2, 8, 8), "w": normal(20, 2, 5, 5), "b": normal(20)},
    edges={
        "a batch": {"x": normal(2, 1, 8, 10), "w": normal(20, 1, 5, 5), "b": normal(20)},
        "other sizes": {
            "x": normal(3, 8, 8),
            "w": normal(4, 3, 3, 3),
            "b": normal(4, shift=-20),
            "filter_size": 3,
            "num_filters": 4,
            "pool_size": 3,
            "pool_stride": 1,
        },
    },
    edge_points=1,
    expect=[matches("out")],
)
def conv_pool(code: Any, x: Array, w: Array, b: Array, **sizes: Any) -> dict[str, Any]:
    """Convolution, activation and max pooling in one."""
    activator = {"activator": Bend()} if sizes else {}
    return {"out": code.simple_img_conv_pool(x, w, b, **sizes, **activator)}


def drawn_off(got: Arrays, inputs: Arrays) -> float:
    """By what share the standard deviation of the weights that the layer drew is off."""
    return abs(float(np.std(got["drawn"])) / std_of_weights(25 * len(inputs["x"])) - 1)


# The weights of 800 filters: off by more than 0.16 (6.4 / sqrt(2 * 800)) in less than one of 10**9 right draws.
@part.check(
    points=1,
    inputs={"x": normal(1, 28, 28)},
    expect=[
        matches("shape"),
        Below(
            "drawn", 0.12, "relative deviation of the standard deviation of the weights drawn", ("drawn",), drawn_off
        ),
    ],
)
def conv_pool_defaults(code: Any, x: Array) -> dict[str, Any]:
    """The defaults: 5x5, 20 filters, pool 2, stride 2, and weights of its own."""
    pixel = np.zeros((len(x), 5, 5))
    pixel[0, 2, 2] = 1.0  # of each filter, the output is the weight that lies on it
    drawn = code.simple_img_conv_pool(pixel, num_filters=800, pool_size=1, pool_stride=1, activator=Line())
    return {"shape": np.array(np.shape(code.simple_img_conv_pool(x))), "drawn": drawn}
