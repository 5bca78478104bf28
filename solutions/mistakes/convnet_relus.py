"""What goes wrong with the ReLUs of a convolutional network, played with the layers of the reference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake

Way = Callable[[Any], tuple[Any, Callable[[Any], Any]]]  # x -> (out, from the gradient of out to that of x)

POOL = {"pool_height": 2, "pool_width": 2, "stride": 2}


def right(x: Any) -> Any:
    """A ReLU."""
    return np.maximum(x, 0), lambda dout: dout * (x > 0)


def absent(x: Any) -> Any:
    """None."""
    return x, lambda dout: dout


def forward_only(x: Any) -> Any:
    """One that the backward pass does not know of."""
    return np.maximum(x, 0), lambda dout: dout


def backward_only(x: Any) -> Any:
    """One that the forward pass leaves out."""
    return x, lambda dout: dout * (x > 0)


def with_relus(maps: Way = right, hidden: Way = right, scores: Way = absent) -> Callable[[Any], Mapping[str, Any]]:
    """A variant with other ReLUs after the convolution, the hidden layer and the last one."""

    def variant(ref: Any) -> Mapping[str, Any]:
        class ThreeLayerConvNet(ref.ThreeLayerConvNet):  # type: ignore[misc]  # the reference is known at run time only
            params: Any
            reg: float

            def loss(self, X: Any, y: Any = None) -> Any:
                p = self.params
                pad = {"stride": 1, "pad": (p["W1"].shape[2] - 1) // 2}
                out, first = ref.conv_forward_naive(X, p["W1"], p["b1"], pad)
                out, back1 = maps(out)
                out, pooled = ref.max_pool_forward_naive(out, POOL)
                out, second = ref.affine_forward(out, p["W2"], p["b2"])
                out, back2 = hidden(out)
                out, third = ref.affine_forward(out, p["W3"], p["b3"])
                out, back3 = scores(out)
                if y is None:
                    return out
                loss, dout = ref.softmax_loss(out, y)
                grads = {}
                dout, grads["W3"], grads["b3"] = ref.affine_backward(back3(dout), third)
                dout, grads["W2"], grads["b2"] = ref.affine_backward(back2(dout), second)
                dout = back1(ref.max_pool_backward_naive(dout, pooled))
                _, grads["W1"], grads["b1"] = ref.conv_backward_naive(dout, first)
                weights = {name: p[name] for name in ("W1", "W2", "W3")}
                loss += 0.5 * self.reg * sum(np.sum(W**2) for W in weights.values())
                return loss, grads | {name: grads[name] + self.reg * W for name, W in weights.items()}

        return {"ThreeLayerConvNet": ThreeLayerConvNet}

    return variant


def relu_mistake(code: str, sentence: str, hint: str, **ways: Way) -> Mistake:
    """A mistake of this kind."""
    return mistake(code, parts=("three_layer_convnet",), sentence=sentence, hint=hint)(with_relus(**ways))


BACK = "Each layer of the forward pass has its backward pass, in the reverse order: count them."
RELUS = (
    relu_mistake(
        "conv-relu-absent",
        "There is no ReLU after the convolution.",
        "Go through the layers in order, and look at what follows the convolution.",
        maps=absent,
    ),
    relu_mistake(
        "both-relus-absent",
        "There is no ReLU at all.",
        "Which layers make the network non-linear?",
        maps=absent,
        hidden=absent,
    ),
    relu_mistake(
        "conv-relu-backward-absent",
        "The gradients do not go back through the ReLU after the convolution.",
        BACK,
        maps=forward_only,
    ),
    relu_mistake(
        "hidden-relu-backward-absent",
        "The gradients do not go back through the ReLU of the hidden layer.",
        BACK,
        hidden=forward_only,
    ),
    relu_mistake(
        "hidden-relu-in-backward-only",
        "The hidden layer has its ReLU in the backward pass only.",
        BACK,
        hidden=backward_only,
    ),
    relu_mistake(
        "final-relu-throughout",
        "The scores go through a ReLU, forwards and backwards; nothing may follow the last affine layer but the loss.",
        "What follows the last affine layer?",
        scores=right,
    ),
    relu_mistake(
        "final-relu-in-forward-only",
        "The scores go through a ReLU, and the backward pass does not know of it.",
        "What follows the last affine layer?",
        scores=forward_only,
    ),
)
