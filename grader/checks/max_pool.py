"""The max-pooling layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Remark, matches
from grader.model import Note
from grader.spec import Part, Recipe, normal

part = Part(
    "max_pool",
    "Max-pooling layer",
    assignment="layers",
    order=4,
    needs=("max_pool_forward_naive", "max_pool_backward_naive"),
)


def images(N: int, C: int, H: int, W: int, *, height: int, width: int, stride: int, shift: float = 0) -> dict[str, Any]:
    """Inputs of a forward pass: images without ties, and the window."""
    return {"x": normal(N, C, H, W, shift=shift), "height": height, "width": width, "stride": stride}


def with_dout(
    N: int, C: int, H: int, W: int, *, height: int, width: int, stride: int, shift: float = 0
) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the upstream gradient."""
    rows, columns = 1 + (H - height) // stride, 1 + (W - width) // stride
    return images(N, C, H, W, height=height, width=width, stride=stride, shift=shift) | {
        "dout": normal(N, C, rows, columns)
    }


def sizes(H: int, W: int, height: int, width: int, *, stride: int, shift: float = 0) -> dict[str, Any]:
    """2 images of 3 channels."""
    return {"N": 2, "C": 3, "H": H, "W": W, "height": height, "width": width, "stride": stride, "shift": shift}


# The cases that the course's own check leaves out. Windows that are not square can lie side by side only in images that
# are not square either; what comes out of these is square.
GEOMETRIES = {
    "non-square window": sizes(9, 8, 3, 2, stride=3),
    "non-square images": sizes(4, 6, 2, 2, stride=2),
    "2x2 windows and stride 1": sizes(4, 4, 2, 2, stride=1),
    "3x3 windows and stride 2": sizes(7, 7, 3, 3, stride=2),
    "2x2 windows and stride 3": sizes(8, 8, 2, 2, stride=3),
    "all values negative": sizes(4, 4, 2, 2, stride=2, shift=-20),
    "nothing square and stride 1": sizes(7, 5, 2, 3, stride=1),
}


def edge_cases(inputs: Any) -> dict[str, Recipe]:
    """The inputs of each of them."""
    return {name: inputs(**geometry) for name, geometry in GEOMETRIES.items()}


@part.check(
    points=2,
    inputs=images(4, 3, 4, 4, height=2, width=2, stride=2),
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
    inputs=with_dout(3, 2, 8, 8, height=2, width=2, stride=2),
    edges=edge_cases(with_dout),
    edge_points=3,
    expect=[matches("dx", shape_hint="dx has the shape of x.")],
)
def backward(code: Any, x: Array, dout: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Backward pass: the gradient goes to the maximum of each window."""
    window = {"pool_height": height, "pool_width": width, "stride": stride}
    _, cache = code.max_pool_forward_naive(x, window)
    code.max_pool_forward_naive(-x, window)  # what counts is the cache, not the last call
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
    expect=[Remark("dx", ties_go)],
)
def ties(code: Any, x: Array, dout: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Where the gradient of tied maxima goes (no marks: both ways are right)."""
    _, cache = code.max_pool_forward_naive(x, {"pool_height": height, "pool_width": width, "stride": stride})
    return {"dx": code.max_pool_backward_naive(dout, cache)}
