"""What goes wrong in the initial weights of networks. It is recognised where the numbers come from np.random in order."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake

# The parts in which they are checked, and the name that the scale has there; one has a fixed scale.
DEEP = ("fully_connected_net",)
SCALED = ("modular_two_layer_net", "three_layer_convnet", "two_layer_convnet", *DEEP)
FIXED = ("two_layer_model",)
OPTION, FIXED_SCALE = "weight_scale", 1e-5

CLASSES = ("TwoLayerNet", "ThreeLayerConvNet", "FullyConnectedNet")
Draw = Callable[[tuple[int, ...], float, float], Any]  # (shape, scale, default) -> the parameter
Drawn = Callable[[str, tuple[int, ...], float, float], Any]  # (name, shape, scale, default) -> the parameter


def drawn_as(change: Drawn) -> Callable[[Any], Mapping[str, Any]]:
    """A variant whose parameters are drawn anew, in their order, each as ``change`` says."""

    def redrawn(
        params: Mapping[str, Any], state: Any, scale: float, default: float, bias_scale: float = 0.0
    ) -> dict[str, Any]:
        np.random.set_state(state)
        drawn = {}
        for name, value in params.items():
            drawn[name] = np.asarray(change(name, value.shape, scale, default))
            if bias_scale and name[0] == "b" and not drawn[name].any():  # as right biases are
                drawn[name] = bias_scale * normal(value.shape)
        return drawn

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
                drawn = redrawn(self.params, state, scale, default)
                self.params = {name: value.astype(self.params[name].dtype) for name, value in drawn.items()}

        return Network

    def variant(ref: Any) -> Mapping[str, Any]:
        def init_two_layer_model(*sizes: int) -> Any:
            state = np.random.get_state()
            return redrawn(ref.init_two_layer_model(*sizes), state, FIXED_SCALE, FIXED_SCALE)

        def init_two_layer_convnet(**options: Any) -> Any:
            state = np.random.get_state()
            right = ref.init_two_layer_convnet(**options)
            return redrawn(right, state, options.get(OPTION, 1e-3), 1e-3, options.get("bias_scale", 0.0))

        functions = {"init_two_layer_model": init_two_layer_model, "init_two_layer_convnet": init_two_layer_convnet}
        return functions | {name: network_class(getattr(ref, name)) for name in CLASSES}

    return variant


def weights(draw: Draw) -> Drawn:
    """Weights as ``draw(shape, scale, default)`` gives them, and all else as it should be."""
    return lambda name, shape, scale, default: draw(shape, scale, default) if name[0] == "W" else start(name, shape)


def one_of(names: tuple[str, ...], draw: Draw) -> Drawn:
    """The same for the weights of these names alone."""

    def change(name: str, shape: tuple[int, ...], scale: float, default: float) -> Any:
        if name[0] != "W":
            return start(name, shape)
        return draw(shape, scale, default) if name in names else scale * normal(shape)

    return change


def beside_weights(first: str, draw: Draw) -> Drawn:
    """What is called ``first`` and a number is drawn so, and the weights as they should be."""

    def change(name: str, shape: tuple[int, ...], scale: float, default: float) -> Any:
        if name[0] == "W":
            return scale * normal(shape)
        return draw(shape, scale, default) if name.rstrip("0123456789") == first else start(name, shape)

    return change


def start(name: str, shape: tuple[int, ...]) -> Any:
    """What a parameter that is no weight should start at."""
    return np.ones(shape) if name.startswith("gamma") else np.zeros(shape)


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
RATE = "A standard deviation multiplies standard normal numbers; what does your code do with it?"
ALIKE = "Two hidden units that begin alike stay alike."
ZERO_MEAN = "The mean of the weights should be 0."
# what may be wrong with all weights or with one array of them: a code, what they are, a hint, how they are drawn
DRAWS: tuple[tuple[str, str, str, Draw], ...] = (
    ("uniform", "drawn uniformly between 0 and the scale, and not from a normal distribution", SPREAD, lambda shape, scale, default: scale * np.random.rand(*shape)),
    ("uniform-both-sides", "drawn uniformly between minus the scale and the scale, and not from a normal distribution", SPREAD, lambda shape, scale, default: np.random.uniform(-scale, scale, shape)),
    ("zero", "all zero", ALIKE, lambda shape, scale, default: np.zeros(shape)),
    ("equal", "all equal to the scale", ALIKE, lambda shape, scale, default: np.full(shape, scale)),
    ("by-fan-in", "scaled by 1 / sqrt(n), n being the number of inputs, and not by the scale that is asked for", ENTERS, lambda shape, scale, default: normal(shape) / np.sqrt(fan_in(shape))),
    ("by-two-over-fan-in", "scaled by sqrt(2 / n), n being the number of inputs, and not by the scale that is asked for", ENTERS, lambda shape, scale, default: normal(shape) * np.sqrt(2 / fan_in(shape))),
    ("scale-over-fan-in", "divided by the root of the number of inputs, beside the scale", ENTERS, lambda shape, scale, default: scale * normal(shape) / np.sqrt(fan_in(shape))),
    ("scale-squared", "drawn with the square of the scale as their standard deviation", RATE, lambda shape, scale, default: scale**2 * normal(shape)),
    ("scale-root", "drawn with the square root of the scale as their standard deviation", RATE, lambda shape, scale, default: np.sqrt(scale) * normal(shape)),
    ("scale-divides", "divided by the scale, not multiplied by it", RATE, lambda shape, scale, default: normal(shape) / scale),
    ("scale-is-mean", "drawn around the scale, with a standard deviation of 1", ZERO_MEAN, lambda shape, scale, default: scale + normal(shape)),
    ("scale-added", "drawn around 1, with the scale as their standard deviation", ZERO_MEAN, lambda shape, scale, default: 1 + scale * normal(shape)),
    ("1e-1", "drawn with a standard deviation of 0.1, whatever is asked for", ENTERS, lambda shape, scale, default: 1e-1 * normal(shape)),
    ("1e-2", "drawn with a standard deviation of 0.01, whatever is asked for", ENTERS, lambda shape, scale, default: 1e-2 * normal(shape)),
    ("1e-3", "drawn with a standard deviation of 0.001, whatever is asked for", ENTERS, lambda shape, scale, default: 1e-3 * normal(shape)),
    ("1e-4", "drawn with a standard deviation of 0.0001, whatever is asked for", ENTERS, lambda shape, scale, default: 1e-4 * normal(shape)),
)  # fmt: skip
THREE = ("three_layer_convnet", *DEEP)
# what convnet_layers.py has
TOLD = {(THREE[0], name, "not-scaled") for name in ("W1", "W2", "W3")} | {(THREE[0], "W1", "zero")}
ALL_WEIGHTS = ("first W1", "first W2", "first W3")
# those that are made in one array and not in others; the recorded answers hold the numbers of each
FOR_ONE = ("uniform", "zero", "scale-root", "by-fan-in", "by-two-over-fan-in")
UNSCALED = ("not-scaled", "standard normal: nothing scales them", ENTERS, lambda shape, scale, default: normal(shape))
INITIAL = (
    *(
        mistake(f"initial-weights-{code}", parts=parts, sentence=f"The first weights are {what}.", hint=hint, about=ALL_WEIGHTS)(drawn_as(weights(draw)))
        for code, what, hint, draw in (*DRAWS, UNSCALED)
        # where the default is such a scale, it is another mistake: that the scale is ignored
        for parts in [(*FIXED, *DEEP) if code == "not-scaled" else BOTH if code[0] != "1" else FIXED]
    ),
    mistake("initial-weights-of-default-scale", parts=SCALED[1:], sentence="The weights have the same spread whatever weight_scale is.", hint=ENTERS, about=ALL_WEIGHTS)(
        drawn_as(weights(lambda shape, scale, default: default * normal(shape)))
    ),
    *(
        mistake(f"initial-{name.lower()}-{code}", parts=parts, sentence=f"The first values of {name} are {what}; the other weights are right.", hint=hint, about=(f"first {name}",))(drawn_as(one_of((name,), draw)))
        for name in ("W1", "W2", "W3")
        for code, what, hint, draw in (*(item for item in DRAWS if item[0] in FOR_ONE), UNSCALED)
        for parts in [tuple(part for part in (THREE if name == "W3" else BOTH) if (part, name, code) not in TOLD)]
    ),
    mistake(
        "initial-last-layer-normal", parts=DEEP,
        sentence="The first weights and biases of the last layer are standard normal numbers; those weights should be scaled, and the biases 0.",
        hint="Is the last layer made as the others are?", about=("first W3", "first biases"),
    )(drawn_as(lambda name, shape, scale, default: normal(shape) if name in ("W3", "b3") else start(name, shape) if name[0] != "W" else scale * normal(shape))),
    *(
        mistake(code, parts=parts, sentence=sentence, hint=AT_START, about=(f"first {code.split('-')[1]}",))(drawn_as(change))
        for code, parts, sentence, change in (
            ("initial-biases-random", BOTH, "The biases are drawn as the weights are; they should start at zero.", lambda name, shape, scale, default: start(name, shape) if name[0] not in "Wb" or name.startswith("beta") else scale * normal(shape)),
            ("initial-biases-normal", BOTH, "The biases are standard normal numbers; they should start at zero.", beside_weights("b", lambda shape, scale, default: normal(shape))),
            ("initial-biases-uniform", BOTH, "The biases are drawn uniformly between 0 and 1; they should start at zero.", beside_weights("b", lambda shape, scale, default: np.random.rand(*shape))),
            ("initial-biases-of-one", (*SCALED[1:], *FIXED), "The first biases are 1; they should be 0.", beside_weights("b", lambda shape, scale, default: np.ones(shape))),
            ("initial-biases-of-scale", BOTH, "The first biases have the value of the scale; they should be 0.", beside_weights("b", lambda shape, scale, default: np.full(shape, scale))),
            ("initial-gammas-zero", DEEP, "The first gammas are 0: they multiply the normalised values, and should be 1.", beside_weights("gamma", lambda shape, scale, default: np.zeros(shape))),
            ("initial-gammas-random", DEEP, "The first gammas are random numbers of the spread of the weights; they should be 1.", beside_weights("gamma", lambda shape, scale, default: scale * normal(shape))),
            ("initial-gammas-normal", DEEP, "The first gammas are standard normal numbers; they should be 1.", beside_weights("gamma", lambda shape, scale, default: normal(shape))),
            ("initial-betas-one", DEEP, "The first betas are 1; they should be 0.", beside_weights("beta", lambda shape, scale, default: np.ones(shape))),
            ("initial-betas-random", DEEP, "The first betas are random numbers of the spread of the weights; they should be 0.", beside_weights("beta", lambda shape, scale, default: scale * normal(shape))),
        )
    ),
)  # fmt: skip


def biases_as(draw: Callable[[tuple[int, ...], dict[str, Any]], Any]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant of the convolutional model whose biases are ``draw(shape, options)``, drawn after all weights."""

    right_weights = drawn_as(weights(lambda shape, scale, default: scale * normal(shape)))

    def variant(ref: Any) -> Mapping[str, Any]:
        init = right_weights(ref)["init_two_layer_convnet"]

        def init_two_layer_convnet(**options: Any) -> Any:
            model = init(**{**options, "bias_scale": 0})
            return {name: draw(value.shape, options) if name[0] == "b" else value for name, value in model.items()}

        return {"init_two_layer_convnet": init_two_layer_convnet}

    return variant


CONV_MODEL = ("two_layer_convnet",)
BIASES = (
    mistake(
        "initial-biases-without-scale",
        parts=CONV_MODEL,
        sentence="The biases are zero whatever bias_scale is.",
        hint="What does the exercise say of bias_scale?",
        about=("first biases",),
    )(biases_as(lambda shape, options: np.zeros(shape))),
    mistake(
        "initial-biases-equal-to-scale",
        parts=CONV_MODEL,
        sentence="The biases all have the value of bias_scale, where that should be the spread of random numbers.",
        hint="Which distribution are the biases drawn from?",
        about=("first biases",),
    )(biases_as(lambda shape, options: np.full(shape, float(options.get("bias_scale", 0.0))))),
)
