"""What goes wrong in two-layer networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import mistake


def with_loss(ref: Any, change: Any) -> Mapping[str, Any]:
    """The reference's class, its loss and gradients changed by ``change(net, loss, grads, reg)``."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
            if y is None:
                return super().loss(X)
            value, grads = super().loss(X, y, reg)
            return change(self, value, dict(grads), reg)

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "regularisation-gradient-factor",
    parts=("two_layer_net",),
    sentence="The gradient of the regularisation is missing its factor 2.",
    hint="Your loss adds reg * sum(W**2); differentiate that term with respect to W once more.",
)
def gradient_factor(ref: Any) -> Mapping[str, Any]:
    """Adds reg * W to the gradients."""

    def change(net: Any, loss: float, grads: dict[str, Any], reg: float) -> Any:
        return loss, grads | {name: grads[name] - reg * net.params[name] for name in ("W1", "W2")}

    return with_loss(ref, change)


@mistake(
    "regularisation-half-convention",
    parts=("two_layer_net",),
    sentence="The regularisation is taken as 0.5 * reg * sum(W**2); this assignment has it without the 0.5.",
    hint="Other editions of the course use the factor 0.5; read the formula in this notebook.",
)
def half_convention(ref: Any) -> Mapping[str, Any]:
    """Half of the regularisation, in the loss and its gradients alike."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
            return super().loss(X, y, 0.5 * reg)

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "regularisation-gradient-absent",
    parts=("two_layer_net",),
    sentence="The gradients of W1 and W2 leave out the regularisation.",
    hint="Every term of the loss has a gradient.",
)
def gradient_absent(ref: Any) -> Mapping[str, Any]:
    """The gradients of the data loss alone."""

    def change(net: Any, loss: float, grads: dict[str, Any], reg: float) -> Any:
        return loss, grads | {name: grads[name] - 2 * reg * net.params[name] for name in ("W1", "W2")}

    return with_loss(ref, change)


@mistake(
    "gradient-not-averaged",
    parts=("two_layer_net",),
    sentence="The gradients are summed over the samples, but the loss is their mean.",
    hint="Compare how the loss and its gradient use the number of samples.",
)
def gradient_not_averaged(ref: Any) -> Mapping[str, Any]:
    """The gradients of the data loss, N times too large."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
            if y is None:
                return super().loss(X)
            _, data = super().loss(X, y, 0.0)
            loss, grads = super().loss(X, y, reg)
            return loss, {name: grads[name] + (len(X) - 1) * data[name] for name in grads}

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "biases-regularised",
    parts=("two_layer_net",),
    sentence="The biases are regularised too; only the weights should be.",
    hint="Check which parameters enter the regularisation term and its gradient.",
)
def biases_regularised(ref: Any) -> Mapping[str, Any]:
    """The squares of b1 and b2 in the loss and their gradients."""

    def change(net: Any, loss: float, grads: dict[str, Any], reg: float) -> Any:
        biases = {name: net.params[name] for name in ("b1", "b2")}
        penalty = reg * sum((b**2).sum() for b in biases.values())
        return loss + penalty, grads | {name: grads[name] + 2 * reg * b for name, b in biases.items()}

    return with_loss(ref, change)
