"""A backward pass that works with what the last forward pass has left, not with its cache."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import Variant, mistake

LAYERS = {
    "affine": ("affine_forward", "affine_backward"),
    "relu": ("relu_forward", "relu_backward"),
    "conv": ("conv_forward_naive", "conv_backward_naive"),
    "max_pool": ("max_pool_forward_naive", "max_pool_backward_naive"),
    "batch_norm": ("batchnorm_forward", "batchnorm_backward", "batchnorm_backward_alt"),
    "spatial_batch_norm": ("spatial_batchnorm_forward", "spatial_batchnorm_backward"),
    "layer_norm": ("layernorm_forward", "layernorm_backward"),
    "group_norm": ("spatial_groupnorm_forward", "spatial_groupnorm_backward"),
}


def of_last_call(forward: str, *backward: str) -> Variant:
    """A variant whose backward passes take the cache of the last call, whatever cache they are given."""

    def variant(ref: Any) -> Mapping[str, Any]:
        left: dict[str, Any] = {}

        def forwards(*given: Any) -> Any:
            out, left["cache"] = getattr(ref, forward)(*given)
            return out, left

        def backwards(name: str) -> Any:
            return lambda dout, cache: getattr(ref, name)(dout, left["cache"])

        return {forward: forwards, **{name: backwards(name) for name in backward}}

    return variant


LAST_CALL = tuple(
    mistake(
        f"{part.replace('_', '-')}-backward-of-last-call",
        parts=(part,),
        sentence="The backward pass uses something that the last call of the forward pass has left, not what its cache "
        "holds.",
        hint="What is kept outside the cache: in a global variable, in an argument? Another call overwrites it.",
    )(of_last_call(*names))
    for part, names in LAYERS.items()
)
