"""What goes wrong in the loop over the layers of a deep network: one layer's things taken for another's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.mistakes import mistake, pattern
from solutions.mistakes.fully_connected_nets import DEEP, changed_step, nets

CHECKS = tuple(f"fully_connected_net/{check}" for check in ("plain", "batchnorm", "layernorm"))
NORMS = ("batchnorm", "layernorm")
STEPS = ("affine", "relu", *NORMS)
DIGITS = "0123456789"

Step = Callable[[int, Any], Any]


def normalised(change: Callable[[Any, Step, int, Any], Any]) -> Callable[[Any], Mapping[str, Any]]:
    """A variant with both normalisations replaced by ``change(net, step, layer, x)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        methods = {name: getattr(changed_step(ref, name, change)["FullyConnectedNet"], name) for name in NORMS}
        return nets(ref, **methods)

    return variant


def with_params(net: Any, params: Mapping[str, Any], step: Step, layer: int, x: Any) -> Any:
    """A step with other parameters."""
    own, net.params = net.params, {**net.params, **params}
    try:
        return step(layer, x)
    finally:
        net.params = own


def first_scales(net: Any, step: Step, layer: int, x: Any) -> Any:
    """gamma1 and beta1 for all layers."""
    first = {f"{name}{layer}": net.params[f"{name}1"] for name in ("gamma", "beta")}
    return with_params(net, first, step, layer, x)


def first_gamma(net: Any, step: Step, layer: int, x: Any) -> Any:
    """gamma1 for all layers."""
    return with_params(net, {f"gamma{layer}": net.params["gamma1"]}, step, layer, x)


def exchanged(net: Any, step: Step, layer: int, x: Any) -> Any:
    """gamma and beta for each other."""
    gamma, beta = net.params[f"gamma{layer}"], net.params[f"beta{layer}"]
    return with_params(net, {f"gamma{layer}": beta, f"beta{layer}": gamma}, step, layer, x)


def gradients_exchanged(net: Any, step: Step, layer: int, x: Any) -> Any:
    """The gradients of gamma and beta for each other."""
    out, back = step(layer, x)

    def backward(dout: Any) -> Any:
        dx, own = back(dout)
        return dx, {f"gamma{layer}": own[f"beta{layer}"], f"beta{layer}": own[f"gamma{layer}"]}

    return out, backward


def passed_by(net: Any, step: Step, layer: int, x: Any) -> Any:
    """The gradients of gamma and beta, but the gradient goes on as it came."""
    out, back = step(layer, x)
    return out, lambda dout: (dout, back(dout)[1])


def forward_only(net: Any, step: Step, layer: int, x: Any) -> Any:
    """No backward pass, and so no gradients of gamma and beta."""
    return step(layer, x)[0], lambda dout: (dout, {})


def nothing(net: Any, step: Step, layer: int, x: Any) -> Any:
    """Neither forward nor backward pass."""
    return x, lambda dout: (dout, {})


LOOPS = tuple(
    mistake(code, parts=DEEP, sentence=sentence, hint=hint)(normalised(change))
    for code, change, sentence, hint in (
        (
            "net-first-scales-for-all",
            first_scales,
            "All layers are normalised with the gamma and beta of the first.",
            "Each hidden layer has a gamma and a beta of its own: look at the names in the loop.",
        ),
        (
            "net-first-gamma-for-all",
            first_gamma,
            "All layers are normalised with the gamma of the first.",
            "Each hidden layer has a gamma and a beta of its own: look at the names in the loop.",
        ),
        (
            "net-gamma-and-beta-exchanged",
            exchanged,
            "gamma and beta are swapped: the normalised values are multiplied by beta, and gamma is added.",
            "In which order does the normalisation take its arguments?",
        ),
        (
            "net-gamma-and-beta-gradients-exchanged",
            gradients_exchanged,
            "The gradients of gamma and beta are swapped.",
            "In which order does the backward pass of the normalisation return its results?",
        ),
        (
            "net-norm-in-forward-only",
            forward_only,
            "The normalisation has no backward pass: the gradients of gamma and beta are missing.",
            "Each step of the forward pass has its backward pass.",
        ),
        (
            "net-norm-left-out",
            nothing,
            "With this normalisation nothing is normalised, and gamma and beta have no gradients.",
            "Which value of normalization does loss look for?",
        ),
        (
            "net-norm-backward-passed-by",
            passed_by,
            "The gradient that the normalisation gives is not passed on: the layer below gets the one from above.",
            "What does each step of the backward pass hand to the next?",
        ),
    )
)


@mistake(
    "net-one-running-statistics",
    parts=DEEP,
    sentence="All layers share the running statistics of the first: there is one bn_param for all.",
    hint="Which of bn_params belongs to a layer?",
)
def one_running(ref: Any) -> Mapping[str, Any]:
    """The first entry for all."""

    def change(net: Any, step: Step, layer: int, x: Any) -> Any:
        own, net.norm_params = net.norm_params, [net.norm_params[0]] * len(net.norm_params)
        try:
            return step(layer, x)
        finally:
            net.norm_params = own

    return changed_step(ref, "batchnorm", change)


@mistake(
    "net-running-statistics-lost",
    parts=DEEP,
    sentence="The running statistics of batch normalisation are lost from call to call: test mode starts from none.",
    hint="batchnorm_forward writes them into the bn_param that it is given: is that the one that you keep?",
)
def statistics_lost(ref: Any) -> Mapping[str, Any]:
    """A fresh entry at each call."""

    def change(net: Any, step: Step, layer: int, x: Any) -> Any:
        net.norm_params[layer - 1] = {}
        return step(layer, x)

    return changed_step(ref, "batchnorm", change)


def going_back_with(cache: Callable[[int, int], int], *names: str) -> Callable[[Any], Mapping[str, Any]]:
    """A variant in which these steps of hidden layers go back with the cache of ``cache(layer, the last of them)``."""

    def variant(ref: Any) -> Mapping[str, Any]:
        def mixed_up(name: str) -> Any:
            right = getattr(ref.FullyConnectedNet, name)

            def step(net: Any, layer: int, x: Any) -> Any:
                out, back = right(net, layer, x)
                last = net.num_layers - 1
                if layer > last:
                    return out, back
                kept = vars(net).setdefault("kept", {})
                kept[name, layer] = back

                def backward(dout: Any) -> Any:
                    dx, own = kept[name, cache(layer, last)](dout)
                    return dx, {f"{key.rstrip(DIGITS)}{layer}": value for key, value in own.items()}

                return out, backward

            return step

        return nets(ref, **{name: mixed_up(name) for name in names})

    return variant


def last_kept(*names: str) -> Callable[[Any], Mapping[str, Any]]:
    """The loop overwrites what it kept of the layers before."""
    return going_back_with(lambda layer, last: last, *names)


CACHES = (
    mistake(
        "net-caches-overwritten",
        parts=DEEP,
        sentence="The backward pass of every hidden layer takes the cache of the last one.",
        hint="Is a cache kept for each layer, or does the loop overwrite it?",
    )(last_kept(*STEPS)),
    mistake(
        "net-relu-caches-overwritten",
        parts=DEEP,
        sentence="The ReLUs of all hidden layers go back with the cache of the last one.",
        hint="Is a cache kept for each layer, or does the loop overwrite it?",
    )(last_kept("relu")),
    mistake(
        "net-norm-caches-overwritten",
        parts=DEEP,
        sentence="The normalisations of all hidden layers go back with the cache of the last one.",
        hint="Is a cache kept for each layer, or does the loop overwrite it?",
    )(last_kept(*NORMS)),
)


ONE_SIZE = pattern(
    "net-one-size-only",
    parts=DEEP,
    checks=CHECKS,
    fails={"", "regularisation", "three hidden layers", "three hidden layers, regularisation"},
    may={"scores alone", "image-shaped samples", "first parameters"},
    sentence="It is right in a net whose layers all have the same size, and wrong in others.",
    hint="Which sizes do the parameters of a layer get, and which does the code expect?",
)
TWO_LAYERS = pattern(
    "net-two-hidden-layers-only",
    parts=DEEP,
    checks=CHECKS,
    fails={"three hidden layers", "three hidden layers, regularisation"},
    sentence="It is right for two hidden layers, and goes wrong for three.",
    hint="Does a number stand anywhere in your code that should be the number of layers?",
)
TWO_LAYERS_DROPPED = pattern(
    "net-two-hidden-layers-only-dropped",
    parts=DEEP,
    checks=("fully_connected_net/dropout",),
    fails={"three hidden layers", "what is dropped"},
    sentence="It is right for two hidden layers, and goes wrong for three.",
    hint="Does a number stand anywhere in your code that should be the number of layers?",
)
