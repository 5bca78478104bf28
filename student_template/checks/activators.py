"""Activation functions as objects: forward, and the derivative as a function of the output."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, Expectation, matches
from grader.spec import Part, Recipe, normal

NAMES = ("ReluActivator", "IdentityActivator", "SigmoidActivator", "TanhActivator")
part = Part("activators", "Activators", assignment="cnn_objects", order=1, starter="activators", needs=NAMES)


def on_each(function: Any, values: Array) -> Array:
    """The function of every value, whether it takes arrays or single numbers only."""
    try:
        result: Any = function(values.copy())
    except (TypeError, ValueError):  # max(0, array), `if output > 0`, math.exp(array)
        result = np.array([function(float(value)) for value in values.flat]).reshape(values.shape)
    result = np.asarray(result)
    if result.dtype.kind in "bui":  # a slope of True or 1 is as good as 1.0
        result = result.astype(float)
    return np.broadcast_to(result, values.shape) if result.ndim == 0 else result


def play(activator: Any, weighted_input: Array, output: Array) -> dict[str, Any]:
    """Both directions of one activator, on data of their own."""
    return {"output": on_each(activator.forward, weighted_input), "slope": on_each(activator.backward, output)}


def relu_outputs(rng: np.random.Generator) -> dict[str, Array]:
    """Outputs as a ReLU gives them: about half of them are exactly 0."""
    return {"weighted_input": rng.normal(size=(3, 4)), "output": np.maximum(rng.permutation(12) - 5.5, 0).reshape(3, 4)}


def between(low: float, high: float) -> Recipe:
    """Weighted inputs of some size, and outputs from the open interval that the activator reaches."""
    return {"weighted_input": normal(3, 4, scale=2), "output": lambda rng: rng.uniform(low, high, (3, 4))}


EXPECT: list[Expectation] = [matches("output"), matches("slope")]


@part.check(points=1, inputs=relu_outputs, expect=EXPECT, asks=("ReluActivator",))
def relu(code: Any, weighted_input: Array, output: Array) -> dict[str, Any]:
    """ReLU: the output, and the derivative by the output."""
    return play(code.ReluActivator(), weighted_input, output)


@part.check(points=1, inputs=between(-3, 3), expect=EXPECT, asks=("IdentityActivator",))
def identity(code: Any, weighted_input: Array, output: Array) -> dict[str, Any]:
    """Identity: the output, and the derivative by the output."""
    return play(code.IdentityActivator(), weighted_input, output)


@part.check(points=1, inputs=between(0.02, 0.98), expect=EXPECT, asks=("SigmoidActivator",))
def sigmoid(code: Any, weighted_input: Array, output: Array) -> dict[str, Any]:
    """Sigmoid: the output, and the derivative by the output."""
    return play(code.SigmoidActivator(), weighted_input, output)


@part.check(points=1, inputs=between(-0.98, 0.98), expect=EXPECT, asks=("TanhActivator",))
def tanh(code: Any, weighted_input: Array, output: Array) -> dict[str, Any]:
    """Tanh: the output, and the derivative by the output."""
    return play(code.TanhActivator(), weighted_input, output)
