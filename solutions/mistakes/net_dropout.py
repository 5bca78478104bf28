"""Where dropout stands in a deep network: after the ReLU of each hidden layer, it should be, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.mistakes import mistake
from solutions.mistakes.fully_connected_nets import DEEP, nets

Steps = Callable[[list[str], int, int], list[str]]

DROP = "dropout"
HINT = "Dropout follows the ReLU of every hidden layer: look at what your loop drops, and at the layers it leaves out."


def dropping(change: Steps) -> Callable[[Any], Mapping[str, Any]]:
    """A variant of nets with dropout, whose layers take the steps ``change(steps without it, layer, last)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        right = ref.FullyConnectedNet.steps

        def steps(net: Any, layer: int) -> list[str]:
            own = right(net, layer)
            rest = [step for step in own if step != DROP]
            return change(rest, layer, net.num_layers) if net.keep < 1 else own

        return nets(ref, steps=steps)

    return variant


PLACES = tuple(
    mistake(code, parts=DEEP, sentence=sentence, hint=HINT)(dropping(change))
    for code, sentence, change in (
        (
            "net-dropout-before-hidden-affine",
            "Dropout comes before the affine step of each hidden layer: the inputs of the net are dropped, and the "
            "values of the last hidden layer are not.",
            lambda rest, layer, last: rest if layer == last else [DROP, *rest],
        ),
        (
            "net-dropout-before-every-affine",
            "Dropout comes before every affine step: the inputs of the net are dropped too.",
            lambda rest, layer, last: [DROP, *rest],
        ),
        (
            "net-dropout-on-inputs-only",
            "Only the inputs of the net are dropped, and no hidden values.",
            lambda rest, layer, last: [DROP, *rest] if layer == 1 else rest,
        ),
        (
            "net-dropout-on-scores-too",
            "The scores are dropped too, and not the hidden values only.",
            lambda rest, layer, last: [*rest, DROP],
        ),
        (
            "net-dropout-on-scores-only",
            "Only the scores are dropped, and no hidden values.",
            lambda rest, layer, last: [*rest, DROP] if layer == last else rest,
        ),
        (
            "net-dropout-not-in-last-hidden-layer",
            "The values of the last hidden layer are not dropped.",
            lambda rest, layer, last: rest if layer >= last - 1 else [*rest, DROP],
        ),
        (
            "net-dropout-not-in-first-layer",
            "The values of the first hidden layer are not dropped.",
            lambda rest, layer, last: rest if layer in (1, last) else [*rest, DROP],
        ),
        (
            "net-dropout-in-first-layer-only",
            "Only the values of the first hidden layer are dropped.",
            lambda rest, layer, last: [*rest, DROP] if layer == 1 else rest,
        ),
        (
            "net-dropout-in-last-hidden-layer-only",
            "Only the values of the last hidden layer are dropped.",
            lambda rest, layer, last: [*rest, DROP] if layer == last - 1 else rest,
        ),
    )
)
