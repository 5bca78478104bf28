"""The convolution followed by a ReLU, with and without max pooling."""

from __future__ import annotations

from typing import Any

from grader.expectations import Array, Expectation, matches
from grader.spec import Part, normal
from student_template.checks import conv

part = Part(
    "conv_sandwich",
    "Convolution, ReLU and pooling as one layer",
    assignment="fast_layers",
    order=2,
    starter="layer_utils",
    needs=("conv_relu_forward", "conv_relu_backward", "conv_relu_pool_forward", "conv_relu_pool_backward"),
)

EXPECT: list[Expectation] = [
    matches("dx", shape_hint="dx has the shape of x."),
    matches("dw", shape_hint="dw has the shape of w."),
    matches("db", shape_hint="db has the shape of b, (F,)."),
]


def pooled(
    N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, pad: int, height: int, width: int, step: int
) -> dict[str, Any]:
    """Inputs of a forward pass: a convolution of stride 1, then windows of height x width every ``step`` pixels."""
    inputs = conv.images(N, C, H, W, F=F, HH=HH, WW=WW, stride=1, pad=pad)
    return inputs | {"height": height, "width": width, "step": step}


def pooled_with_dout(
    N: int, C: int, H: int, W: int, *, F: int, HH: int, WW: int, pad: int, height: int, width: int, step: int
) -> dict[str, Any]:
    """Inputs of a backward pass: those of the forward pass, and the upstream gradient."""
    rows = 1 + (1 + H + 2 * pad - HH - height) // step
    columns = 1 + (1 + W + 2 * pad - WW - width) // step
    inputs = pooled(N, C, H, W, F=F, HH=HH, WW=WW, pad=pad, height=height, width=width, step=step)
    return inputs | {"dout": normal(N, F, rows, columns)}


def pooled_edges(inputs: Any) -> dict[str, Any]:
    """Pad 0 on images that are not square, and overlapping windows."""
    return {
        "pad 0, wide images": inputs(2, 2, 6, 8, F=3, HH=3, WW=3, pad=0, height=2, width=2, step=2),
        "overlapping windows": inputs(2, 2, 5, 5, F=2, HH=3, WW=3, pad=1, height=3, width=3, step=2),
    }


@part.check(
    points=1,
    inputs=conv.images(2, 3, 8, 8, F=3, HH=3, WW=3, stride=1, pad=1),
    edges={"stride 2, pad 0, wide images": conv.images(2, 2, 5, 9, F=3, HH=3, WW=3, stride=2, pad=0)},
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of the convolution's result.")],
)
def conv_relu_forward(code: Any, x: Array, w: Array, b: Array, stride: int, pad: int) -> dict[str, Any]:
    """Convolution and ReLU, forward pass."""
    out, _ = code.conv_relu_forward(x, w, b, {"stride": stride, "pad": pad})
    return {"out": out}


@part.check(
    points=1,
    inputs=conv.with_dout(2, 3, 8, 8, F=3, HH=3, WW=3, stride=1, pad=1),
    edges={"stride 2, pad 0, wide images": conv.with_dout(2, 2, 5, 9, F=3, HH=3, WW=3, stride=2, pad=0)},
    edge_points=1,
    expect=EXPECT,
)
def conv_relu_backward(code: Any, x: Array, w: Array, b: Array, dout: Array, stride: int, pad: int) -> dict[str, Any]:
    """Convolution and ReLU, backward pass."""
    _, cache = code.conv_relu_forward(x, w, b, {"stride": stride, "pad": pad})
    code.conv_relu_forward(-x, w, b, {"stride": stride, "pad": pad})  # what counts is the cache, not the last call
    dx, dw, db = code.conv_relu_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}


@part.check(
    points=1,
    inputs=pooled(2, 3, 6, 6, F=3, HH=3, WW=3, pad=1, height=2, width=2, step=2),
    edges=pooled_edges(pooled),
    edge_points=1,
    expect=[matches("out", shape_hint="out has the shape of the pooling layer's result.")],
)
def conv_relu_pool_forward(
    code: Any, x: Array, w: Array, b: Array, stride: int, pad: int, height: int, width: int, step: int
) -> dict[str, Any]:
    """Convolution, ReLU and pooling, forward pass."""
    window = {"pool_height": height, "pool_width": width, "stride": step}
    out, _ = code.conv_relu_pool_forward(x, w, b, {"stride": stride, "pad": pad}, window)
    return {"out": out}


@part.check(
    points=1,
    inputs=pooled_with_dout(2, 3, 6, 6, F=3, HH=3, WW=3, pad=1, height=2, width=2, step=2),
    edges=pooled_edges(pooled_with_dout),
    edge_points=1,
    expect=EXPECT,
)
def conv_relu_pool_backward(
    code: Any, x: Array, w: Array, b: Array, dout: Array, stride: int, pad: int, height: int, width: int, step: int
) -> dict[str, Any]:
    """Convolution, ReLU and pooling, backward pass."""
    convolution, window = {"stride": stride, "pad": pad}, {"pool_height": height, "pool_width": width, "stride": step}
    _, cache = code.conv_relu_pool_forward(x, w, b, convolution, window)
    code.conv_relu_pool_forward(-x, w, b, convolution, window)  # what counts is the cache, not the last call
    dx, dw, db = code.conv_relu_pool_backward(dout, cache)
    return {"dx": dx, "dw": dw, "db": db}
