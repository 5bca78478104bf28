"""The update rules SGD with momentum, RMSProp and Adam.

Each is played for three steps, with the config that comes back; w and dw are drawn away from 0, so that every
right order of operations gives the same numbers to 1e-8.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.expectations import Array, matches
from grader.spec import Draw, Part

part = Part(
    "update_rules",
    "Update rules",
    assignment="fully_connected",
    order=3,
    starter="optim",
    needs=("sgd_momentum", "rmsprop", "adam"),
)


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
)
def sgd_momentum(code: Any, w: Array, dw: Array, given: bool = True, **config: Any) -> dict[str, Any]:
    """SGD with momentum: the weights after one step and after three, and the velocity."""
    next_w, later_w, config = three_steps(code.sgd_momentum, w, dw, config if given else None)
    return {"next_w": next_w, "later_w": later_w, "velocity": config.get("velocity")}


@part.check(
    points=1,
    inputs=weights(4, 5) | {"learning_rate": 1e-2, "cache": positive(4, 5)},
    edges={
        "no config": weights(3, 4) | {"given": False},
        "another decay rate": weights(7) | {"learning_rate": 0.1, "decay_rate": 0.6, "cache": positive(7)},
        "a large epsilon": weights(2, 3) | {"learning_rate": 0.1, "epsilon": 0.5, "cache": positive(2, 3)},
    },
    edge_points=1,
    expect=[matches("next_w"), matches("later_w"), matches("cache")],
)
def rmsprop(code: Any, w: Array, dw: Array, given: bool = True, **config: Any) -> dict[str, Any]:
    """RMSProp: the weights after one step and after three, and the cache."""
    next_w, later_w, config = three_steps(code.rmsprop, w, dw, config if given else None)
    return {"next_w": next_w, "later_w": later_w, "cache": config.get("cache")}


# No case has a large epsilon: the paper's own shorter form scales it, and both forms are right.
@part.check(
    points=2,
    inputs=weights(4, 5) | {"learning_rate": 1e-2, "m": away_from_zero(4, 5), "v": positive(4, 5), "t": 5},
    edges={
        "no config": weights(3, 4) | {"given": False},
        "other rates": weights(7)
        | {"learning_rate": 0.05, "beta1": 0.7, "beta2": 0.9, "m": away_from_zero(7), "v": positive(7), "t": 2},
    },
    edge_points=2,
    expect=[matches("next_w"), matches("later_w"), matches("m"), matches("v"), matches("t")],
)
def adam(code: Any, w: Array, dw: Array, given: bool = True, **config: Any) -> dict[str, Any]:
    """Adam: the weights after one step and after three, the moments m and v, and the count t."""
    next_w, later_w, config = three_steps(code.adam, w, dw, config if given else None)
    return {"next_w": next_w, "later_w": later_w} | {name: config.get(name) for name in ("m", "v", "t")}
