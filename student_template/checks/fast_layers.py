"""Convolution and max pooling without slow loops: the same values as the naive ones, on the same cases."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, matches
from grader.spec import Part
from student_template.checks import conv, max_pool

part = Part(
    "fast_layers",
    "Fast convolution and pooling",
    assignment="fast_layers",
    order=1,
    timed=True,
    starter="fast_layers",
    needs=("conv_forward_fast", "conv_backward_fast", "max_pool_forward_fast", "max_pool_backward_fast"),
)


@part.check(
    points=2,
    inputs=conv.images(2, 3, 5, 5, F=2, HH=3, WW=3, stride=1, pad=1),
    edges=conv.edge_cases(conv.images),
    edge_points=1,
    expect=[matches("out", shape_hint="Each side of out is 1 + (H + 2 * pad - HH) // stride.")],
)
def conv_forward(code: Any, x: Array, w: Array, b: Array, stride: int, pad: int) -> dict[str, Any]:
    """Convolution, forward pass."""
    out, _ = code.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad})
    return {"out": out}


@part.check(
    points=2,
    inputs=conv.with_dout(2, 3, 5, 5, F=2, HH=3, WW=3, stride=1, pad=1),
    edges=conv.edge_cases(conv.with_dout),
    edge_points=2,
    expect=[
        matches("dx", shape_hint="dx has the shape of x, without the padding."),
        matches("dw", shape_hint="dw has the shape of w."),
        matches("db", shape_hint="Sum dout over N, H and W."),
    ],
)
def conv_backward(code: Any, x: Array, w: Array, b: Array, dout: Array, stride: int, pad: int) -> dict[str, Any]:
    """Convolution, backward pass: the gradients of x, w and b."""
    _, cache = code.conv_forward_fast(x, w, b, {"stride": stride, "pad": pad})
    code.conv_forward_fast(-x, w, b, {"stride": stride, "pad": pad})  # what counts is the cache, not the last call
    dx, dw, db = code.conv_backward_fast(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}


@part.check(
    points=1,
    inputs=max_pool.images(4, 3, 4, 4, height=2, width=2, stride=2),
    edges=max_pool.edge_cases(max_pool.images),
    edge_points=1,
    expect=[matches("out", shape_hint="Each side of out is 1 + (H - pool_height) // stride.")],
)
def max_pool_forward(code: Any, x: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Max pooling, forward pass."""
    out, _ = code.max_pool_forward_fast(x, {"pool_height": height, "pool_width": width, "stride": stride})
    return {"out": out}


@part.check(
    points=1,
    inputs=max_pool.with_dout(3, 2, 8, 8, height=2, width=2, stride=2),
    edges=max_pool.edge_cases(max_pool.with_dout),
    edge_points=2,
    expect=[matches("dx", shape_hint="dx has the shape of x.")],
)
def max_pool_backward(code: Any, x: Array, dout: Array, height: int, width: int, stride: int) -> dict[str, Any]:
    """Max pooling, backward pass."""
    window = {"pool_height": height, "pool_width": width, "stride": stride}
    _, cache = code.max_pool_forward_fast(x, window)
    code.max_pool_forward_fast(-x, window)  # what counts is the cache, not the last call
    return {"dx": code.max_pool_backward_fast(dout, cache)}
