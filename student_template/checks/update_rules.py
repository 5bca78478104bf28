"""The update rules SGD with momentum, RMSProp and Adam.

Each is played for three steps, with the config that comes back; w and dw are drawn away from 0, so that every
right order of operations gives the same numbers to 1e-8.

Epsilon is there against division by 0, and real code adds it to the root or under it: both are right, and a note says
which it is. With the usual 1e-8 the two differ by less than SIMILAR; with a large one the first step is compared with
either form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.expectations import Array, Arrays, Below, Expectation, NoteAbout, OnlyIf, matches
from grader.model import Note
from grader.spec import Draw, Part

part = Part(
    "update_rules",
    "Update rules",
    assignment="fully_connected",
    order=3,
    starter="optim",
    needs=("sgd_momentum", "rmsprop", "adam"),
)

SIMILAR = 1e-6
LARGE = 0.5  # an epsilon that shows where it is added
Steps = Callable[[Arrays], dict[str, list[Array]]]


def away_from_zero(*shape: int, least: float = 0.2) -> Draw:
    """Numbers of both signs, between ``least`` and 1 more in size."""
    return lambda rng: rng.choice([-1.0, 1.0], shape) * rng.uniform(least, least + 1.0, shape)


def positive(*shape: int) -> Draw:
    """Numbers between 0.3 and 0.9, as running means of squares are."""
    return lambda rng: rng.uniform(0.3, 0.9, shape)


def weights(*shape: int) -> dict[str, Any]:
    """Parameters and their gradients in three steps."""
    return {"w": away_from_zero(*shape, least=1.0), "dw": away_from_zero(3, *shape)}


def three_steps(rule: Any, w: Array, dw: Array, config: dict[str, Any] | None) -> tuple[Array, Array, dict[str, Any]]:
    """The parameters after one step and after three, and the last config; each step gets arrays of its own."""
    first, config = rule(w.copy(), dw[0].copy(), config)
    later = np.array(first)
    for gradient in dw[1:]:
        later, config = rule(np.array(later), gradient.copy(), config)
    return first, later, dict(config or {})


@part.check(
    points=1,
    inputs=weights(4, 5) | {"learning_rate": 1e-3, "velocity": away_from_zero(4, 5)},
    edges={
        "no config": weights(3, 4) | {"given": False},
        "an empty config": weights(2, 6),
        "another momentum": weights(7) | {"learning_rate": 0.3, "momentum": 0.5, "velocity": away_from_zero(7)},
    },
    edge_points=1,
    expect=[matches("next_w"), matches("later_w"), matches("velocity")],
    apart=True,
)
def sgd_momentum(code: Any, w: Array, dw: Array, given: bool = True, **config: Any) -> dict[str, Any]:
    """SGD with momentum: the weights after one step and after three, and the velocity."""
    next_w, later_w, config = three_steps(code.sgd_momentum, w, dw, config if given else None)
    return {"next_w": next_w, "later_w": later_w, "velocity": config.get("velocity", 0 * w)}


def rmsprop_steps(inputs: Arrays) -> dict[str, list[Array]]:
    """RMSProp's first step, with epsilon added to the root and under it."""
    dw, epsilon, rate = inputs["dw"][0], inputs["epsilon"], inputs["decay_rate"]
    cache = rate * inputs["cache"] + (1 - rate) * dw**2
    step = inputs["learning_rate"] * dw
    return {"to": [step / (np.sqrt(cache) + epsilon)], "under": [step / np.sqrt(cache + epsilon)]}


def adam_steps(inputs: Arrays) -> dict[str, list[Array]]:
    """The same of Adam, in the longer form and in the paper's shorter one."""
    dw, epsilon, t = inputs["dw"][0], inputs["epsilon"], inputs["t"] + 1
    m = inputs["beta1"] * inputs["m"] + (1 - inputs["beta1"]) * dw
    v = inputs["beta2"] * inputs["v"] + (1 - inputs["beta2"]) * dw**2
    left = 1 - inputs["beta2"] ** t  # what the bias correction of v divides by
    step = inputs["learning_rate"] * m / (1 - inputs["beta1"] ** t)
    return {
        "to": [step / (np.sqrt(v / left) + epsilon), step * np.sqrt(left) / (np.sqrt(v) + epsilon)],
        "under": [step / np.sqrt(v / left + epsilon), step * np.sqrt(left) / np.sqrt(v + epsilon)],
    }


def distance(step: Array, forms: list[Array]) -> float:
    """The largest difference to the nearest of some forms of a step, relative to the largest entry."""
    return float(min(np.max(np.abs(step - form)) / np.max(np.abs(form)) for form in forms))


def epsilon_is_large(inputs: Arrays) -> bool:
    """Whether epsilon shows in the numbers."""
    return "epsilon" in inputs


def place_of_epsilon(steps: Steps) -> list[Expectation]:
    """With a large epsilon the first step must be one of the right forms; a note says if it is under the root."""

    def measure(got: Arrays, inputs: Arrays) -> float:
        return distance(got["step"], [form for forms in steps(inputs).values() for form in forms])

    def say(step: Array, inputs: Arrays) -> Note | None:
        if distance(step, steps(inputs)["under"]) >= SIMILAR:
            return None
        return Note(
            "epsilon-under-root",
            "epsilon is added under the square root; in the course it is added to the root. Both are accepted.",
        )

    what = "relative error of the first step, with epsilon added to the root or under it,"
    return [
        OnlyIf(epsilon_is_large, Below("epsilon", SIMILAR, what, ("step",), measure)),
        OnlyIf(epsilon_is_large, NoteAbout("step", say)),
    ]


def weights_match() -> list[Expectation]:
    """The weights after one step and after three, where epsilon is tiny."""
    return [
        OnlyIf(lambda inputs: not epsilon_is_large(inputs), matches(name, SIMILAR)) for name in ("next_w", "later_w")
    ]


def step_from(w: Array, next_w: Any) -> Array | None:
    """How far the first step went, if it went anywhere."""
    return w - next_w if isinstance(next_w, np.ndarray) and next_w.shape == w.shape else None


@part.check(
    points=1,
    inputs=weights(4, 5) | {"learning_rate": 1e-2, "cache": positive(4, 5)},
    edges={
        "no config": {"w": away_from_zero(3, 4, least=1.0), "dw": away_from_zero(3, 3, 4, least=1.0), "given": False},
        "another decay rate": weights(7) | {"learning_rate": 0.1, "decay_rate": 0.6, "cache": positive(7)},
        "a large epsilon": weights(2, 3)
        | {"learning_rate": 0.1, "decay_rate": 0.9, "epsilon": LARGE, "cache": positive(2, 3)},
    },
    edge_points=1,
    expect=[*weights_match(), matches("cache"), *place_of_epsilon(rmsprop_steps)],
    apart=True,
)
def rmsprop(code: Any, w: Array, dw: Array, given: bool = True, **config: Any) -> dict[str, Any]:
    """RMSProp: the weights after one step and after three, and the cache."""
    next_w, later_w, config = three_steps(code.rmsprop, w, dw, config if given else None)
    return {"next_w": next_w, "later_w": later_w, "cache": config.get("cache", 0 * w), "step": step_from(w, next_w)}


def moments(*shape: int) -> dict[str, Any]:
    """Running means as they are after some steps."""
    return {"m": away_from_zero(*shape), "v": positive(*shape)}


@part.check(
    points=2,
    inputs=weights(4, 5) | moments(4, 5) | {"learning_rate": 1e-2, "t": 5},
    edges={
        "the first step": weights(3, 4) | {"t": 0},  # t is always given: some courses' own code starts it at 1
        "other rates": weights(7) | moments(7) | {"learning_rate": 0.05, "beta1": 0.7, "beta2": 0.9, "t": 2},
        "a large epsilon": weights(2, 3)
        | moments(2, 3)
        | {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.9, "t": 3, "epsilon": LARGE},
    },
    edge_points=3,
    expect=[*weights_match(), matches("m"), matches("v"), matches("t"), *place_of_epsilon(adam_steps)],
    apart=True,
)
def adam(code: Any, w: Array, dw: Array, **config: Any) -> dict[str, Any]:
    """Adam: the weights after one step and after three, the moments m and v, and the count t."""
    next_w, later_w, config = three_steps(code.adam, w, dw, config)
    state = {name: config.get(name) for name in ("m", "v", "t")}
    return {"next_w": next_w, "later_w": later_w, **state, "step": step_from(w, next_w)}
