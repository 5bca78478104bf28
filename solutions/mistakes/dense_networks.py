"""What goes wrong between the layers of two-layer networks, whether functions of a model or a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake
from solutions.mistakes.networks import MODELS, Call, networks

PARTS = ("two_layer_model", "two_layer_net", "two_layer_classifier")
CLASSES = ("two_layer_net", "two_layer_classifier")

Answer = Callable[[Any, float], Any]  # what the right network with another model gives, at some strength


def with_model(ref: Any, change: Callable[[Mapping[str, Any], float, Answer], Any]) -> Mapping[str, Any]:
    """The reference's function and class, played with another model: ``change(model, reg, answer)``."""

    def two_layer_net(X: Any, model: Any, y: Any = None, reg: float = 0.0) -> Any:
        return change(model, reg, lambda other, strength: ref.two_layer_net(X, other, y, strength))

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        params: Any

        def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
            inner = super().loss
            return self._played(reg, lambda strength: inner(X)) if y is None else inner(X, y, reg)

        def _loss_and_gradients(self, X: Any, y: Any, reg: float) -> Any:  # training calls it too
            inner = super()._loss_and_gradients
            return self._played(reg, lambda strength: inner(X, y, strength))

        def predict(self, X: Any) -> Any:
            return np.argmax(self.loss(X), axis=1)

        def _played(self, reg: float, play: Callable[[float], Any]) -> Any:
            own = self.params

            def answer(other: Any, strength: float) -> Any:
                self.params = other
                try:
                    return play(strength)
                finally:
                    self.params = own

            return change(own, reg, answer)

    return {"two_layer_net": two_layer_net, "TwoLayerNet": TwoLayerNet}


def without(*names: str) -> Callable[[Any], Mapping[str, Any]]:
    """A variant with biases of zero."""

    def change(model: Mapping[str, Any], reg: float, answer: Answer) -> Any:
        return answer({**model, **{name: 0 * model[name] for name in names}}, reg)

    return lambda ref: with_model(ref, change)


BIASES = (
    mistake(
        "biases-never-added",
        parts=PARTS,
        sentence="The biases are never added to the scores of their layer.",
        hint="Try a model whose biases are not zero.",
    )(without("b1", "b2")),
    *(
        mistake(
            f"{name}-never-added",
            parts=PARTS,
            sentence=f"The biases {name} are never added.",
            hint="Try a model whose biases are not zero.",
        )(without(name))
        for name in ("b1", "b2")
    ),
)


@mistake(
    "relu-absent",
    parts=PARTS,
    sentence="There is no ReLU between the two layers.",
    hint="Look at a model in which some hidden values are negative.",
)
def relu_absent(ref: Any) -> Mapping[str, Any]:
    """A network with each hidden unit twice, mirrored: relu(a) - relu(-a) = a."""

    def change(model: Mapping[str, Any], reg: float, answer: Answer) -> Any:
        twice = {
            "W1": np.hstack([model["W1"], -model["W1"]]),
            "b1": np.concatenate([model["b1"], -model["b1"]]),
            "W2": np.vstack([model["W2"], -model["W2"]]),
            "b2": model["b2"],
        }
        given = answer(twice, 0.5 * reg)  # it has every square twice
        if not isinstance(given, tuple):
            return given
        loss, grads = given
        H = len(model["b1"])
        return loss, {
            "W1": grads["W1"][:, :H] - grads["W1"][:, H:],
            "b1": grads["b1"][:H] - grads["b1"][H:],
            "W2": grads["W2"][:H] - grads["W2"][H:],
            "b2": grads["b2"],
        }

    return with_model(ref, change)


def shifted(scores: Any) -> Any:
    """Scores less the highest of their row."""
    return scores - np.max(scores, axis=1, keepdims=True)


@mistake(
    "scores-shifted",
    parts=PARTS,
    sentence="The returned scores have the maximum of each row subtracted.",
    hint="The shift is for the softmax; a name for the same array is no copy of it.",
)
def scores_shifted(ref: Any) -> Mapping[str, Any]:
    """The shift of the softmax, in the scores that are returned."""

    def change(model: Mapping[str, Any], reg: float, answer: Answer) -> Any:
        given = answer(model, reg)
        return given if isinstance(given, tuple) else shifted(given)

    return with_model(ref, change)


@mistake(
    "maximum-added-again",
    parts=PARTS,
    sentence="The maximum of each row of scores is in the loss, though the scores were shifted by it.",
    hint="Were the scores shifted in place? A name for the same array is no copy of it.",
)
def maximum_added(ref: Any) -> Mapping[str, Any]:
    """The loss, and the mean of the highest scores."""

    def function(X: Any, model: Any, y: Any = None, reg: float = 0.0) -> Any:
        if y is None:
            return ref.two_layer_net(X, model)
        loss, grads = ref.two_layer_net(X, model, y, reg)
        return loss + np.mean(np.max(ref.two_layer_net(X, model), axis=1)), grads

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def loss(self, X: Any, y: Any = None, reg: float = 0.0) -> Any:
            if y is None:
                return super().loss(X)
            loss, grads = super().loss(X, y, reg)
            return loss + np.mean(np.max(super().loss(X), axis=1)), grads

    return {"two_layer_net": function, "TwoLayerNet": TwoLayerNet}


def scaled(loss: Callable[[int], float], gradient: Callable[[int], float]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose part from the samples is that many times as large, by their number."""

    def change(call: Call) -> Any:
        value, grads = call.right(call.reg)
        data, slopes = call.right(0.0)
        more, steeper = loss(call.samples) - 1, gradient(call.samples) - 1
        return value + more * data, {name: grads[name] + steeper * slopes[name] for name in grads}

    return lambda ref: networks(ref, change)


AVERAGES = (
    mistake(
        "loss-not-averaged",
        parts=MODELS,
        sentence="The loss is summed over the samples, not averaged.",
        hint="Twice as many samples should not make the loss twice as large.",
    )(scaled(lambda N: N, lambda N: 1)),
    mistake(
        "loss-and-gradients-not-averaged",
        parts=MODELS,
        sentence="The loss and its gradients are summed over the samples, not averaged.",
        hint="Twice as many samples should not make the loss twice as large.",
    )(scaled(lambda N: N, lambda N: N)),
    mistake(
        "loss-averaged-twice",
        parts=MODELS,
        sentence="The loss is divided by the number of samples twice.",
        hint="Where is the mean taken? Look for a second place.",
    )(scaled(lambda N: 1 / N, lambda N: 1)),
    mistake(
        "gradients-averaged-twice",
        parts=MODELS,
        sentence="The gradients are divided by the number of samples twice.",
        hint="Where is the mean taken? Look for a second place.",
    )(scaled(lambda N: 1, lambda N: 1 / N)),
)


@mistake(
    "b2-gradient-mean",
    parts=PARTS,
    sentence="The gradient of b2 is averaged over the samples once more.",
    hint="If the gradient of the scores has the 1/N already, the biases take its sum.",
)
def b2_mean(ref: Any) -> Mapping[str, Any]:
    """The gradient of b2 over N."""
    return networks(ref, lambda call: (call.loss, call.grads | {"b2": call.grads["b2"] / call.samples}))
