"""LeNet's conv-pool layer as a class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.distributions import as_float32, cdf_limit, edge_limit
from grader.expectations import Array, Below, matches
from grader.spec import Part, integers
from student_template.checks.lenet_conv_pool import COUNT, FILTERS, beyond, distance, images

part = Part(
    "conv_pool_class",
    "LeNet's conv-pool layer as a class",
    assignment="lenet_classes",
    order=1,
    needs=("LeNetConvPoolLayer",),
)


@part.check(
    points=2,
    inputs={"seed": integers(0, 2**31)},
    expect=[
        # Two random figures, each wrong by chance with probability 1e-11 at most (see grader/distributions.py).
        Below("W", cdf_limit(COUNT), "distance of W to the uniform distribution", ("W",), distance),
        Below("range", edge_limit(COUNT), "part of the range that W leaves out (inf: it goes beyond)", ("W",), beyond),
        matches("b", shape_hint="One bias for each filter."),
    ],
)
def initial(code: Any, seed: int) -> dict[str, Any]:
    """The initial weights and biases of LeNetConvPoolLayer."""
    layer = code.LeNetConvPoolLayer(np.random.default_rng(seed), FILTERS, (1, FILTERS[1], 12, 12), (2, 2))
    return {"W": as_float32(layer.W), "b": layer.b}


@part.check(
    points=2,
    inputs=images(2, 1, 8, 8, F=3, HH=5, WW=5, pool=(2, 2)),
    edges={
        "several channels": images(2, 3, 6, 6, F=4, HH=3, WW=3, pool=(2, 2)),
        "height and width differ": images(1, 2, 6, 9, F=2, HH=3, WW=2, pool=(2, 2)),
        "a pooling window of 3 x 2": images(2, 2, 8, 6, F=3, HH=3, WW=3, pool=(3, 2)),
    },
    edge_points=2,
    expect=[matches("out", shape_hint="Each side of out is (H - HH + 1) // poolsize.")],
)
def forward(code: Any, x: Array, W: Array, b: Array, poolsize: Array) -> dict[str, Any]:
    """forward of LeNetConvPoolLayer: convolution, max pooling, bias, tanh."""
    layer = code.LeNetConvPoolLayer(np.random.default_rng(0), W.shape, x.shape, tuple(poolsize.tolist()))
    put_weights(layer, W, b)
    return {"out": layer.forward(x)}


def put_weights(layer: Any, W: Array, b: Array) -> None:
    """Set the weights in place where they fit, since ``params`` may hold references to them."""
    for name, value in (("W", W), ("b", b)):
        have = getattr(layer, name, None)
        if isinstance(have, np.ndarray) and have.dtype == np.float64 and have.shape == value.shape:
            have[...] = value
        else:
            setattr(layer, name, value.copy())
