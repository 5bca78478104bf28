"""What goes wrong in the classifier trainer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

PARTS = ("classifier_trainer",)


def trainer(ref: Any, change: Callable[..., Any]) -> Mapping[str, Any]:
    """The reference's class with a ``train`` that is ``change(train, *data, model, loss_function, **options)``."""

    class ClassifierTrainer(ref.ClassifierTrainer):  # type: ignore[misc]  # the reference is known at run time only
        def train(self, *arguments: Any, **options: Any) -> Any:
            return change(super().train, *arguments, **options)

    return {"ClassifierTrainer": ClassifierTrainer}


@mistake(
    "best-model-is-the-last",
    parts=PARTS,
    sentence="The returned model has the parameters of the last step, not those with the best validation accuracy.",
    hint="Is a copy of each array kept when the accuracy improves, or a name for arrays that later steps change?",
)
def best_is_last(ref: Any) -> Mapping[str, Any]:
    """The parameters with which the loss function was called last."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        last: dict[str, Any] = {}

        def watched(X: Any, model: Any, *labels: Any) -> Any:
            last.update({name: np.array(value) for name, value in model.items()})
            return loss(X, model, *labels)

        _, *histories = train(X, y, X_val, y_val, model, watched, **options)
        return last, *histories

    return trainer(ref, change)


@mistake(
    "velocity-not-kept",
    parts=PARTS,
    sentence="The velocity of momentum is not kept from step to step: the steps are those of plain gradient descent.",
    hint="What does step_cache hold after the first step?",
)
def velocity_not_kept(ref: Any) -> Mapping[str, Any]:
    """Momentum 0."""
    return trainer(ref, lambda train, *data, **options: train(*data, **{**options, "momentum": 0}))


@mistake(
    "gradient-damped-by-momentum",
    parts=PARTS,
    sentence="The gradient is multiplied by 1 - momentum before it enters the velocity.",
    hint="Compare with the rule in the notebook: only the old velocity has a factor besides the learning rate.",
)
def gradient_damped(ref: Any) -> Mapping[str, Any]:
    """v = mu v - (1 - mu) lr g."""

    def change(train: Any, *data: Any, **options: Any) -> Any:
        if options.get("update") == "momentum":
            options["learning_rate"] *= 1 - options["momentum"]
        return train(*data, **options)

    return trainer(ref, change)


@mistake(
    "squares-not-kept",
    parts=PARTS,
    sentence="RMSProp's average of squared gradients is not kept from step to step.",
    hint="What does step_cache hold after the first step?",
)
def squares_not_kept(ref: Any) -> Mapping[str, Any]:
    """Each epoch trained by a new trainer, which remembers nothing."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        if options.get("update") != "rmsprop":
            return train(X, y, X_val, y_val, model, loss, **options)
        epochs = options.pop("num_epochs")
        for _ in range(epochs):
            model, *histories = ref.ClassifierTrainer().train(X, y, X_val, y_val, model, loss, **options, num_epochs=1)
        return model, *histories

    return trainer(ref, change)


@mistake(
    "rate-decays-every-step",
    parts=PARTS,
    sentence="The learning rate decays at every step, not once an epoch.",
    hint="How many steps does an epoch have?",
)
def decays_every_step(ref: Any) -> Mapping[str, Any]:
    """Gradient descent whose gradients shrink within the epochs."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        factor = options.get("learning_rate_decay", 1.0)
        epoch = max(len(X) // options.get("batch_size", 100), 1) if options.get("sample_batches", True) else 1
        step = -1

        def shrinking(X: Any, model: Any, *labels: Any) -> Any:
            nonlocal step
            if not labels:
                return loss(X, model)
            step += 1
            value, grads = loss(X, model, *labels)
            return value, {name: gradient * factor ** (step - step // epoch) for name, gradient in grads.items()}

        return train(X, y, X_val, y_val, model, shrinking, **options)

    return trainer(ref, change)


@mistake(
    "rate-never-decays",
    parts=PARTS,
    sentence="The learning rate never decays.",
    hint="Where does learning_rate_decay enter?",
)
def never_decays(ref: Any) -> Mapping[str, Any]:
    """A decay of 1."""
    return trainer(ref, lambda train, *data, **options: train(*data, **{**options, "learning_rate_decay": 1.0}))


@mistake(
    "all-data-in-each-batch",
    parts=PARTS,
    sentence="Each step takes all of the data, although batches are to be drawn.",
    hint="What does sample_batches decide?",
)
def all_data(ref: Any) -> Mapping[str, Any]:
    """The loss of all samples, whatever the batch."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        def whole(batch: Any, model: Any, *labels: Any) -> Any:
            return loss(X, model, y, *labels[1:]) if labels else loss(batch, model)

        return train(X, y, X_val, y_val, model, whole, **options)

    return trainer(ref, change)


@mistake(
    "epsilon-outside-the-root",
    parts=PARTS,
    sentence="RMSProp's 1e-8 is added to the root, not under it; with small gradients that differs.",
    hint="Read the rule in the notebook again: what stands under the root?",
)
def epsilon_outside(ref: Any) -> Mapping[str, Any]:
    """Plain steps along gradients that are divided by the root plus 1e-8."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        if options.get("update") != "rmsprop":
            return train(X, y, X_val, y_val, model, loss, **options)
        squares: dict[str, Any] = {}

        def divided(X: Any, model: Any, *labels: Any) -> Any:
            if not labels:
                return loss(X, model)
            value, grads = loss(X, model, *labels)
            squares.update({name: 0.99 * squares.get(name, 0.0) + 0.01 * g**2 for name, g in grads.items()})
            return value, {name: g / (np.sqrt(squares[name]) + 1e-8) for name, g in grads.items()}

        return train(X, y, X_val, y_val, model, divided, **{**options, "update": "sgd"})

    return trainer(ref, change)
