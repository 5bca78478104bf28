"""LeNet's conv-pool layer as a class."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.random  # the scenarios draw, in a process that does without unless told

from grader.distributions import as_float32
from grader.expectations import Array
from grader.spec import Part
from student_template.checks.lenet_conv_pool import FILTERS, FORWARD, INITIAL

part = Part(
    "conv_pool_class",
    "LeNet's conv-pool layer as a class",
    assignment="lenet_classes",
    order=1,
    needs=("LeNetConvPoolLayer",),
)


@part.check(**INITIAL)
def initial(code: Any, seed: int) -> dict[str, Any]:
    """The initial weights and biases of LeNetConvPoolLayer."""
    layer = code.LeNetConvPoolLayer(np.random.default_rng(seed), FILTERS, (1, FILTERS[1], 12, 12), (2, 2))
    return {"W": as_float32(layer.W), "b": layer.b}


@part.check(**FORWARD)
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
