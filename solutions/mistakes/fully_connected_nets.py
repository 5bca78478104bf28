"""What goes wrong in the networks made of layers, beside their regularisation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake, pattern

DEEP = ("fully_connected_net",)
BOTH = ("modular_two_layer_net", *DEEP)

Steps = Callable[[list[str], bool], list[str]]


def nets(ref: Any, **methods: Any) -> Mapping[str, Any]:
    """The reference's two classes, some of their methods replaced."""
    return {name: type(name, (getattr(ref, name),), methods) for name in ("TwoLayerNet", "FullyConnectedNet")}


def with_steps(ref: Any, change: Steps) -> Mapping[str, Any]:
    """The classes with other steps in each layer, as ``change(steps, last)`` gives them for it."""

    def variant(name: str) -> Any:
        right = getattr(ref, name).steps
        return {"steps": lambda net, layer: change(right(net, layer), layer == net.num_layers)}

    return {name: type(name, (getattr(ref, name),), variant(name)) for name in ("TwoLayerNet", "FullyConnectedNet")}


@mistake(
    "net-relu-absent",
    parts=BOTH,
    sentence="There is no ReLU between the layers.",
    hint="Try a net in which some hidden values are negative: there it shows.",
)
def relu_absent(ref: Any) -> Mapping[str, Any]:
    """Every step but the ReLU."""
    return with_steps(ref, lambda steps, last: [step for step in steps if step != "relu"])


@mistake(
    "net-relu-on-scores",
    parts=BOTH,
    sentence="The scores go through a ReLU; nothing may follow the last affine layer but the loss.",
    hint="Scores may be negative: look at where the last layer ends.",
)
def relu_on_scores(ref: Any) -> Mapping[str, Any]:
    """One ReLU more."""
    return with_steps(ref, lambda steps, last: [*steps, "relu"] if last else steps)


@mistake(
    "net-norm-after-relu",
    parts=DEEP,
    sentence="The normalisation comes after the ReLU; in this exercise it comes before.",
    hint="Compare the order of the steps in a hidden layer with the first lines of the exercise.",
)
def norm_after_relu(ref: Any) -> Mapping[str, Any]:
    """The two in the other order."""

    def change(steps: list[str], last: bool) -> list[str]:
        norm = [step for step in steps if step.endswith("norm")]
        rest = [step for step in steps if not step.endswith("norm")]
        at = rest.index("relu") + 1 if "relu" in rest else 0
        return [*rest[:at], *norm, *rest[at:]]

    return with_steps(ref, change)


@mistake(
    "net-norm-absent",
    parts=DEEP,
    sentence="gamma and beta are there, but the layers are not normalised.",
    hint="Does the option for the normalisation change anything in loss?",
)
def norm_absent(ref: Any) -> Mapping[str, Any]:
    """Every step but the normalisation; the gradients of gamma and beta are zero."""
    plain = with_steps(ref, lambda steps, last: [step for step in steps if not step.endswith("norm")])

    def loss(net: Any, X: Any, y: Any = None) -> Any:
        found = plain["FullyConnectedNet"].loss(net, X, y)
        if y is None:
            return found
        return found[0], {name: 0 * value for name, value in net.params.items()} | found[1]

    return {**plain, "FullyConnectedNet": type("FullyConnectedNet", (plain["FullyConnectedNet"],), {"loss": loss})}


@mistake(
    "net-norm-after-last-layer",
    parts=DEEP,
    sentence="The scores are normalised too; only the hidden layers should be.",
    hint="How many layers are there, and how many of them are hidden?",
)
def norm_after_last(ref: Any) -> Mapping[str, Any]:
    """One normalisation more, with a gamma of ones and a beta of zeros."""

    class FullyConnectedNet(ref.FullyConnectedNet):  # type: ignore[misc]  # the reference is known at run time only
        __signature__ = inspect.signature(ref.FullyConnectedNet)  # scenarios ask for it

        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            if self.normalization:
                L, classes = self.num_layers, len(self.params[f"b{self.num_layers}"])
                self.params |= {f"gamma{L}": np.ones(classes), f"beta{L}": np.zeros(classes)}
                self.norm_params.append({})

        def steps(self, layer: int) -> list[str]:
            last = layer == self.num_layers and self.normalization
            return [*super().steps(layer), *([self.normalization] if last else [])]

    return {"FullyConnectedNet": FullyConnectedNet}


def changed_step(ref: Any, name: str, change: Any) -> Mapping[str, Any]:
    """The deep class with one step replaced by ``change(net, step, layer, x)``."""
    right = getattr(ref.FullyConnectedNet, name)

    def step(net: Any, layer: int, x: Any) -> Any:
        return change(net, lambda layer, x: right(net, layer, x), layer, x)

    return nets(ref, **{name: step})


def always_training(net: Any, step: Any, layer: int, x: Any) -> Any:
    """A step as in training, whatever the mode is."""
    mode, net.mode = net.mode, "train"
    try:
        return step(layer, x)
    finally:
        net.mode = mode


@mistake(
    "net-batchnorm-never-tests",
    parts=DEEP,
    sentence="Batch normalisation never enters test mode: the scores depend on the batch that they are computed in.",
    hint="Which key of each bn_param tells batch normalisation the mode, and what does your loss write into it?",
)
def never_tests(ref: Any) -> Mapping[str, Any]:
    """Batch normalisation that always trains."""
    return changed_step(ref, "batchnorm", always_training)


@mistake(
    "net-layernorm-is-batchnorm",
    parts=DEEP,
    sentence="Layer normalisation normalises each feature over the batch, as batch normalisation does in training.",
    hint="Over which axis are the mean and the variance of one sample taken?",
)
def layernorm_is_batchnorm(ref: Any) -> Mapping[str, Any]:
    """Statistics of the batch in both modes."""
    batchnorm = ref.FullyConnectedNet.batchnorm

    def layernorm(net: Any, layer: int, x: Any) -> Any:
        return always_training(net, lambda layer, x: batchnorm(net, layer, x), layer, x)

    return nets(ref, layernorm=layernorm)


@mistake(
    "net-layernorm-runs-batchnorm",
    parts=DEEP,
    sentence="With layer normalisation the net does batch normalisation, running statistics in test mode included.",
    hint="Which functions does your net call if normalization is 'layernorm'?",
)
def layernorm_runs_batchnorm(ref: Any) -> Mapping[str, Any]:
    """Batch normalisation in its place."""
    return nets(ref, layernorm=ref.FullyConnectedNet.batchnorm)


def other_eps(name: str) -> Any:
    """A variant of a normalisation whose eps is zero."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def without(net: Any, step: Any, layer: int, x: Any) -> Any:
            kept = net.eps
            net.eps = 0.0
            try:
                return step(layer, x)
            finally:
                net.eps = kept

        return changed_step(ref, name, without)

    return variant


BATCHNORM_EPS, LAYERNORM_EPS = (
    mistake(
        f"net-{name}norm-eps-ignored",
        parts=DEEP,
        sentence=f"The {name} normalisation in this net divides by the standard deviation as if eps were 0.",
        hint=f"Look at where eps enters in your {name}norm_forward, in both modes, and at its default value.",
    )(other_eps(f"{name}norm"))
    for name in ("batch", "layer")
)


@mistake(
    "net-dropout-backward-absent",
    parts=DEEP,
    sentence="The gradients do not go back through dropout.",
    hint="What was dropped in the forward pass has no say in the loss.",
)
def dropout_backward_absent(ref: Any) -> Mapping[str, Any]:
    """A mask in the forward pass only."""

    def change(net: Any, step: Any, layer: int, x: Any) -> Any:
        return step(layer, x)[0], lambda dout: (dout, {})

    return changed_step(ref, "dropout", change)


@mistake(
    "net-never-drops",
    parts=DEEP,
    sentence="The net never drops anything: in training its loss is the one without dropout, whatever the seed.",
    hint="Does loss call dropout_forward after each ReLU, and does the net go on with what it returns?",
)
def never_drops(ref: Any) -> Mapping[str, Any]:
    """The step is left out."""
    return with_steps(ref, lambda steps, last: [step for step in steps if step != "dropout"])


DROPS_WHEN_TESTED = pattern(
    "net-dropout-never-tests",
    parts=DEEP,
    checks=("fully_connected_net/dropout",),
    fails={"test mode"},
    sentence="Dropout stays on in test mode: the scores of a trained net depend on the seed of its masks.",
    hint="Which key of dropout_param tells dropout the mode, and what does your loss write into it?",
)

ROWS_ONLY = pattern(
    "net-rows-only",
    parts=BOTH,
    checks=("modular_two_layer_net/scores", "fully_connected_net/plain"),
    fails={"image-shaped samples"},
    sentence="It is right for samples that are rows of features, and not for samples with more axes, such as images.",
    hint="X has the shape (N, d_1, ..., d_k): what takes it for a matrix?",
)

WITHOUT_DROPOUT = pattern(
    "net-right-without-dropout",
    parts=DEEP,
    checks=("fully_connected_net/dropout",),
    fails={"", "three hidden layers"},
    may={"test mode", "what is dropped"},
    sentence="The gradients are right without dropout, and with it they are not those of the loss.",
    hint="Does every step of the forward pass have its step back, dropout too, in the reverse order?",
)


@mistake(
    "net-weights-transposed",
    parts=("modular_two_layer_net",),
    sentence="The weights are stored transposed: (outputs, inputs) instead of (inputs, outputs).",
    hint="In the exercise, x of shape (N, D) is multiplied by W from the right.",
)
def weights_transposed(ref: Any) -> Mapping[str, Any]:
    """The same numbers in the other shape, as drawn by whoever swaps the sizes."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.params |= {name: self.params[name].reshape(self.params[name].shape[::-1]) for name in ("W1", "W2")}

        def loss(self, X: Any, y: Any = None) -> Any:
            raise ValueError("The weights that it is given have another shape.")

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "net-weight-scale-ignored",
    parts=("modular_two_layer_net",),
    sentence="The weights have the same spread whatever weight_scale is.",
    hint="Where does weight_scale enter?",
)
def weight_scale_ignored(ref: Any) -> Mapping[str, Any]:
    """Always the default scale."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, *arguments: Any, weight_scale: float = 1e-3, **options: Any) -> None:
            super().__init__(*arguments, **options)

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "net-weights-unscaled",
    parts=("modular_two_layer_net",),
    sentence="The initial weights are standard normal: weight_scale does not multiply them.",
    hint="Where does weight_scale enter?",
)
def weights_unscaled(ref: Any) -> Mapping[str, Any]:
    """A scale of 1."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **{**options, "weight_scale": 1.0})

    return {"TwoLayerNet": TwoLayerNet}


@mistake(
    "net-biases-of-one",
    parts=("modular_two_layer_net",),
    sentence="The initial biases are 1; they should be 0.",
    hint="What do the biases start at?",
)
def biases_of_one(ref: Any) -> Mapping[str, Any]:
    """Ones."""

    class TwoLayerNet(ref.TwoLayerNet):  # type: ignore[misc]  # the reference is known at run time only
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self.params |= {name: np.ones_like(self.params[name]) for name in ("b1", "b2")}

    return {"TwoLayerNet": TwoLayerNet}
