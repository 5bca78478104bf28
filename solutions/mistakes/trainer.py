"""What goes wrong in the classifier trainer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

PARTS = ("classifier_trainer",)

# (what was kept of a parameter, None before the first step; its gradient; the trainer's options) -> (what the step is
# the learning rate times, what to keep)
Rule = Callable[[Any, Any, Mapping[str, Any]], tuple[Any, Any]]


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


def by_rule(update: str, rule: Rule, beside: Rule | None = None) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose update rule is another: steps of plain descent along what ``rule`` makes of the gradients.

    ``beside`` is the same with the small number added to the root.
    """

    def variant(ref: Any) -> Mapping[str, Any]:
        changed = trainer(ref, by(rule))
        if beside:
            changed["ClassifierTrainer"].epsilon_beside_root = trainer(ref, by(beside))["ClassifierTrainer"]
        return changed

    def by(rule: Rule) -> Callable[..., Any]:
        return lambda *arguments, **options: change(rule, *arguments, **options)

    def change(
        rule: Rule, train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any
    ) -> Any:
        if options.get("update") != update:
            return train(X, y, X_val, y_val, model, loss, **options)
        kept: dict[str, Any] = {}

        def ruled(X: Any, model: Any, *labels: Any) -> Any:
            if not labels:
                return loss(X, model)
            value, grads = loss(X, model, *labels)
            found = {name: rule(kept.get(name), gradient, options) for name, gradient in grads.items()}
            kept.update({name: keep for name, (_, keep) in found.items()})
            return value, {name: along for name, (along, _) in found.items()}

        return train(X, y, X_val, y_val, model, ruled, **{**options, "update": "sgd"})

    return variant


def velocity(start: Rule) -> Rule:
    """A rule of momentum; ``kept`` is 0 before the first step."""
    return lambda kept, g, options: start(0 * g if kept is None else kept, g, options)


def along(value: Any) -> Any:
    """What is both the direction of the step and kept."""
    return value, value


def squares(decay: float, share: float, divisor: Callable[[Any], Any], power: int = 2) -> Rule:
    """RMSProp with cache = decay * cache + share * g**power, and steps along g / divisor(cache)."""

    def rule(kept: Any, g: Any, options: Mapping[str, Any]) -> Any:
        cache = decay * (0 if kept is None else kept) + share * g**power
        return g / divisor(cache), cache

    return rule


def root(cache: Any) -> Any:
    """The right divisor."""
    return np.sqrt(cache + 1e-8)


def beside(cache: Any) -> Any:
    """The other right one."""
    return np.sqrt(cache) + 1e-8


RULES = tuple(
    mistake(code, parts=PARTS, sentence=sentence, hint="Compare with the rule in the notebook, term by term.")(
        by_rule(update, rule, *beside)
    )
    for code, update, sentence, rule, *beside in (
        (
            "momentum-ascent",
            "momentum",
            "The gradient enters the velocity with the wrong sign: momentum goes up the gradient.",
            velocity(lambda v, g, options: along(options["momentum"] * v - g)),
        ),
        (
            "momentum-of-last-gradient",
            "momentum",
            "Momentum keeps the last gradient, not the velocity.",
            velocity(lambda v, g, options: (g - options["momentum"] / options["learning_rate"] * v, g)),
        ),
        (
            "velocity-starts-at-gradient",
            "momentum",
            "The first velocity is made from the gradient; before the first step there should be none.",
            lambda v, g, options: along(
                g - options["momentum"] / options["learning_rate"] * g if v is None else options["momentum"] * v + g
            ),
        ),
        (
            "rmsprop-without-epsilon",
            "rmsprop",
            "RMSProp leaves out the 1e-8 under the root.",
            squares(0.99, 0.01, np.sqrt),
        ),
        (
            "rmsprop-adds-whole-squares",
            "rmsprop",
            "RMSProp adds the whole squared gradient to its cache, without the factor 1 - decay_rate.",
            squares(0.99, 1.0, root),
            squares(0.99, 1.0, beside),
        ),
        (
            "rmsprop-decay-of-0.9",
            "rmsprop",
            "RMSProp decays its cache by 0.9; the exercise has 0.99.",
            squares(0.9, 0.1, root),
            squares(0.9, 0.1, beside),
        ),
        (
            "rmsprop-without-root",
            "rmsprop",
            "RMSProp divides by the cache itself, not by its root.",
            squares(0.99, 0.01, lambda cache: cache + 1e-8),
        ),
        (
            "rmsprop-not-squared",
            "rmsprop",
            "RMSProp averages the gradients, not their squares.",
            squares(0.99, 0.01, root, power=1),
        ),
        (
            "rmsprop-factors-exchanged",
            "rmsprop",
            "RMSProp's two factors are swapped: the new squares are multiplied by 0.99.",
            squares(0.01, 0.99, root),
            squares(0.01, 0.99, beside),
        ),
        (
            "sgd-ascent",
            "sgd",
            "Gradient descent goes up the gradient.",
            lambda kept, g, options: (-g, None),
        ),
    )
)


def _with_rate_times(factor: float) -> Callable[[Any], Mapping[str, Any]]:
    """The trainer, its learning rate multiplied."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def train(inner: Any, *data: Any, **options: Any) -> Any:
            return inner(*data, **{**options, "learning_rate": factor * options["learning_rate"]})

        return trainer(ref, train)

    return variant


EVERY_RULE = tuple(
    mistake(code, parts=PARTS, sentence=sentence, hint=hint)(_with_rate_times(factor))
    for code, factor, sentence, hint in (
        ("steps-reversed", -1.0, "The steps are taken backwards: up the gradient.", "Is the step added or subtracted?"),
        ("model-never-changes", 0.0, "Training never changes the model.", "What becomes of dx?"),
    )
)


@mistake(
    "only-weights-stepped",
    parts=PARTS,
    sentence="Training changes W only; b stays as it is.",
    hint="The model may have any number of parameters: step each of them.",
)
def only_weights(ref: Any) -> Mapping[str, Any]:
    """No gradient of b."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        def without(X: Any, model: Any, *labels: Any) -> Any:
            if not labels:
                return loss(X, model)
            value, grads = loss(X, model, *labels)
            return value, {name: g if name == "W" else 0 * g for name, g in grads.items()}

        return train(X, y, X_val, y_val, model, without, **options)

    return trainer(ref, change)


def batch_of(choose: Callable[[Any, Any, Any, Any], tuple[Any, Any]]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose batches are ``choose(batch, labels, X, y)``, where batches are drawn."""

    def change(train: Any, X: Any, y: Any, X_val: Any, y_val: Any, model: Any, loss: Any, **options: Any) -> Any:
        if not options.get("sample_batches", True):
            return train(X, y, X_val, y_val, model, loss, **options)

        def chosen(batch: Any, model: Any, *labels: Any) -> Any:
            if not labels:
                return loss(batch, model)
            taken, targets = choose(batch, labels[0], X, y)
            return loss(taken, model, targets, *labels[1:])

        return train(X, y, X_val, y_val, model, chosen, **options)

    return lambda ref: trainer(ref, change)


BATCHES = (
    mistake(
        "labels-not-of-the-batch",
        parts=PARTS,
        sentence="The samples of a batch are drawn, but its labels are the first ones: they do not belong together.",
        hint="Index samples and labels with the same mask.",
    )(batch_of(lambda batch, labels, X, y: (batch, y[: len(batch)]))),
    mistake(
        "batch-of-first-samples",
        parts=PARTS,
        sentence="Each batch holds the first samples; nothing is drawn.",
        hint="How does a sample at the end of the data get into a batch?",
    )(batch_of(lambda batch, labels, X, y: (X[: len(batch)], y[: len(batch)]))),
)


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


def shrunk(power: Callable[[int, int], float]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose gradients shrink, beside the rate, by the decay to ``power(step, steps of an epoch)``."""

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
            return value, {name: gradient * factor ** power(step, epoch) for name, gradient in grads.items()}

        return train(X, y, X_val, y_val, model, shrinking, **options)

    return lambda ref: trainer(ref, change)


def decayed_by(other: Callable[[float], float]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant with another decay than the one that is given."""

    def change(train: Any, *data: Any, **options: Any) -> Any:
        return train(*data, **{**options, "learning_rate_decay": other(options.get("learning_rate_decay", 0.95))})

    return lambda ref: trainer(ref, change)


RATES = tuple(
    mistake(code, parts=PARTS, sentence=sentence, hint=hint)(variant)
    for code, sentence, hint, variant in (
        (
            "rate-decays-every-step",
            "The learning rate decays at every step, not once per epoch.",
            "How many steps does an epoch have?",
            shrunk(lambda step, epoch: step - step // epoch),
        ),
        (
            "rate-never-decays",
            "The learning rate never decays.",
            "Where does learning_rate_decay enter?",
            decayed_by(lambda decay: 1.0),
        ),
        (
            "rate-decays-twice",
            "The learning rate decays twice per epoch: it is multiplied by the square of learning_rate_decay.",
            "How often is the line that changes the rate reached in an epoch?",
            decayed_by(lambda decay: decay**2),
        ),
        (
            "rate-decay-compounds",
            "The decay compounds: the learning rate is multiplied by learning_rate_decay to the number of the epoch.",
            "The rate has decayed before: what is left to multiply it by at the end of one more epoch?",
            shrunk(lambda step, epoch: (step // epoch) * (step // epoch - 1) / 2),
        ),
        (
            "rate-multiplied-by-one-minus-decay",
            "The learning rate is multiplied by 1 - learning_rate_decay.",
            "With a decay of 0.95, what should be left of the rate?",
            decayed_by(lambda decay: 1 - decay),
        ),
    )
)


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
