"""What goes wrong in the update rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

PARTS = ("update_rules",)
STATES = {"sgd_momentum": ("velocity",), "rmsprop": ("cache",), "adam": ("m", "v", "t")}


@mistake(
    "momentum-ascends",
    parts=PARTS,
    sentence="The gradient enters the velocity with the wrong sign: the step climbs the loss.",
    hint="Which way should the weights go where the gradient is positive?",
)
def momentum_ascends(ref: Any) -> Mapping[str, Any]:
    """The step of the negated gradient."""
    return {"sgd_momentum": lambda w, dw, config=None: ref.sgd_momentum(w, -np.asarray(dw), config)}


def negated_velocity(ref: Any, w: Any, dw: Any, config: Any) -> Any:
    """A step whose velocity is kept with the opposite sign."""
    given = dict(config or {})
    if "velocity" in given:
        given["velocity"] = -np.asarray(given["velocity"])
    next_w, new = ref.sgd_momentum(w, dw, given)
    return next_w, {**new, "velocity": -new["velocity"]}


@mistake(
    "momentum-velocity-sign",
    parts=PARTS,
    sentence="The velocity has the opposite sign: it is kept as the step against the gradient and then subtracted.",
    hint="In this assignment next_w is w plus the velocity.",
)
def momentum_velocity_sign(ref: Any) -> Mapping[str, Any]:
    """v = momentum v + rate dw, subtracted."""
    return {"sgd_momentum": lambda w, dw, config=None: negated_velocity(ref, w, dw, config)}


@mistake(
    "momentum-rate-outside",
    parts=PARTS,
    sentence="The learning rate multiplies the whole velocity instead of the gradient alone.",
    hint="Other libraries define the velocity without the learning rate; read the formula in this assignment.",
)
def momentum_rate_outside(ref: Any) -> Mapping[str, Any]:
    """v = momentum v + dw and w - rate v, or the same with the velocity's sign turned."""

    def sgd_momentum(w: Any, dw: Any, config: Any = None) -> Any:
        given = dict(config or {})
        rate = given.get("learning_rate", 1e-2)
        _, new = negated_velocity(ref, w, dw, {**given, "learning_rate": 1.0})
        return w - rate * new["velocity"], {**new, "learning_rate": rate}

    return {"sgd_momentum": sgd_momentum}


@mistake(
    "update-state-not-kept",
    parts=PARTS,
    sentence="The new state is not stored in config, so that every step starts from the old one.",
    hint="The next call knows only what config holds.",
)
def update_state_not_kept(ref: Any) -> Mapping[str, Any]:
    """Velocity, cache and moments stay what they were; Adam's t advances."""

    def forgetful(name: str) -> Any:
        def rule(w: Any, dw: Any, config: Any = None) -> Any:
            given = dict(config or {})
            next_w, new = getattr(ref, name)(w, dw, given)
            kept = {state: given.get(state, np.zeros_like(w)) for state in STATES[name] if state != "t"}
            return next_w, {**new, **kept}

        return rule

    return {name: forgetful(name) for name in STATES}


@mistake(
    "rmsprop-decay-swapped",
    parts=PARTS,
    sentence="RMSProp's two weights are exchanged: decay_rate goes to the new square, the rest to the old cache.",
    hint="With a decay rate near 1, should the cache change slowly or fast?",
)
def rmsprop_decay_swapped(ref: Any) -> Mapping[str, Any]:
    """The decay rate's complement."""

    def rmsprop(w: Any, dw: Any, config: Any = None) -> Any:
        rate = (config or {}).get("decay_rate", 0.99)
        next_w, new = ref.rmsprop(w, dw, {**(config or {}), "decay_rate": 1 - rate})
        return next_w, {**new, "decay_rate": rate}

    return {"rmsprop": rmsprop}


def with_count(used: int, kept: int) -> Any:
    """A variant of Adam that corrects for t + ``used`` and leaves t + ``kept`` behind."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def adam(w: Any, dw: Any, config: Any = None) -> Any:
            t = (config or {}).get("t", 0)
            with np.errstate(all="ignore"):  # t = 0 divides by zero, as it does for whoever makes this mistake
                next_w, new = ref.adam(w, dw, {**(config or {}), "t": t + used - 1})
            return next_w, {**new, "t": t + kept}

        return {"adam": adam}

    return variant


adam_no_bias_correction = mistake(
    "adam-no-bias-correction",
    parts=PARTS,
    sentence="Adam's moments are used without their bias correction.",
    hint="Both moments start at 0 and are too small at first; the paper divides that out.",
)(with_count(10**6, 1))  # after so many steps there is nothing to correct

adam_neither_corrected_nor_counted = mistake(
    "adam-no-bias-correction-nor-count",
    parts=PARTS,
    sentence="Adam's moments are used without their bias correction, and t is never incremented.",
    hint="Both moments start at 0 and are too small at first; the paper divides that out, by the number of the step.",
)(with_count(10**6, 0))

adam_count_late = mistake(
    "adam-count-late",
    parts=PARTS,
    sentence="Adam uses t before it is incremented.",
    hint="The first step is t = 1; what would t = 0 do in the bias correction?",
)(with_count(0, 1))

adam_count_stays = mistake(
    "adam-count-stays",
    parts=PARTS,
    sentence="Adam's t is never incremented.",
    hint="t counts the steps, and the next call knows only what config holds.",
)(with_count(0, 0))

adam_count_not_kept = mistake(
    "adam-count-not-kept",
    parts=PARTS,
    sentence="Adam's new t is used but not stored in config.",
    hint="The next call knows only what config holds.",
)(with_count(1, 0))


@mistake(
    "adam-corrected-moments-kept",
    parts=PARTS,
    sentence="Adam stores the bias-corrected moments in config, so that the next step corrects them again.",
    hint="The correction is for this step's use only.",
)
def adam_corrected_moments_kept(ref: Any) -> Mapping[str, Any]:
    """m and v after the correction in config."""

    def adam(w: Any, dw: Any, config: Any = None) -> Any:
        next_w, new = ref.adam(w, dw, config)
        corrected = {name: new[name] / (1 - new[beta] ** new["t"]) for name, beta in (("m", "beta1"), ("v", "beta2"))}
        return next_w, {**new, **corrected}

    return {"adam": adam}


@mistake(
    "adam-rate-compounds",
    parts=PARTS,
    sentence="Adam writes the corrected learning rate back to config, so that it compounds from step to step.",
    hint="config's learning rate is a setting; give this step's rate another name.",
)
def adam_rate_compounds(ref: Any) -> Mapping[str, Any]:
    """The learning rate of the paper's shorter form overwrites the setting."""

    def adam(w: Any, dw: Any, config: Any = None) -> Any:
        next_w, new = ref.adam(w, dw, config)
        factor = np.sqrt(1 - new["beta2"] ** new["t"]) / (1 - new["beta1"] ** new["t"])
        return next_w, {**new, "learning_rate": new["learning_rate"] * factor}

    return {"adam": adam}
