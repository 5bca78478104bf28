"""What is returned in the place of the scores: something that the loss makes of them."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake
from solutions.mistakes.networks import CLASSES, FUNCTIONS, PARTS

EVERY = (*PARTS, "two_layer_net", "two_layer_classifier")
LAYERED = ("two_layer_convnet", "three_layer_convnet", "modular_two_layer_net", "fully_connected_net")
# The two-layer networks have the other two mistakes in dense_layers and dense_networks.
BEFORE_LOSS = "Without labels the scores are returned as the last layer gives them; the softmax belongs to the loss."


def returning(change: Callable[[Any], Any]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose networks return ``change(scores)`` where they are given no labels."""

    def function(right: Any) -> Any:
        def network(X: Any, model: Any, y: Any = None, reg: float = 0.0) -> Any:
            return change(right(X, model)) if y is None else right(X, model, y, reg)

        return network

    def network_class(base: Any) -> Any:
        class Network(base):  # type: ignore[misc]  # the reference is known at run time only
            def loss(self, X: Any, y: Any = None, *more: Any, **options: Any) -> Any:
                found = super().loss(X, y, *more, **options)
                return change(found) if y is None else found

        return Network

    def variant(ref: Any) -> Mapping[str, Any]:
        functions = {name: function(getattr(ref, name)) for name in FUNCTIONS}
        return functions | {name: network_class(getattr(ref, name)) for name in CLASSES}

    return variant


def shifted(scores: Any) -> Any:
    """Scores less the highest of their row."""
    return scores - np.max(scores, axis=1, keepdims=True)


def probabilities(scores: Any) -> Any:
    """Their softmax."""
    powers = np.exp(shifted(scores))
    return powers / powers.sum(axis=1, keepdims=True)


INSTEAD = tuple(
    mistake(code, parts=parts, sentence=sentence, hint=BEFORE_LOSS)(returning(change))
    for code, parts, sentence, change in (
        ("scores-are-probabilities", LAYERED, "The returned scores are probabilities: the softmax of the scores.", probabilities),
        ("scores-are-exponentials", EVERY, "The returned scores are exponentials: exp of the scores.", np.exp),
        ("scores-are-shifted-exponentials", EVERY, "The returned scores are exponentials: exp of the scores less the maximum of their row.", lambda scores: np.exp(shifted(scores))),
        ("scores-are-exponentials-less-maximum", EVERY, "The returned scores are exponentials: exp of the scores less the maximum of all.", lambda scores: np.exp(scores - np.max(scores))),
        ("scores-are-log-probabilities", EVERY, "The returned scores are logarithms of probabilities: the log of the softmax of the scores.", lambda scores: np.log(probabilities(scores))),
        ("scores-less-maximum", LAYERED, "The returned scores have the maximum of each row subtracted.", shifted),
        ("scores-less-maximum-of-all", EVERY, "The returned scores have the maximum of all of them subtracted.", lambda scores: scores - np.max(scores)),
        ("scores-are-labels", EVERY, "The class with the highest score is returned, not the scores.", lambda scores: np.argmax(scores, axis=1)),
    )
)  # fmt: skip
