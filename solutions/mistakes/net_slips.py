"""What goes wrong on the way back through a deep network, with its modes, with normalised layers, and with its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import mistake
from solutions.mistakes.dense_layers import softmax
from solutions.mistakes.fully_connected_nets import BOTH, DEEP, nets
from solutions.mistakes.net_loops import DIGITS, NORMS, STEPS, going_back_with
from solutions.mistakes.networks import Call, networks


def without_gradients(*kinds: str) -> Callable[[Any], Mapping[str, Any]]:
    """A variant that does not return the gradients of gamma, of beta, or of both."""

    def change(call: Call) -> Any:
        return call.loss, {name: value for name, value in call.grads.items() if name.rstrip(DIGITS) not in kinds}

    return lambda ref: networks(ref, change)


IN_GRADS = "grads needs an entry for every parameter in params; what does your loop do with what the layer returns?"
NOT_KEPT = tuple(
    mistake(code, parts=DEEP, sentence=sentence, hint=IN_GRADS)(without_gradients(*kinds))
    for code, sentence, kinds in (
        (
            "net-scale-gradients-not-returned",
            "The normalisation has its backward pass, but the gradients of gamma and beta are not in grads.",
            ("gamma", "beta"),
        ),
        ("net-gamma-gradients-not-returned", "The gradients of gamma are not in grads.", ("gamma",)),
        ("net-beta-gradients-not-returned", "The gradients of beta are not in grads.", ("beta",)),
    )
)


def in_reverse(*names: str) -> Callable[[Any], Mapping[str, Any]]:
    """The backward pass takes the caches in the order of the forward pass."""
    return going_back_with(lambda layer, last: last + 1 - layer, *names)


REVERSED = tuple(
    mistake(
        code,
        parts=DEEP,
        sentence=f"The backward pass takes the caches of {what} in the wrong order, first layer first.",
        hint="Which of them was kept last, and which is needed first on the way back?",
    )(in_reverse(*names))
    for code, what, names in (
        ("net-caches-reversed", "the hidden layers", (*STEPS, "dropout")),
        ("net-relu-caches-reversed", "the ReLUs", ("relu",)),
        ("net-norm-caches-reversed", "the normalisations", NORMS),
        ("net-dropout-caches-reversed", "dropout", ("dropout",)),
        ("net-affine-caches-reversed", "the affine layers", ("affine",)),
    )
)


@mistake(
    "net-modes-exchanged",
    parts=DEEP,
    sentence="Training and test mode are swapped: a call with labels is taken as a test, and one without as training.",
    hint="What does it mean that y is None?",
)
def modes_exchanged(ref: Any) -> Mapping[str, Any]:
    """The other mode for the steps."""
    other = {"train": "test", "test": "train"}

    def changed(name: str) -> Any:
        right = getattr(ref.FullyConnectedNet, name)

        def step(net: Any, layer: int, x: Any) -> Any:
            mode, net.mode = net.mode, other[net.mode]
            try:
                return right(net, layer, x)
            finally:
                net.mode = mode

        return step

    return nets(ref, **{name: changed(name) for name in ("batchnorm", "dropout")})


def where_normalised(change: Callable[[list[str]], list[str]]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant with other steps in the hidden layers of a net that is normalised."""

    def variant(ref: Any) -> Mapping[str, Any]:
        right = ref.FullyConnectedNet.steps

        def steps(net: Any, layer: int) -> list[str]:
            found = right(net, layer)
            return change(found) if net.normalization and layer < net.num_layers else found

        return nets(ref, steps=steps)

    return variant


WITH_NORM = (
    mistake(
        "net-norm-replaces-relu",
        parts=DEEP,
        sentence="Where a layer is normalised, its ReLU is missing.",
        hint="The normalisation comes between the affine step and the ReLU, and replaces neither.",
    )(where_normalised(lambda steps: [step for step in steps if step != "relu"])),
    mistake(
        "net-relu-before-norm-too",
        parts=DEEP,
        sentence="Where a layer is normalised, it has two ReLUs with the normalisation between them.",
        hint="In which order do the steps of a hidden layer come?",
    )(
        where_normalised(
            lambda steps: [step for name in steps for step in (["relu", name] if name in NORMS else [name])]
        )
    ),
)


def relu_in_forward_only(ref: Any) -> Mapping[str, Any]:
    """The backward pass of the ReLU is left out where the layer is normalised."""
    right = ref.FullyConnectedNet.relu

    def relu(net: Any, layer: int, x: Any) -> Any:
        out, back = right(net, layer, x)
        return (out, lambda dout: (dout, {})) if net.normalization else (out, back)

    return nets(ref, relu=relu)


NO_WAY_BACK = mistake(
    "net-relu-backward-absent-with-norm",
    parts=DEEP,
    sentence="Where a layer is normalised, the gradients do not go back through its ReLU.",
    hint="Each step of the forward pass has its backward pass, with the normalisation and without.",
)(relu_in_forward_only)


def hinges(scores: Any, y: Any, loss: float, gradient: Any) -> Any:
    """The loss of an SVM."""
    rows = np.arange(len(y))
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    slopes = (margins > 0) * 1.0
    slopes[rows, y] = -slopes.sum(axis=1)
    return margins.sum() / len(y), slopes / len(y)


HINGE = mistake(
    "net-hinge-loss",
    parts=BOTH,
    sentence="The loss is the hinge loss of an SVM; the exercise asks for the softmax loss.",
    hint="Which loss function does your network call?",
)(lambda ref: nets(ref, **softmax(hinges)(ref.FullyConnectedNet)))
