"""What goes wrong in one update rule alone: momentum, RMSProp or Adam."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake, pattern
from solutions.mistakes.update_rules import PARTS, STATES

DEFAULTS: dict[str, dict[str, Any]] = {
    "sgd_momentum": {"learning_rate": 1e-2, "momentum": 0.9},
    "rmsprop": {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
    "adam": {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0},
}
# (the reference's rule, w, dw, its whole config) -> (next_w, the new config)
Change = Callable[[Any, Any, Any, dict[str, Any]], tuple[Any, dict[str, Any]]]


def of_rule(name: str, code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in one rule, which knows its whole config."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def rule(w: Any, dw: Any, config: Any = None) -> Any:
            w, dw = np.asarray(w), np.asarray(dw)
            states = {state: np.zeros_like(w) for state in STATES[name] if state != "t"}
            with np.errstate(all="ignore"):
                return change(getattr(ref, name), w, dw, {**DEFAULTS[name], **states, **(config or {})})

        return {name: rule}

    return mistake(code, parts=PARTS, sentence=sentence, hint=hint)(variant)


def using(**settings: Any) -> Change:
    """Other settings, for this call only."""

    def change(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
        used = {name: make(config) if callable(make) else make for name, make in settings.items()}
        next_w, new = rule(w, dw, {**config, **used})
        return next_w, {**new, **{name: config[name] for name in used}}

    return change


def starting(**states: Callable[[Any, dict[str, Any]], Any]) -> Change:
    """The step as from other states; they are (of dw and config) what makes the new ones come out wrong."""
    return lambda rule, w, dw, config: rule(w, dw, {**config, **{name: of(dw, config) for name, of in states.items()}})


def stepping(step: Callable[[Any, Any, Any, Any, dict[str, Any], dict[str, Any]], Any]) -> Change:
    """Right states and another step: next_w of (right next_w, rule, w, dw, old config, new config)."""

    def change(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
        next_w, new = rule(w, dw, dict(config))
        return step(next_w, rule, w, dw, config, new), new

    return change


def keeping(*names: str) -> Change:
    """The right step; some states stay as they were."""

    def change(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
        next_w, new = rule(w, dw, dict(config))
        return next_w, {**new, **{name: config[name] for name in names}}

    return change


NEXT_CALL = "The next call knows only what config holds."
FORMULA = "Compare with the formula of the rule, term by term."
SETTINGS = "Read the setting from config."
UPHILL = "Which way should the weights go where the gradient is positive?"


def rate_outside(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
    """v = momentum v - dw and w + rate v."""
    _, new = rule(w, dw, {**config, "learning_rate": 1.0})
    return w + config["learning_rate"] * new["velocity"], {**new, "learning_rate": config["learning_rate"]}


def of_momentum(code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in SGD with momentum."""
    return of_rule("sgd_momentum", f"momentum-{code}", sentence, hint, change)


MOMENTUM = (
    of_momentum("velocity-not-kept", "The new velocity is not stored in config, so that every step starts from the old one.", NEXT_CALL, keeping("velocity")),
    of_momentum("rate-outside-negative", "The learning rate multiplies the whole velocity instead of the gradient alone.", FORMULA, rate_outside),
    of_momentum("damped", "The gradient is multiplied by 1 - momentum as well as by the learning rate.", FORMULA, using(learning_rate=lambda c: c["learning_rate"] * (1 - c["momentum"]))),
    of_momentum("of-gradient-too", "The momentum multiplies the gradient as well as the old velocity.", FORMULA, using(learning_rate=lambda c: c["learning_rate"] * c["momentum"])),
    of_momentum("rate-absent", "The learning rate is not used.", FORMULA, using(learning_rate=1.0)),
    of_momentum("rate-fixed", "The learning rate is always 1e-2, whatever config says.", SETTINGS, using(learning_rate=1e-2)),
    of_momentum("absent", "The old velocity is not multiplied by the momentum.", FORMULA, using(momentum=1.0)),
    of_momentum("step-without-velocity", "The step is that of plain gradient descent; the velocity is computed and not used.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: w - old["learning_rate"] * dw)),
    of_momentum("step-with-old-velocity", "The step is the old velocity, not the new one.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: w + old["velocity"])),
    of_momentum("nesterov", "The step is Nesterov's: the momentum and the gradient are applied once more to the new velocity.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: w + old["momentum"] * new["velocity"] - old["learning_rate"] * dw)),
    of_momentum("returns-velocity", "The velocity is returned instead of the weights.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: new["velocity"])),
    of_momentum("velocity-subtracted", "The velocity is subtracted from the weights; with its sign it should be added.", UPHILL, stepping(lambda next_w, rule, w, dw, old, new: w - new["velocity"])),
)  # fmt: skip


def of_rmsprop(code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in RMSProp."""
    return of_rule("rmsprop", f"rmsprop-{code}", sentence, hint, change)


def with_square(square: Callable[[Any, Any, float], Any]) -> Change:
    """A new cache of ``square(old cache, dw, decay rate)``: as from the old one that would lead there."""
    return starting(
        cache=lambda dw, c: (square(c["cache"], dw, c["decay_rate"]) - (1 - c["decay_rate"]) * dw**2) / c["decay_rate"]
    )


RMSPROP = (
    of_rmsprop("cache-not-kept", "The new cache is not stored in config, so that every step starts from the old one.", NEXT_CALL, keeping("cache")),
    of_rmsprop("cache-never-changes", "The cache is never updated: the step uses the old one.", NEXT_CALL, using(decay_rate=1.0)),
    of_rmsprop("step-with-old-cache", "The step divides by the root of the old cache; the cache is updated too late.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: rule(w, dw, {**old, "decay_rate": 1.0})[0])),
    of_rmsprop("gradient-not-squared", "The cache takes up the gradient; it should take up its square.", FORMULA, with_square(lambda cache, dw, rate: rate * cache + (1 - rate) * dw)),
    of_rmsprop("square-not-weighted", "The cache takes up the whole square of the gradient; it should be multiplied by 1 - decay_rate.", FORMULA, with_square(lambda cache, dw, rate: rate * cache + dw**2)),
    of_rmsprop("cache-not-decayed", "The cache is the sum of all squares, as in AdaGrad; decay_rate is not used.", FORMULA, with_square(lambda cache, dw, rate: cache + dw**2)),
    of_rmsprop("decay-fixed", "The decay rate is always 0.99, whatever config says.", SETTINGS, using(decay_rate=0.99)),
    of_rmsprop("root-absent", "The step is divided by the cache itself; it should be divided by its square root.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: w - old["learning_rate"] * dw / (new["cache"] + old["epsilon"]))),
    of_rmsprop("ascends", "The step has the wrong sign: it climbs the loss.", UPHILL, stepping(lambda next_w, rule, w, dw, old, new: 2 * w - next_w)),
    of_rmsprop("step-without-gradient", "The step is not multiplied by the gradient.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: w + (next_w - w) / dw)),
    of_rmsprop("root-kept", "config gets the root of the cache; the cache itself belongs there.", NEXT_CALL, lambda rule, w, dw, config: (lambda next_w, new: (next_w, {**new, "cache": np.sqrt(new["cache"])}))(*rule(w, dw, config))),
    of_rmsprop("rate-absent", "The learning rate of RMSProp is not used.", FORMULA, using(learning_rate=1.0)),
)  # fmt: skip


def of_adam(code: str, sentence: str, hint: str, change: Change) -> Mistake:
    """A mistake in Adam."""
    return of_rule("adam", f"adam-{code}", sentence, hint, change)


UNCORRECTED = 10**6  # after so many steps there is nothing to correct


def divided(first: Callable[[float, float, int], float], second: Callable[[float, float, int], float]) -> Change:
    """A bias correction that divides m and v by something else: of beta1, beta2 and t."""

    def step(next_w: Any, rule: Any, w: Any, dw: Any, old: dict[str, Any], new: dict[str, Any]) -> Any:
        b1, b2, t = old["beta1"], old["beta2"], old["t"] + 1
        root = np.sqrt(np.float64(second(b1, b2, t)))
        plain, _ = rule(w, dw, {**old, "t": UNCORRECTED, "epsilon": old["epsilon"] * root})
        return w + (plain - w) * root / first(b1, b2, t)

    return stepping(step)


def right_m(b1: float, b2: float, t: int) -> float:
    """As it should be."""
    return float(1 - b1**t)


def right_v(b1: float, b2: float, t: int) -> float:
    """As it should be."""
    return float(1 - b2**t)


def one(b1: float, b2: float, t: int) -> float:
    """No correction."""
    return 1.0


def moment_m(m: Callable[[Any, Any, float, float], Any]) -> Change:
    """A new m of (m, dw, beta1, beta2)."""
    return starting(m=lambda dw, c: (m(c["m"], dw, c["beta1"], c["beta2"]) - (1 - c["beta1"]) * dw) / c["beta1"])


def moment_v(v: Callable[[Any, Any, float, float], Any], of: str = "v") -> Change:
    """A new v of (v, dw, beta1, beta2)."""
    return starting(v=lambda dw, c: (v(c[of], dw, c["beta1"], c["beta2"]) - (1 - c["beta2"]) * dw**2) / c["beta2"])


def both_weights_swapped(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
    """The betas to the gradients, their complements to the old moments; the correction is right."""
    m = moment_m(lambda m, dw, b1, b2: (1 - b1) * m + b1 * dw)
    v = moment_v(lambda v, dw, b1, b2: (1 - b2) * v + b2 * dw**2)
    return m(lambda *arguments: v(rule, *arguments), w, dw, config)


def rate_compounds(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
    """The paper's shorter form, whose corrected rate is stored."""
    b1, b2, t = config["beta1"], config["beta2"], config["t"] + 1
    rate = config["learning_rate"] * np.sqrt(1 - b2**t) / (1 - b1**t)
    next_w, new = rule(w, dw, {**config, "t": UNCORRECTED, "learning_rate": rate})
    return next_w, {**new, "t": t}


def always_first(rule: Any, w: Any, dw: Any, config: dict[str, Any]) -> Any:
    """t is 1 in every step."""
    return rule(w, dw, {**config, "t": 0})


CORRECTION = "m is divided by 1 - beta1**t, and v by its own: what does each of the three stand for?"

ADAM = (
    of_adam("v-alone-corrected", "Adam's m is used without its bias correction; v is corrected.", CORRECTION, divided(one, right_v)),
    of_adam("m-alone-corrected", "Adam's v is used without its bias correction; m is corrected.", CORRECTION, divided(right_m, one)),
    of_adam("correction-without-power", "Adam's bias correction has the betas without their power t.", CORRECTION, divided(lambda b1, b2, t: 1 - b1, lambda b1, b2, t: 1 - b2)),
    of_adam("correction-times-t", "Adam's bias correction multiplies the betas by t; t is their power.", CORRECTION, divided(lambda b1, b2, t: 1 - b1 * t, lambda b1, b2, t: 1 - b2 * t)),
    of_adam("beta1-corrects-both", "Adam's bias correction of v uses beta1; it has its own beta.", CORRECTION, divided(right_m, right_m)),
    of_adam("beta2-corrects-both", "Adam's bias correction of m uses beta2; it has its own beta.", CORRECTION, divided(right_v, right_v)),
    of_adam("betas-swapped-in-correction", "Adam's bias corrections of m and v use each other's beta.", CORRECTION, divided(right_v, right_m)),
    of_adam("correction-sign", "Adam's bias correction adds the power of the betas to 1; it should be subtracted.", CORRECTION, divided(lambda b1, b2, t: 1 + b1**t, lambda b1, b2, t: 1 + b2**t)),
    of_adam("correction-multiplies", "Adam's bias correction multiplies the moments; it should divide them.", CORRECTION, divided(lambda b1, b2, t: 1 / (1 - b1**t), lambda b1, b2, t: 1 / (1 - b2**t))),
    of_adam("gradient-not-squared", "Adam's v takes up the gradient; it should take up its square.", FORMULA, moment_v(lambda v, dw, b1, b2: b2 * v + (1 - b2) * dw)),
    of_adam("beta2-for-m", "Adam's m is averaged with beta2.", FORMULA, moment_m(lambda m, dw, b1, b2: b2 * m + (1 - b2) * dw)),
    of_adam("beta1-for-v", "Adam's v is averaged with beta1.", FORMULA, moment_v(lambda v, dw, b1, b2: b1 * v + (1 - b1) * dw**2)),
    of_adam("v-from-m", "Adam's v continues from m.", FORMULA, moment_v(lambda m, dw, b1, b2: b2 * m + (1 - b2) * dw**2, of="m")),
    of_adam("weights-swapped", "Adam's betas multiply the gradient and its square, and their complements the old moments.", "With a beta near 1, should a moment change slowly or fast?", both_weights_swapped),
    of_adam("root-absent", "Adam's step is divided by the corrected v itself; it should be divided by its square root.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: w - old["learning_rate"] * (new["m"] / (1 - old["beta1"] ** new["t"])) / (new["v"] / (1 - old["beta2"] ** new["t"]) + old["epsilon"]))),
    of_adam("ascends", "Adam's step has the wrong sign: it climbs the loss.", UPHILL, stepping(lambda next_w, rule, w, dw, old, new: 2 * w - next_w)),
    of_adam("step-without-m", "Adam's step has the gradient instead of the corrected m.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: rule(w, dw, {**old, "beta1": 0.0})[0])),
    of_adam("step-with-gradient", "Adam's step has the gradient instead of m, and corrects it.", FORMULA, stepping(lambda next_w, rule, w, dw, old, new: rule(w, dw, {**old, "m": dw})[0])),
    of_adam("v-from-new-m", "Adam's v continues from m.", FORMULA, starting(v=lambda dw, c: c["beta1"] * c["m"] + (1 - c["beta1"]) * dw)),
    of_adam("m-not-kept", "Adam's new m is not stored in config.", NEXT_CALL, keeping("m")),
    of_adam("v-not-kept", "Adam's new v is not stored in config.", NEXT_CALL, keeping("v")),
    of_adam("moments-not-kept", "Adam's new moments m and v are not stored in config.", NEXT_CALL, keeping("m", "v")),
    of_adam("betas-fixed", "Adam's betas are always 0.9 and 0.999, whatever config says.", SETTINGS, using(beta1=0.9, beta2=0.999)),
    of_adam("counts-by-two", "Adam's t grows by 2 with each step.", "t is the number of the step.", lambda rule, w, dw, config: rule(w, dw, {**config, "t": config["t"] + 1})),
    of_adam("always-first-step", "Adam's t is 1 in every step.", "t is the number of the step, and config holds how many there were.", always_first),
    of_adam("rate-compounds-short-form", "Adam writes the corrected learning rate back to config, so that it compounds from step to step.", "config's learning rate is a setting; give this step's rate another name.", rate_compounds),
)  # fmt: skip

EPSILON = pattern(
    "epsilon-not-as-given",
    parts=PARTS,
    checks=("update_rules/rmsprop", "update_rules/adam"),
    fails={"a large epsilon"},
    sentence="Right for a tiny epsilon only: with a large one the first step is not what epsilon beside or under the "
    "root gives.",
    hint="Is epsilon read from config, and where is it added?",
)
