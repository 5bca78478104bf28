"""The max-pooling layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, NoteAbout, matches
from grader.model import Note
from grader.spec import Draw, GradientOf, Part, Recipe, cache_of, normal
from student_template.checks.conv import eighths

part = Part(
    "max_pool",
    "Max-pooling layer",
    assignment="layers",
    order=4,
    timed=True,
    starter="layers",
    needs=("max_pool_forward_naive", "max_pool_backward_naive"),
)


def distinct(*shape: int) -> Draw:
    """Draw multiples of 1/8 around 0, no two of them equal: nothing ties, and they take little room recorded."""
    size = int(np.prod(shape))
    return lambda rng: (rng.permutation(size).reshape(shape) - size // 2) / 8


def images(
    N: int, C: int, H: int, W: int, *, height: int, width: int, stride: int, draw: Any = normal, shift: float = 0.0
) -> dict[str, Any]:
    """Inputs of a forward pass: images without ties, and the window."""
    pixels = draw(N, C, H, W)
    return {"x": lambda rng: pixels(rng) - shift, "height": height, "width": width, "stride": stride}


def with_dout(
    N: int, C: int, H: int, W: int, *, height: int, width: int, stride: int, draw: Any = normal, shift: float = 0.0
) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the upstream gradient."""
    rows, columns = 1 + (H - height) // stride, 1 + (W - width) // stride
    inputs = images(N, C, H, W, height=height, width=width, stride=stride, draw=draw, shift=shift)
    return inputs | {"dout": (normal if draw is normal else eighths)(N, C, rows, columns)}


def sizes(H: int, W: int, height: int, width: int, *, stride: int, shift: float = 0.0) -> dict[str, Any]:
    """2 images of 2 channels."""
    return {"N": 2, "C": 2, "H": H, "W": W, "height": height, "width": width, "stride": stride, "shift": shift}


# The course's own cases.
FORWARD = {"N": 4, "C": 3, "H": 4, "W": 4, "height": 2, "width": 2, "stride": 2}
BACKWARD = {"N": 3, "C": 2, "H": 8, "W": 8, "height": 2, "width": 2, "stride": 2}

# The cases that they leave out. Windows that are not square can lie side by side only in images that
# are not square either; what comes out of these is square.
GEOMETRIES = {
    "non-square window": sizes(9, 8, 3, 2, stride=3),
    "non-square images": sizes(4, 6, 2, 2, stride=2),
    "2x2 windows at stride 1": sizes(4, 4, 2, 2, stride=1),
    "3x3 windows at stride 2": sizes(7, 7, 3, 3, stride=2),
    "2x2 windows at stride 3": sizes(8, 8, 2, 2, stride=3),
    "all values negative": sizes(4, 4, 2, 2, stride=2, shift=40),
    "nothing square": sizes(7, 5, 2, 3, stride=1),
}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """The inputs of each of them."""
    return {name: inputs(**geometry, draw=distinct) for name, geometry in GEOMETRIES.items()}


@part.check(
    points=2,
    inputs=images(**FORWARD),
    edges=edge_cases(images),
    edge_points=2,
    expect=[matches("out", shape_hint="Each side of out is 1 + (H - pool_height) // stride.")],
)
def forward(code: Any, x: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Forward pass: the largest value in each window."""
    out, _ = code.max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride})
    return {"out": out}


@part.check(
    points=3,
    inputs=with_dout(**BACKWARD),
    edges=edge_cases(with_dout),
    edge_points=3,
    expect=[matches("dx", shape_hint="dx has the shape of x.")],
    gradient_of=GradientOf("forward", {"dx": "x"}),
)
def backward(code: Any, x: Array, dout: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Backward pass: the gradient goes to the maximum of each window."""
    window = {"pool_height": height, "pool_width": width, "stride": stride}
    cache = cache_of(lambda: code.max_pool_forward_naive(x, window), (x, window))
    cache_of(
        lambda: code.max_pool_forward_naive(np.roll(x, 1), window), None
    )  # what counts is the cache, not the last call
    return {"dx": code.max_pool_backward_naive(dout, cache)}


def ties_go(dx: Array, inputs: Arrays) -> Note | None:
    """Whether the gradient of tied maxima goes to one of them or to all."""
    reached = int(np.count_nonzero(dx))
    if reached > inputs["dout"].size:
        return Note("ties-to-all", "Where maxima tie, your gradient goes to all of them; to one is as good, no marks.")
    return Note("ties-to-one", "Where maxima tie, your gradient goes to one of them; to all is as good, no marks.")


@part.check(
    points=0,
    inputs={
        "x": np.tile([[5.0, 5.0], [5.0, 1.0]], (1, 1, 2, 2)),
        "dout": normal(1, 1, 2, 2),
        "height": 2,
        "width": 2,
        "stride": 2,
    },
    expect=[NoteAbout("dx", ties_go)],
)
def ties(code: Any, x: Array, dout: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Where the gradient of tied maxima goes (no marks: both ways are right)."""
    _, cache = code.max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride})
    return {"dx": code.max_pool_backward_naive(dout, cache)}
