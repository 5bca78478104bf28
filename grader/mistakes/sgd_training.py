"""What goes wrong in the training loop of TwoLayerNet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.mistakes import mistake

PARTS = ("two_layer_net", "two_layer_classifier")


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
    )
)


@mistake(
    "rate-decays-every-iteration",
    parts=PARTS,
    sentence="The learning rate decays at every iteration, not once an epoch.",
    hint="How many iterations does an epoch have?",
)
def decays_every_step(ref: Any) -> Mapping[str, Any]:
    """A decay after every step."""
    return stepwise(ref, lambda net, before: None, every_step=True)
