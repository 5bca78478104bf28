"""What goes wrong in the training loop of TwoLayerNet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake, pattern

PARTS = ("two_layer_net", "two_layer_classifier")
WEIGHTS = ("W1", "b1", "W2", "b2")


def stepwise(
    ref: Any, after: Callable[[Any, Mapping[str, Any]], None], *, every_step: bool = False
) -> Mapping[str, Any]:
    """The reference's class trained step by step: ``after(net, before)`` follows each, with the parameters before it.

    The rate decays once an epoch, or after every step.
    """

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def train(self, X: Any, y: Any, X_val: Any, y_val: Any, **options: Any) -> Any:
            rate, decay = options.pop("learning_rate", 1e-3), options.pop("learning_rate_decay", 0.95)
            epoch = max(len(X) // options.get("batch_size", 200), 1)
            history: dict[str, list[Any]] = {}
            for step in range(options.pop("num_iters", 100)):
                before = dict(self.params)
                one = super().train(X, y, X_val, y_val, learning_rate=rate, num_iters=1, **options)
                after(self, before)
                for name, values in one.items():
                    history.setdefault(name, []).extend(values)
                rate *= decay if every_step or step % epoch == 0 else 1.0
            return history

    return {"TwoLayerNet": TwoLayerNet}


def with_rate(ref: Any, factor: float) -> Mapping[str, Any]:
    """The reference's class with a learning rate that many times as large."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def train(self, *data: Any, learning_rate: float = 1e-3, **options: Any) -> Any:
            return super().train(*data, learning_rate=factor * learning_rate, **options)

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "never-updates",
    parts=PARTS,
    sentence="Training never changes the parameters.",
    hint="What happens to the gradients after they are computed? An update of a copy is no update.",
)
def never_updates(ref: Any) -> Mapping[str, Any]:
    """A learning rate of 0."""
    return with_rate(ref, 0.0)


@mistake(
    "gradient-ascent",
    parts=PARTS,
    sentence="The steps go up the gradient: training makes the loss larger.",
    hint="Look at the sign of the update.",
)
def ascent(ref: Any) -> Mapping[str, Any]:
    """A negative learning rate."""
    return with_rate(ref, -1.0)


def frozen(*names: str) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that does not train some of the parameters."""

    def restore(net: Any, before: Mapping[str, Any]) -> None:
        net.params.update({name: before[name] for name in names})

    return lambda ref: stepwise(ref, restore)


FROZEN = tuple(
    mistake(
        code,
        parts=PARTS,
        sentence=sentence,
        hint="Each of the four parameters has a gradient and takes a step.",
    )(frozen(*names))
    for code, sentence, names in (
        ("weights-not-updated", "Training updates the biases only.", ("W1", "W2")),
        ("biases-not-updated", "Training updates the weights only, not the biases.", ("b1", "b2")),
        ("first-layer-not-updated", "Training updates the second layer only.", ("W1", "b1")),
        ("second-layer-not-updated", "Training updates the first layer only.", ("W2", "b2")),
        *((f"{name.lower()}-not-updated", f"Training never updates {name}.", (name,)) for name in WEIGHTS),
    )
)


@mistake(
    "rate-decays-every-iteration",
    parts=PARTS,
    sentence="The learning rate decays at every iteration, not once per epoch.",
    hint="How many iterations does an epoch have?",
)
def decays_every_step(ref: Any) -> Mapping[str, Any]:
    """A decay after every step."""
    return stepwise(ref, lambda net, before: None, every_step=True)


@mistake(
    "parameters-replaced-by-step",
    parts=PARTS,
    sentence="Each step replaces the parameters by the step itself: what they were before is lost.",
    hint="A step is added to where one stands.",
)
def replaced(ref: Any) -> Mapping[str, Any]:
    """The difference instead of the sum."""

    def forget(net: Any, before: Mapping[str, Any]) -> None:
        net.params.update({name: net.params[name] - before[name] for name in before})

    return stepwise(ref, forget)


def with_options(change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that trains with other options."""

    def variant(ref: Any) -> Mapping[str, Any]:
        class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
            def train(self, *data: Any, **options: Any) -> Any:
                return super().train(*data, **{**options, **change(options)})

        return {"TwoLayerNet": TwoLayerNet}

    return variant


OPTIONS = (
    mistake(
        "rate-not-used",
        parts=PARTS,
        sentence="The steps are the gradients themselves: learning_rate does not enter.",
        hint="How long is a step?",
    )(with_options(lambda options: {"learning_rate": 1.0, "learning_rate_decay": 1.0})),
    mistake(
        "rate-times-one-minus-decay",
        parts=PARTS,
        sentence="The learning rate is multiplied by 1 - learning_rate_decay.",
        hint="With a decay of 0.95, what should be left of the rate?",
    )(with_options(lambda options: {"learning_rate_decay": 1 - options.get("learning_rate_decay", 0.95)})),
    mistake(
        "rate-decay-squared",
        parts=PARTS,
        sentence="The learning rate decays twice an epoch: it is multiplied by the square of learning_rate_decay.",
        hint="How often is the line that changes the rate reached in an epoch?",
    )(with_options(lambda options: {"learning_rate_decay": options.get("learning_rate_decay", 0.95) ** 2})),
)

BATCHES = pattern(
    "right-for-equal-samples",
    parts=PARTS,
    checks=tuple(f"{part}/training" for part in PARTS),
    fails={"", "the same problem in disguise"},
    sentence="Steps on copies of a single sample come out right; training on the toy problem does not.",
    hint="Look at how a batch is drawn: do its labels belong to its samples, and is it drawn from the training data?",
)


def predicting(change: Callable[[Any, Callable[[], Any]], Any]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that predicts ``change(scores, hidden)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
            def predict(self, X: Any) -> Any:
                return change(self.loss(X), lambda: np.maximum(0, X @ self.params["W1"] + self.params["b1"]))

        return {"TwoLayerNet": TwoLayerNet}

    return variant


def without(*names: str, relu: bool = True) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that predicts without some biases, or without the ReLU."""

    def variant(ref: Any) -> Mapping[str, Any]:
        class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
            def predict(self, X: Any) -> Any:
                p = {name: 0 * value if name in names else value for name, value in self.params.items()}
                hidden = X @ p["W1"] + p["b1"]
                return np.argmax((np.maximum(hidden, 0) if relu else hidden) @ p["W2"] + p["b2"], axis=1)

        return {"TwoLayerNet": TwoLayerNet}

    return variant


OWN_FORWARD_PASS = tuple(
    mistake(
        code,
        parts=PARTS,
        sentence=f"The prediction leaves out {what}.",
        hint="Compare the forward pass of predict with that of loss.",
    )(variant)
    for code, what, variant in (
        ("predicts-without-relu", "the ReLU", without(relu=False)),
        ("predicts-without-b1", "the biases b1", without("b1")),
        ("predicts-without-b2", "the biases b2", without("b2")),
        ("predicts-without-biases", "the biases", without("b1", "b2")),
    )
)
PREDICTIONS = tuple(
    mistake(code, parts=PARTS, sentence=sentence, hint=hint)(predicting(change))
    for code, sentence, hint, change in (
        (
            "predicts-samples",
            "The prediction takes the best sample of each class, not the best class of each sample.",
            "Along which axis do the classes lie?",
            lambda scores, hidden: np.argmax(scores, axis=0),
        ),
        (
            "predicts-one-place",
            "The prediction is the position of the highest of all scores: one number for all samples.",
            "Each sample needs a label of its own.",
            lambda scores, hidden: np.argmax(scores),
        ),
        (
            "predicts-worst",
            "The prediction takes the class with the lowest score.",
            "Is the best class that with the highest or with the lowest score?",
            lambda scores, hidden: np.argmin(scores, axis=1),
        ),
        (
            "predicts-score",
            "The prediction gives the highest score itself, not its class.",
            "What does max return, and what does argmax?",
            lambda scores, hidden: np.max(scores, axis=1),
        ),
        (
            "predicts-all-scores",
            "The prediction gives the scores of all classes, not the class with the highest.",
            "One label for each sample is wanted.",
            lambda scores, hidden: scores,
        ),
        (
            "predicts-hidden-unit",
            "The prediction takes the most active hidden unit, not the class with the highest score.",
            "Which layer gives the scores?",
            lambda scores, hidden: np.argmax(hidden(), axis=1),
        ),
    )
)
