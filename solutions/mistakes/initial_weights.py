"""What goes wrong in the initial weights of networks. It is recognised where the numbers come from np.random in order."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

# The parts in which they are checked, and the name that the scale has there; one has a fixed scale.
SCALED = ("modular_two_layer_net", "three_layer_convnet", "two_layer_convnet")
FIXED = ("two_layer_model",)
OPTION, FIXED_SCALE = "weight_scale", 1e-5

Drawn = Callable[[str, tuple[int, ...], float, float], Any]  # (name, shape, scale, default) -> the parameter


def drawn_as(change: Drawn) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose parameters are drawn anew, in their order, each as ``change`` says."""

    def redrawn(params: Mapping[str, Any], state: Any, scale: float, default: float) -> dict[str, Any]:
        np.random.set_state(state)
        return {name: np.asarray(change(name, value.shape, scale, default)) for name, value in params.items()}

    def network_class(base: Any) -> Any:
        signature = inspect.signature(base)
        if OPTION not in signature.parameters:
            return base
        default = signature.parameters[OPTION].default

        class Network(base):  # type: ignore[misc]  # the reference is known at run time only
            params: Any
            __signature__ = signature  # scenarios ask for it

            def __init__(self, *arguments: Any, **options: Any) -> None:
                state = np.random.get_state()
                super().__init__(*arguments, **options)
                scale = signature.bind(*arguments, **options).arguments.get(OPTION, default)
                self.params = redrawn(self.params, state, scale, default)

        return Network

    def variant(ref: Any) -> Mapping[str, Any]:
        def init_two_layer_model(*sizes: int) -> Any:
            state = np.random.get_state()
            return redrawn(ref.init_two_layer_model(*sizes), state, FIXED_SCALE, FIXED_SCALE)

        def init_two_layer_convnet(**options: Any) -> Any:
            state = np.random.get_state()
            right = ref.init_two_layer_convnet(**options)
            return redrawn(right, state, options.get(OPTION, 1e-3), 1e-3)

        functions = {"init_two_layer_model": init_two_layer_model, "init_two_layer_convnet": init_two_layer_convnet}
        return functions | {name: network_class(getattr(ref, name)) for name in ("TwoLayerNet", "ThreeLayerConvNet")}

    return variant


def weights(draw: Callable[[tuple[int, ...], float, float], Any]) -> Drawn:
    """Weights as ``draw(shape, scale, default)`` gives them, and biases of zero."""
    return lambda name, shape, scale, default: draw(shape, scale, default) if name[0] == "W" else np.zeros(shape)


def fan_in(shape: tuple[int, ...]) -> float:
    """How many inputs one output has."""
    return float(np.prod(shape[1:]) if len(shape) == 4 else shape[0])


def normal(shape: tuple[int, ...]) -> Any:
    """Standard normal numbers."""
    return np.random.randn(*shape)


ENTERS = "Where does the scale enter, and for which of the weights?"
AT_START = "What do the biases start at?"
SPREAD = "Which distribution are the weights drawn from, and what is its mean?"
BOTH = (*SCALED, *FIXED)
INITIAL = tuple(
    mistake(code, parts=parts, sentence=sentence, hint=hint)(drawn_as(change))
    for code, parts, sentence, hint, change in (
        ("initial-weights-of-default-scale", SCALED[1:], "The weights have the same spread whatever weight_scale is.", ENTERS, weights(lambda shape, scale, default: default * normal(shape))),
        ("initial-weights-not-scaled", FIXED, "The weights are standard normal: nothing scales them.", ENTERS, weights(lambda shape, scale, default: normal(shape))),
        ("initial-weights-uniform", BOTH, "The weights are drawn uniformly between 0 and the scale, and not from a normal distribution.", SPREAD, weights(lambda shape, scale, default: scale * np.random.rand(*shape))),
        ("initial-weights-zero", BOTH, "The weights are all zero.", "Two hidden units that begin alike stay alike.", weights(lambda shape, scale, default: np.zeros(shape))),
        ("initial-weights-equal", BOTH, "The weights all have the value of the scale.", "Two hidden units that begin alike stay alike.", weights(lambda shape, scale, default: np.full(shape, scale))),
        ("initial-weights-by-fan-in", BOTH, "The weights are scaled by the number of inputs, 1 / sqrt(n), and not by the scale that is asked for.", ENTERS, weights(lambda shape, scale, default: normal(shape) / np.sqrt(fan_in(shape)))),
        ("initial-weights-by-two-over-fan-in", BOTH, "The weights are scaled by sqrt(2 / n) of the number of inputs, and not by the scale that is asked for.", ENTERS, weights(lambda shape, scale, default: normal(shape) * np.sqrt(2 / fan_in(shape)))),
        ("initial-weights-scale-squared", BOTH, "The weights have the square of the scale as their standard deviation.", ENTERS, weights(lambda shape, scale, default: scale**2 * normal(shape))),
        ("initial-weights-1e-2", FIXED, "The weights have a standard deviation of 0.01; the exercise says another.", ENTERS, weights(lambda shape, scale, default: 1e-2 * normal(shape))),
        ("initial-weights-1e-3", FIXED, "The weights have a standard deviation of 0.001; the exercise says another.", ENTERS, weights(lambda shape, scale, default: 1e-3 * normal(shape))),
        ("initial-weights-1e-4", FIXED, "The weights have a standard deviation of 0.0001; the exercise says another.", ENTERS, weights(lambda shape, scale, default: 1e-4 * normal(shape))),
        ("initial-biases-random", BOTH, "The biases are drawn as the weights are; they should start at zero.", AT_START, lambda name, shape, scale, default: scale * normal(shape)),
        ("initial-biases-of-one", (*SCALED[1:], *FIXED), "The first biases are 1; they should be 0.", AT_START, lambda name, shape, scale, default: scale * normal(shape) if name[0] == "W" else np.ones(shape)),
        ("initial-biases-of-scale", BOTH, "The first biases have the value of the scale; they should be 0.", AT_START, lambda name, shape, scale, default: scale * normal(shape) if name[0] == "W" else np.full(shape, scale)),
    )
)  # fmt: skip
