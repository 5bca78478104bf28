"""What goes wrong in networks with a softmax loss and regularised weights.

They regularise with 0.5 * reg * sum(W**2), but for the TwoLayerNet that trains itself: that one with reg * sum(W**2).
See regularisation.py and net_regularisation.py for which parameters are covered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from grader.mistakes import mistake

PARTS = ("two_layer_model", "two_layer_convnet", "three_layer_convnet", "modular_two_layer_net", "fully_connected_net")
MODELS = ("two_layer_model", "two_layer_convnet", "three_layer_convnet", "two_layer_net", "two_layer_classifier")
FUNCTIONS = ("two_layer_net", "two_layer_convnet")
CLASSES = ("ThreeLayerConvNet", "TwoLayerNet", "FullyConnectedNet")


@dataclass(frozen=True, slots=True)
class Call:
    """One call for loss and gradients; ``right(reg)`` gives them as the reference does, which may be asked often.

    The regularisation is ``factor * reg * sum(W**2)``.
    """

    right: Callable[[float], Any]
    params: Mapping[str, Any]
    reg: float
    X: Any
    y: Any
    factor: float = 0.5

    @property
    def samples(self) -> int:
        """How many there are."""
        return len(self.X)

    @property
    def loss(self) -> Any:
        """The right loss."""
        return self.right(self.reg)[0]

    @property
    def grads(self) -> dict[str, Any]:
        """The right gradients."""
        return dict(self.right(self.reg)[1])


def networks(ref: Any, change: Callable[[Call], Any]) -> Mapping[str, Any]:
    """The reference's networks, their (loss, grads) replaced by those that ``change(call)`` gives."""

    def function(right: Any) -> Any:
        def network(X: Any, model: Any, y: Any = None, reg: float = 0.0) -> Any:
            if y is None:
                return right(X, model)
            return change(Call(cache(lambda strength: right(X, model, y, strength)), model, float(reg), X, y))

        return network

    def network_class(base: Any) -> Any:
        class Network(base):  # type: ignore[misc]  # the reference is known at run time only
            reg: float

            def loss(self, X: Any, y: Any = None) -> Any:
                if y is None:
                    return super().loss(X)
                before = deepcopy(self)
                now = super().loss(X, y)  # training may change the network: its running statistics

                @cache
                def right(strength: float) -> Any:
                    if strength == self.reg:
                        return now
                    net = deepcopy(before)
                    net.reg = strength
                    return base.loss(net, X, y)

                return change(Call(right, self.params, float(self.reg), X, y))

        return Network

    def trained_class(base: Any) -> Any:
        class Network(base):  # type: ignore[misc]  # the reference is known at run time only
            params: Any

            def _loss_and_gradients(self, X: Any, y: Any, reg: float) -> Any:  # training calls it too
                inner = super()._loss_and_gradients
                right = cache(lambda strength: inner(X, y, strength))
                return change(Call(right, self.params, float(reg), X, y, factor=1.0))

        return Network

    functions = {name: function(getattr(ref, name)) for name in FUNCTIONS}
    classes = {name: getattr(ref, name) for name in CLASSES}
    return functions | {
        name: trained_class(base) if hasattr(base, "train") else network_class(base) for name, base in classes.items()
    }


def about(where: str, names: Collection[str] = ("W1", "W2", "W3")) -> set[str]:
    """What a sentence on the regularisation of these parameters tells all of."""
    return {f"{where} {name}" for name in names}


@mistake(
    "whole-reg-convention",
    parts=PARTS,
    sentence="The regularisation is taken as reg * sum(W**2); this assignment uses the factor 0.5.",
    hint="Other editions of the course leave the 0.5 out; read the formula in this notebook.",
    about=about("loss") | about("gradient"),
)
def whole_convention(ref: Any) -> Mapping[str, Any]:
    """Twice the regularisation, in the loss and its gradients alike."""
    return networks(ref, lambda call: call.right(2 * call.reg))


@mistake(
    "reg-loss-not-halved",
    parts=PARTS,
    sentence="The loss adds reg * sum(W**2); this assignment uses the factor 0.5.",
    hint="The loss and its gradients must belong together: compare them numerically with reg above 0.",
    about=about("loss"),
)
def loss_not_halved(ref: Any) -> Mapping[str, Any]:
    """Twice the regularisation in the loss alone."""
    return networks(ref, lambda call: (call.right(2 * call.reg)[0], call.grads))


@mistake(
    "reg-gradient-doubled",
    parts=PARTS,
    sentence="The gradient of the regularisation is twice as large as it should be.",
    hint="Your loss adds 0.5 * reg * sum(W**2); differentiate that term with respect to W once more.",
    about=about("gradient"),
)
def gradient_doubled(ref: Any) -> Mapping[str, Any]:
    """Twice the regularisation in the gradients alone."""
    return networks(ref, lambda call: (call.loss, call.right(2 * call.reg)[1]))


@mistake(
    "reg-gradient-absent",
    parts=PARTS,
    sentence="The gradients of the weights leave out the regularisation.",
    hint="Every term of the loss has a gradient; a numeric check with reg 0 does not show this one.",
    about=about("gradient"),
)
def gradient_absent(ref: Any) -> Mapping[str, Any]:
    """The gradients of the data loss alone."""
    return networks(ref, lambda call: (call.loss, call.right(0.0)[1]))


def summed_gradients(call: Call) -> Any:
    """The gradients of the data loss, N times too large."""
    data = call.right(0.0)[1]
    return call.loss, {name: value + (call.samples - 1) * data[name] for name, value in call.grads.items()}


@mistake(
    "gradients-summed",
    parts=PARTS[:-1],  # nets of any depth have the loss, and with it its gradient, from a layer of their own
    sentence="The gradients are summed over the samples, but the loss is their mean.",
    hint="Compare how the loss and its gradients use the number of samples.",
)
def gradients_summed(ref: Any) -> Mapping[str, Any]:
    """The gradients of the data loss, N times too large."""
    return networks(ref, summed_gradients)


@mistake(
    "biases-penalised",
    parts=PARTS,
    sentence="The biases are regularised too; only the weights should be.",
    hint="Check which parameters enter the regularisation term and its gradient.",
    about=about("loss", ("b1", "b2", "b3")) | about("gradient", ("b1", "b2", "b3")),
)
def biases_penalised(ref: Any) -> Mapping[str, Any]:
    """The squares of all biases in the loss, and their gradients."""

    def change(call: Call) -> Any:
        biases = {name: value for name, value in call.params.items() if name[0] == "b" and name[1:].isdigit()}
        penalty = 0.5 * call.reg * sum(np.sum(b**2) for b in biases.values())
        return call.loss + penalty, call.grads | {name: call.grads[name] + call.reg * b for name, b in biases.items()}

    return networks(ref, change)
