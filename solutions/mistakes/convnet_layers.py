"""What goes wrong in convolutional networks apart from their regularisation: first weights and layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake, pattern

PARTS = ("three_layer_convnet",)
PLAYED = tuple(f"three_layer_convnet/{check}" for check in ("scores", "loss", "gradients"))


def first_weights(
    ref: Any, change: Callable[[dict[str, Any]], tuple[dict[str, Any], Mapping[str, Any]]]
) -> Mapping[str, Any]:
    """The reference's class, made as ``change(arguments)`` says: other arguments, and how to replace parameters."""

    class ThreeLayerConvNet(ref.ThreeLayerConvNet):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, **arguments: Any) -> None:
            given, replaced = change(dict(arguments))
            super().__init__(**given)
            self.params.update({name: make(self.params[name]) for name, make in replaced.items()})

    return {"ThreeLayerConvNet": ThreeLayerConvNet}


def square(side: int) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that takes the images to be as wide as high (or as high as wide)."""

    def sided(shape: Any) -> Any:
        return shape[0], shape[1 + side], shape[1 + side]

    def variant(ref: Any) -> Mapping[str, Any]:
        def init_two_layer_convnet(**arguments: Any) -> Any:
            return ref.init_two_layer_convnet(**arguments | {"input_shape": sided(arguments["input_shape"])})

        changed = first_weights(ref, lambda given: (given | {"input_dim": sided(given["input_dim"])}, {}))
        return {**changed, "init_two_layer_convnet": init_two_layer_convnet}

    return variant


SQUARE = tuple(
    mistake(
        f"images-taken-as-square-{name}",
        parts=(*PARTS, "two_layer_convnet"),
        sentence=f"The size of W2 is computed from the {name} of the images alone, as if they were square.",
        hint="How many numbers are left of each map after pooling, if height and width differ?",
    )(square(side))
    for side, name in enumerate(("height", "width"))
)


@mistake(
    "pooling-not-counted",
    parts=PARTS,
    sentence="The size of W2 does not allow for the pooling.",
    hint="What is the shape of the first affine layer's input?",
)
def pooling_not_counted(ref: Any) -> Mapping[str, Any]:
    """Images of twice the sides, which the pooling halves."""

    def change(arguments: dict[str, Any]) -> Any:
        C, H, W = arguments["input_dim"]
        return arguments | {"input_dim": (C, 2 * H, 2 * W)}, {}

    return first_weights(ref, change)


@mistake(
    "weight-scale-ignored",
    parts=PARTS,
    sentence="The initial weights do not have the spread weight_scale.",
    hint="Check what weight_scale multiplies: each of the weight arrays.",
)
def scale_ignored(ref: Any) -> Mapping[str, Any]:
    """The default's scale."""
    return first_weights(ref, lambda given: ({k: v for k, v in given.items() if k != "weight_scale"}, {}))


@mistake(
    "weights-unscaled",
    parts=PARTS,
    sentence="The initial weights are standard normal: weight_scale does not multiply them.",
    hint="Check what weight_scale multiplies: each of the weight arrays.",
    about=("first W1", "first W2", "first W3"),
)
def unscaled(ref: Any) -> Mapping[str, Any]:
    """A scale of 1."""
    return first_weights(ref, lambda given: (given | {"weight_scale": 1.0}, {}))


def _unscaled(name: str) -> Callable[[Any], Mapping[str, Any]]:
    """A first weight array that weight_scale does not multiply."""
    return lambda ref: first_weights(ref, lambda given: (given, {name: lambda W: W / given.get("weight_scale", 1e-3)}))


UNSCALED = tuple(
    mistake(
        f"{name.lower()}-unscaled",
        parts=PARTS,
        sentence=f"The initial {name} is standard normal: weight_scale does not multiply it.",
        hint="Check what weight_scale multiplies: each of the weight arrays.",
        about=(f"first {name}",),
    )(_unscaled(name))
    for name in ("W1", "W2", "W3")
)
W1_ZERO = mistake(
    "w1-starts-at-zero",
    parts=PARTS,
    sentence="The initial W1 is zero everywhere: all filters are the same, and stay so.",
    hint="What is to make one filter differ from the next?",
    about=("first W1",),
)(lambda ref: first_weights(ref, lambda given: (given, {"W1": lambda W: 0 * W})))


@mistake(
    "pooling-halves-one-side",
    parts=PARTS,
    sentence="The size of W2 allows for half of the pooling: it is as if one side only were halved.",
    hint="By how much does the pooling reduce the height, and by how much the width?",
)
def one_side_halved(ref: Any) -> Mapping[str, Any]:
    """Images of twice the height."""

    def change(arguments: dict[str, Any]) -> Any:
        C, H, W = arguments["input_dim"]
        return arguments | {"input_dim": (C, 2 * H, W)}, {}

    return first_weights(ref, change)


@mistake(
    "biases-random",
    parts=PARTS,
    sentence="The initial biases are random numbers; they should be zero.",
    hint="Only the weights have to differ from each other at the start.",
)
def biases_random(ref: Any) -> Mapping[str, Any]:
    """Biases drawn after the weights."""

    def change(arguments: dict[str, Any]) -> Any:
        scale = arguments.get("weight_scale", 1e-3)
        draw = {name: lambda b: scale * np.random.randn(*b.shape) for name in ("b1", "b2", "b3")}
        return arguments, draw

    return first_weights(ref, change)


def mirrored(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any) -> dict[str, Any]:
    """The hidden units twice, with opposite signs: relu(a) - relu(-a) = a."""
    return {
        "W1": W1,
        "b1": b1,
        "W2": np.hstack([W2, -W2]),
        "b2": np.concatenate([b2, -b2]),
        "W3": np.vstack([W3, -W3]),
    }


@mistake(
    "hidden-relu-absent",
    parts=PARTS,
    sentence="There is no ReLU after the hidden affine layer.",
    hint="Go through the layers in order, and look at what follows the first affine layer.",
)
def hidden_relu_absent(ref: Any) -> Mapping[str, Any]:
    """A network with each hidden unit twice."""

    class ThreeLayerConvNet(ref.ThreeLayerConvNet):  # type: ignore[misc]  # the reference is known at run time only
        params: Any
        reg: float

        def loss(self, X: Any, y: Any = None) -> Any:
            own, reg = self.params, self.reg
            W = {name: own[name] for name in ("W1", "b1", "W2", "b2", "W3")}
            self.params, self.reg = {**own, **mirrored(**W)}, 0.0
            try:
                given = super().loss(X, y)
            finally:
                self.params, self.reg = own, reg
            if y is None:
                return given
            loss, grads = given
            H = len(own["b2"])
            found = dict(grads) | {
                "W2": grads["W2"][:, :H] - grads["W2"][:, H:],
                "b2": grads["b2"][:H] - grads["b2"][H:],
                "W3": grads["W3"][:H] - grads["W3"][H:],
            }
            weights = {name: own[name] for name in ("W1", "W2", "W3")}
            penalty = 0.5 * reg * sum(np.sum(value**2) for value in weights.values())
            return loss + penalty, found | {name: found[name] + reg * value for name, value in weights.items()}

    return {"ThreeLayerConvNet": ThreeLayerConvNet}


@mistake(
    "final-relu",
    parts=PARTS,
    sentence="The scores went through a ReLU; none of them is negative.",
    hint="What follows the last affine layer?",
)
def final_relu(ref: Any) -> Mapping[str, Any]:
    """The scores, negative ones zero."""

    class ThreeLayerConvNet(ref.ThreeLayerConvNet):  # type: ignore[misc]  # the reference is known at run time only
        def loss(self, X: Any, y: Any = None) -> Any:
            given = super().loss(X, y)
            return np.maximum(given, 0) if y is None else given

    return {"ThreeLayerConvNet": ThreeLayerConvNet}


SQUARE_ONLY = pattern(
    "square-images-only",
    parts=PARTS,
    checks=PLAYED,
    fails={"images not square"},
    may={"all of these"},
    sentence="It goes wrong with images that are not square.",
    hint="Where do height and width enter: the size of W2, and the layers?",
)
LARGE_FILTERS = pattern(
    "filters-of-3-only",
    parts=PARTS,
    checks=PLAYED,
    fails={"filters of 5", "filters of 7"},
    may={"one sample and filters of 1", "all of these"},
    sentence="It goes wrong with filters larger than 3 x 3.",
    hint="The padding that keeps height and width depends on the size of the filters.",
)
OTHER_FILTERS = tuple(
    pattern(
        f"filters-of-{size}-only",
        parts=PARTS,
        checks=PLAYED,
        fails={
            "",
            "images not square",
            "filters of 7",
            "other numbers of channels, filters and hidden units",
            "one sample and filters of 1",
            "filters of 5",
        }
        - {right},
        may={"regularisation", "all of these"},
        sentence=f"It is right for filters of {size} x {size} only.",
        hint="The padding that keeps height and width depends on the size of the filters.",
    )
    for size, right in ((1, "one sample and filters of 1"), (5, "filters of 5"), (7, "filters of 7"))
)
COUNTS = pattern(
    "numbers-of-filters-or-units",
    parts=PARTS,
    checks=PLAYED,
    fails={"other numbers of channels, filters and hidden units"},
    may={"all of these"},
    sentence="It goes wrong with other numbers of channels, filters, hidden units or classes.",
    hint="Take each size from the shapes of the parameters.",
)
