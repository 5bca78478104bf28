"""What dropout does in a network of any depth: where it drops, that it drops, and how the gradients are judged."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, Expectation, OnlyIf
from grader.spec import normal
from student_template.checks._deep_nets import SEEDS, build, network, trained

STEP = 1e-6


def with_dropout(*hidden: int, keep: float) -> dict[str, Any]:
    """A net with three directions, each an array as long as all parameters together."""
    case = network(*hidden, reg=0.0)
    sizes = [4, *hidden, 3]
    count = sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
    return {**case, "keep": keep, "directions": normal(3, count)}


def nothing_dropped(inputs: Arrays) -> bool:
    """Whether the case is that of a net without dropout."""
    return float(inputs["keep"]) == 1


def tests(inputs: Arrays) -> bool:
    """Whether the case is one of the test mode."""
    return "test_mode" in inputs


def learns(inputs: Arrays) -> bool:
    """Whether the case is about gradients."""
    return not tests(inputs) and not asks_places(inputs)


def between_seeds(got: Arrays, inputs: Arrays) -> float:
    """How far the scores of two seeds are from each other, relative to the largest."""
    one, other = got["scores"]
    return float(np.max(np.abs(one - other)) / np.max(np.abs(got["scores"])))


def slope_error(got: Arrays, inputs: Arrays) -> float:
    """How far the gradients are from the slopes of the net's own loss, relative to both.

    The second largest of three directions: a step over the kink of some ReLU, which is rare, would spoil one.
    """
    grads = got["gradients"]
    slopes = (got["losses"][:, 0] - got["losses"][:, 1]) / (2 * STEP)
    errors = np.abs(inputs["directions"] @ grads - slopes) / (np.linalg.norm(grads) + np.abs(slopes) + 1e-12)
    return float(np.sort(errors)[1])


def drops(inputs: Arrays) -> bool:
    """Whether a net is trained with dropout in the case."""
    return not nothing_dropped(inputs) and not asks_places(inputs)


def idle(got: Arrays, inputs: Arrays) -> float:
    """With how many seeds the training loss is the one without dropout."""
    return float(np.count_nonzero(np.abs(got["effects"]) <= 1e-12))


def moved(params: dict[str, Array], step: Array) -> dict[str, Array]:
    """The parameters after a step, given as one array."""
    ends = np.cumsum([value.size for value in params.values()])
    pieces = zip(params.items(), np.split(step, ends[:-1]), strict=True)
    return {name: value + piece.reshape(value.shape) for (name, value), piece in pieces}


def asks_places(inputs: Arrays) -> bool:
    """Whether a case asks what is dropped."""
    return "places" in inputs


def all_active(rng: np.random.Generator) -> dict[str, Any]:
    """One sample and a net in which nothing is 0 but what is dropped: what is, the gradients of the weights show."""
    sizes = [12, 20, 15, 10, 4]
    case: dict[str, Any] = {"X": 0.1 + np.abs(rng.normal(size=(1, sizes[0]))), "y": rng.integers(0, 4, 1), "reg": 0.0}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        case[f"W{layer}"] = (0.1 + np.abs(rng.normal(size=(inputs, outputs)))) / inputs
        case[f"b{layer}"] = 0.1 + np.abs(rng.normal(size=outputs))
    return {**case, "keep": 0.5, "places": True, "directions": np.zeros((0, 0))}


def dropped(code: Any, X: Array, y: Array, keep: float, params: dict[str, Array]) -> dict[str, Any]:
    """With how many seeds inputs, and scores, are dropped; and of each hidden layer, whether none of it ever is.

    What a layer is given enters the rows of the gradient of its weights; a dropped score has a bias without a gradient.
    """
    last = len(params) // 2
    found = []
    for seed in SEEDS:
        _, grads = trained(code, build(code, params, 0.0, keep=keep, seed=seed), X, y, params)
        rows = [has_zeros(grads[f"W{layer}"]) for layer in range(1, last + 1)]
        found.append([*rows, has_zeros(grads[f"b{last}"])])
    counts = np.sum(found, axis=0)
    return {
        "dropped_inputs": counts[0],
        "idle_layers": counts[1:-1] == 0,
        "dropped_scores": counts[-1],
    }


def has_zeros(gradient: Any) -> bool:
    """Whether a row of a matrix, or an entry of a vector, is 0; what is no gradient is judged elsewhere."""
    rows = (
        gradient.reshape(len(gradient), -1) if isinstance(gradient, np.ndarray) and gradient.ndim else np.ones((1, 1))
    )
    return bool((rows == 0).all(axis=1).any())


def places() -> list[Expectation]:
    """Dropout follows the ReLU of each hidden layer, and stands nowhere else."""
    figures = {
        "dropped_inputs": "number of seeds, of three, with which inputs of the net are dropped",
        "idle_layers": "number of hidden layers that never drop anything",
        "dropped_scores": "number of seeds, of three, with which scores are dropped",
    }
    return [
        OnlyIf(asks_places, Below(name, 1, what, (name,), partial(counted, name))) for name, what in figures.items()
    ]


def counted(name: str, got: Arrays, inputs: Arrays) -> float:
    """How many there are."""
    return float(np.sum(got[name]))
