"""What goes wrong in two-layer networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import mistake
from solutions.mistakes.networks import networks, summed_gradients
from solutions.mistakes.regularisation import ALL, BIASES, covering

PARTS = ("two_layer_net", "two_layer_classifier")


@mistake(
    "regularisation-gradient-factor",
    parts=PARTS,
    sentence="The gradient of the regularisation is missing its factor 2.",
    hint="Your loss adds the squares of the weights; differentiate that term with respect to W once more.",
)
def gradient_factor(ref: Any) -> Mapping[str, Any]:
    """Adds reg * W to the gradients."""
    return covering({}, {"W1": 0.5, "W2": 0.5})(ref)


@mistake(
    "regularisation-half-convention",
    parts=("two_layer_net",),
    sentence="The regularisation is taken as 0.5 * reg * sum(W**2); this assignment leaves the 0.5 out.",
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
    parts=PARTS,
    sentence="The gradients of W1 and W2 leave out the regularisation.",
    hint="Every term of the loss has a gradient.",
)
def gradient_absent(ref: Any) -> Mapping[str, Any]:
    """The gradients of the data loss alone."""
    return covering({}, ALL)(ref)


@mistake(
    "gradient-not-averaged",
    parts=PARTS,
    sentence="The gradients are summed over the samples, but the loss is their mean.",
    hint="Compare how the loss and its gradient use the number of samples.",
)
def gradient_not_averaged(ref: Any) -> Mapping[str, Any]:
    """The gradients of the data loss, N times too large."""
    return networks(ref, summed_gradients)


@mistake(
    "biases-regularised",
    parts=PARTS,
    sentence="The biases are regularised too; only the weights should be.",
    hint="Check which parameters enter the regularisation term and its gradient.",
)
def biases_regularised(ref: Any) -> Mapping[str, Any]:
    """The squares of b1 and b2 in the loss and their gradients."""
    return covering(BIASES, BIASES)(ref)
