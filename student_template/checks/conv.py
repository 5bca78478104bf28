"""The convolution layer: cross-correlation with stride and zero padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Draw, GradientOf, Part, Recipe, cache_of, normal

part = Part(
    "conv",
    "Convolution layer",
    assignment="layers",
    order=3,
    timed=True,
    starter="layers",
    needs=("conv_forward_naive", "conv_backward_naive"),
)


def eighths(*shape: int) -> Draw:
    """Draw multiples of 1/8 up to 2, without 0: sums of their products are exact, and take little room recorded."""
    return lambda rng: rng.integers(1, 17, shape) * rng.choice([-1, 1], shape) / 8


def images(
    N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, stride: int, pad: int, draw: Any = normal
) -> dict[str, Any]:
    """Inputs of a forward pass: N images of C channels, F filters of HH x WW."""
    return {
        "x": draw(N, C, H, W),
        "w": draw(F, C, HH, WW),
        "b": draw(F),
        "stride": stride,
        "pad": pad,
    }


def with_dout(
    N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, stride: int, pad: int, draw: Any = normal
) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the upstream gradient."""
    rows, columns = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    inputs = images(N, C, H, W, F=F, HH=HH, WW=WW, stride=stride, pad=pad, draw=draw)
    return inputs | {"dout": draw(N, F, rows, columns)}


def sizes(H: int, W: int, HH: int, WW: int, *, stride: int, pad: int) -> dict[str, int]:
    """2 images of 2 channels, and 3 filters."""
    return {"N": 2, "C": 2, "H": H, "W": W, "F": 3, "HH": HH, "WW": WW, "stride": stride, "pad": pad}


# The course's own cases.
FORWARD = {"N": 4, "C": 3, "H": 4, "W": 4, "F": 3, "HH": 4, "WW": 4, "stride": 2, "pad": 1}
BACKWARD = {"N": 4, "C": 3, "H": 5, "W": 5, "F": 2, "HH": 3, "WW": 3, "stride": 1, "pad": 1}

# The cases that they leave out: one property each, then all of them together.
GEOMETRIES = {
    "pad 0": sizes(5, 5, 3, 3, stride=1, pad=0),
    "stride 2 at pad 0": sizes(5, 5, 3, 3, stride=2, pad=0),
    "1x1 filter": sizes(4, 4, 1, 1, stride=1, pad=0),
    "non-square filter": sizes(5, 5, 3, 2, stride=1, pad=1),
    "non-square images": sizes(4, 6, 3, 3, stride=1, pad=1),
    "non-square images at stride 2": sizes(5, 7, 3, 3, stride=2, pad=1),
    "stride 3": sizes(7, 7, 3, 3, stride=3, pad=1),
    "4x4 filter at stride 2": sizes(4, 4, 4, 4, stride=2, pad=1),
    "5x5 filter at pad 2": sizes(4, 4, 5, 5, stride=1, pad=2),
    "3x3 filter at pad 2": sizes(4, 4, 3, 3, stride=1, pad=2),
    "nothing square": sizes(7, 5, 3, 5, stride=2, pad=2),
}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """The inputs of each of them."""
    return {name: inputs(**geometry, draw=eighths) for name, geometry in GEOMETRIES.items()}


@part.check(
    points=3,
    inputs=images(**FORWARD),
    edges=edge_cases(images),
    edge_points=3,
    expect=[matches("out", shape_hint="Each side of out is 1 + (H + 2 * pad - HH) // stride.")],
)
def forward(code: Any, x: Array, w: Array, b: Array, stride: int, pad: int) -> dict[str, Any]:
    """Forward pass: every filter at every position."""
    out, _ = code.conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    return {"out": out}


@part.check(
    points=4,
    inputs=with_dout(**BACKWARD),
    edges=edge_cases(with_dout),
    edge_points=4,
    expect=[
        matches("dx", shape_hint="dx has the shape of x, without the padding."),
        matches("dw", shape_hint="dw has the shape of w."),
        matches("db", shape_hint="Sum dout over N, H and W."),
    ],
    gradient_of=GradientOf("forward", {"dx": "x", "dw": "w", "db": "b"}),
    apart=True,
)
def backward(code: Any, x: Array, w: Array, b: Array, dout: Array, stride: int, pad: int) -> dict[str, Any]:
    """Backward pass: the gradients of x, w and b."""
    param = {"stride": stride, "pad": pad}
    cache = cache_of(lambda: code.conv_forward_naive(x, w, b, param), (x, w, b, param))
    cache_of(
        lambda: code.conv_forward_naive(np.roll(x, 1), w, b, param), None
    )  # what counts is the cache, not the last call
    dx, dw, db = code.conv_backward_naive(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}
