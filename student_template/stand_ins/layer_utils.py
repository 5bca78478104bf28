"""Stands in for the course's ``layer_utils``: layers one after another, each the submission's own."""

from __future__ import annotations

import importlib
from typing import Any

DEFINES = (
    "affine_relu_forward",
    "affine_relu_backward",
    "affine_bn_relu_forward",
    "affine_bn_relu_backward",
    "affine_ln_relu_forward",
    "affine_ln_relu_backward",
    "conv_relu_forward",
    "conv_relu_backward",
    "conv_bn_relu_forward",
    "conv_bn_relu_backward",
    "conv_relu_pool_forward",
    "conv_relu_pool_backward",
)
# Arguments of the whole, then the layers with theirs; backward passes give the gradients in the order of the layers.
SANDWICHES = {
    "affine_relu": ("x w b", [("affine_{}", "w b"), ("relu_{}", "")]),
    "affine_bn_relu": (
        "x w b gamma beta bn_param",
        [("affine_{}", "w b"), ("batchnorm_{}", "gamma beta bn_param"), ("relu_{}", "")],
    ),
    "affine_ln_relu": (
        "x w b gamma beta ln_param",
        [("affine_{}", "w b"), ("layernorm_{}", "gamma beta ln_param"), ("relu_{}", "")],
    ),
    "conv_relu": ("x w b conv_param", [("conv_{}_fast", "w b conv_param"), ("relu_{}", "")]),
    "conv_bn_relu": (
        "x w b gamma beta conv_param bn_param",
        [("conv_{}_fast", "w b conv_param"), ("spatial_batchnorm_{}", "gamma beta bn_param"), ("relu_{}", "")],
    ),
    "conv_relu_pool": (
        "x w b conv_param pool_param",
        [("conv_{}_fast", "w b conv_param"), ("relu_{}", ""), ("max_pool_{}_fast", "pool_param")],
    ),
}


def names(package: str) -> dict[str, Any]:
    """What the module defines in a package; ``layers`` and ``fast_layers`` are looked up in it at each call."""
    made = {}
    for name, (arguments, layers) in SANDWICHES.items():
        made[f"{name}_forward"] = _forward(package, arguments.split(), layers)
        made[f"{name}_backward"] = _backward(package, layers)
    return made


def _forward(package: str, arguments: list[str], layers: list[tuple[str, str]]) -> Any:
    def forward(*given: Any, **named: Any) -> Any:
        values = dict(zip(arguments, given, strict=False)) | named
        out, caches = values["x"], []
        for layer, takes in layers:
            out, cache = _own(package, layer, "forward")(out, *(values[name] for name in takes.split()))
            caches.append(cache)
        return out, tuple(caches)

    return forward


def _backward(package: str, layers: list[tuple[str, str]]) -> Any:
    def backward(dout: Any, cache: Any) -> Any:
        gradients: list[Any] = []
        for (layer, _), one in reversed(list(zip(layers, cache, strict=True))):
            result = _own(package, layer, "backward")(dout, one)
            dout, *own = result if isinstance(result, tuple) else (result,)
            gradients = [*own, *gradients]
        return (dout, *gradients)

    return backward


def _own(package: str, layer: str, way: str) -> Any:
    module = "fast_layers" if layer.endswith("_fast") else "layers"
    return getattr(importlib.import_module(f"{package}.{module}" if package else module), layer.format(way))
