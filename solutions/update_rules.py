"""First-order update rules (CS231n, optim.py): (w, dw, config) -> (next_w, config), all arrays of one shape.

SGD with momentum (Polyak), v from config["velocity"]:

    v <- momentum v - learning_rate dw        next_w = w + v

RMSProp (Tieleman and Hinton, 2012), c from config["cache"]:

    c <- decay_rate c + (1 - decay_rate) dw²        next_w = w - learning_rate dw / (sqrt(c) + epsilon)

Adam (Kingma and Ba, 2015), m, v and t from config; t counts the steps, this one included:

    t <- t + 1        m <- beta1 m + (1 - beta1) dw        v <- beta2 v + (1 - beta2) dw²
    next_w = w - learning_rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)

A state that config does not hold starts at 0. The config that is given is kept; the one returned is a new
dictionary with all settings and the new state. Elementwise arithmetic gains nothing from a kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape

Config = dict[str, Any]


def _prepared(
    w: npt.ArrayLike, dw: npt.ArrayLike, config: Config | None, defaults: Config, states: tuple[str, ...]
) -> tuple[Floats, Floats, Config]:
    """(w, dw, settings and states filled in); ValueError where dw or a state has another shape than w."""
    w, dw = as_float64(w), as_float64(dw)
    filled = {**defaults, **{name: np.zeros(w.shape) for name in states}, **(config or {})}
    filled |= {name: as_float64(filled[name]) for name in states}
    for name, array in [("dw", dw), *((name, filled[name]) for name in states)]:
        expect_shape(name, array, w.shape)
    return w, dw, filled


def sgd_momentum(w: npt.ArrayLike, dw: npt.ArrayLike, config: Config | None = None) -> tuple[Floats, Config]:
    """Return (next_w, config) after one step; config: learning_rate (1e-2), momentum (0.9), velocity.

    ValueError where dw or velocity has another shape than w.
    """
    w, dw, new = _prepared(w, dw, config, {"learning_rate": 1e-2, "momentum": 0.9}, ("velocity",))
    velocity = new["momentum"] * new["velocity"] - new["learning_rate"] * dw
    return w + velocity, new | {"velocity": velocity}


def rmsprop(w: npt.ArrayLike, dw: npt.ArrayLike, config: Config | None = None) -> tuple[Floats, Config]:
    """Return (next_w, config) after one step; config: learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache.

    ValueError where dw or cache has another shape than w.
    """
    defaults = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8}
    w, dw, new = _prepared(w, dw, config, defaults, ("cache",))
    cache = new["decay_rate"] * new["cache"] + (1 - new["decay_rate"]) * dw**2
    return w - new["learning_rate"] * dw / (np.sqrt(cache) + new["epsilon"]), new | {"cache": cache}


def adam(w: npt.ArrayLike, dw: npt.ArrayLike, config: Config | None = None) -> tuple[Floats, Config]:
    """Return (next_w, config) after one step.

    config: learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), the moments m and v, and t, the
    number of steps before this one (0). ValueError where dw, m or v has another shape than w.
    """
    defaults = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0}
    w, dw, new = _prepared(w, dw, config, defaults, ("m", "v"))
    t = new["t"] + 1
    m = new["beta1"] * new["m"] + (1 - new["beta1"]) * dw
    v = new["beta2"] * new["v"] + (1 - new["beta2"]) * dw**2
    corrected_m, corrected_v = m / (1 - new["beta1"] ** t), v / (1 - new["beta2"] ** t)
    next_w = w - new["learning_rate"] * corrected_m / (np.sqrt(corrected_v) + new["epsilon"])
    return next_w, new | {"m": m, "v": v, "t": t}
