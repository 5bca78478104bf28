"""What goes wrong where layers are put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import mistake

PARTS = ("affine_relu", "conv_sandwich")


@mistake(
    "relu-left-out",
    parts=PARTS,
    sentence="The ReLU is left out, forward and backward.",
    hint="Are there negative numbers in your out?",
)
def relu_left_out(ref: Any) -> Mapping[str, Any]:
    """The layers without their ReLU."""

    def conv_relu_pool_forward(x: Any, w: Any, b: Any, conv_param: Any, pool_param: Any) -> Any:
        out, conv_cache = ref.conv_forward_naive(x, w, b, conv_param)
        out, pool_cache = ref.max_pool_forward_naive(out, pool_param)
        return out, (conv_cache, pool_cache)

    def conv_relu_pool_backward(dout: Any, cache: Any) -> Any:
        conv_cache, pool_cache = cache
        return ref.conv_backward_naive(ref.max_pool_backward_naive(dout, pool_cache), conv_cache)

    return {
        "affine_relu_forward": ref.affine_forward,
        "affine_relu_backward": ref.affine_backward,
        "conv_relu_forward": ref.conv_forward_naive,
        "conv_relu_backward": ref.conv_backward_naive,
        "conv_relu_pool_forward": conv_relu_pool_forward,
        "conv_relu_pool_backward": conv_relu_pool_backward,
    }


@mistake(
    "relu-skipped-backward",
    parts=PARTS,
    sentence="The backward pass skips the ReLU: gradients flow where it was closed.",
    hint="The backward pass visits every layer of the forward pass, in reverse order.",
)
def relu_skipped_backward(ref: Any) -> Mapping[str, Any]:
    """Forward is right; backward goes as if there were no ReLU."""
    without = relu_left_out.variant(ref)

    def forward_of(name: str) -> Any:
        def forward(*arguments: Any) -> Any:
            out, _ = getattr(ref, name)(*arguments)
            return out, without[name](*arguments)[1]

        return forward

    def conv_relu_pool_forward(x: Any, w: Any, b: Any, conv_param: Any, pool_param: Any) -> Any:
        relu, _ = ref.conv_relu_forward(x, w, b, conv_param)
        out, pool_cache = ref.max_pool_forward_naive(relu, pool_param)
        return out, (ref.conv_forward_naive(x, w, b, conv_param)[1], pool_cache)

    return {
        **without,
        "affine_relu_forward": forward_of("affine_relu_forward"),
        "conv_relu_forward": forward_of("conv_relu_forward"),
        "conv_relu_pool_forward": conv_relu_pool_forward,
    }
