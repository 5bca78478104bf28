"""Fully connected networks of any depth: their parameters, and how the class of each edition is made and called."""

from __future__ import annotations

import contextlib
import inspect
from copy import copy
from itertools import pairwise
from typing import Any

import numpy as np

from grader.expectations import Array
from grader.spec import integers, normal
from student_template.checks._parameters import gradients_of, own_names, set_params

SEED = 123
SEEDS = (SEED, 7, 2023)  # by chance, one seed may drop only what is 0 anyway


def network(*hidden: int, reg: float, norm: bool = False) -> dict[str, Any]:
    """Samples, labels and parameters: biases, gammas and betas that are not those of a fresh net."""
    N, D, C = 6, 4, 3
    sizes = [D, *hidden, C]
    case: dict[str, Any] = {"X": normal(N, D), "y": integers(0, C, N), "reg": reg}
    for layer, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        case |= {f"W{layer}": normal(inputs, outputs, scale=inputs**-0.5), f"b{layer}": normal(outputs, scale=0.5)}
        if norm and layer <= len(hidden):
            case |= {f"gamma{layer}": normal(outputs, shift=1.0, scale=0.2), f"beta{layer}": normal(outputs, scale=0.3)}
    return case


def made(
    code: Any,
    params: dict[str, Array],
    reg: float = 0.0,
    norm: str = "",
    keep: float = 1.0,
    seed: int = SEED,
    **options: Any,
) -> Any:
    """A network of the student's class with parameters of these shapes, by the signature of its edition.

    2016-2017: dropout=0 is the probability to drop, and use_batchnorm; 2018-2020: dropout=1 is the probability to
    keep, and normalization; from 2021 on it is called dropout_keep_ratio.
    """
    biases = [params[f"b{layer}"] for layer in range(1, 1 + sum(name[0] == "W" for name in params))]
    *hidden, classes = map(len, biases)
    accepted = inspect.signature(code.FullyConnectedNet).parameters
    if norm and "normalization" in accepted:
        options["normalization"] = norm
    elif norm == "batchnorm":
        options["use_batchnorm"] = True
    elif norm:
        getattr(code, "The layer normalisation of FullyConnectedNet")  # says that it is missing
    if "dropout_keep_ratio" in accepted:
        options["dropout_keep_ratio"] = keep
    elif "dropout" in accepted:
        options["dropout"] = keep if accepted["dropout"].default == 1 else 1 - keep
    sizes = {"input_dim": len(params["W1"]), "num_classes": classes}
    net = code.FullyConnectedNet(hidden, **sizes, **options, reg=reg, dtype=np.float64, seed=seed)
    if not net.params:  # as in the course's stub, which raises nothing
        getattr(code, "The body of FullyConnectedNet.__init__")
    if norm and len(net.params) <= 2 * len(biases):  # nothing beside weights and biases
        getattr(code, f"The {norm[:5]} normalisation of FullyConnectedNet")
    return net


def build(code: Any, params: dict[str, Array], *arguments: Any, **options: Any) -> Any:
    """The same with the given parameters."""
    net = made(code, params, *arguments, **options)
    set_params(net, params)
    return net


def first(code: Any, X: Array, y: Array, params: dict[str, Array], norm: str, weight_scale: float) -> dict[str, Any]:
    """The parameters of a fresh net: each weight array, and of the others all of a kind as one array.

    They are those of a net that can be run: without its forward pass nothing is asked of them.
    """
    net = made(code, params, norm=norm, weight_scale=weight_scale)
    own = {name: copy(net.params.get(held)) for name, held in own_names(net.params, params).items()}
    with contextlib.suppress(Exception):  # some have running statistics only once they were trained
        net.loss(X, y)
    if net.loss(X) is None:
        getattr(code, "The body of FullyConnectedNet.loss")
    return of_a_kind(own, norm, "initial_")


def of_a_kind(found: dict[str, Any], norm: str, before: str = "") -> dict[str, Any]:
    """Each weight array, and the biases, gammas and betas of all layers, in their order, as one array each."""
    kinds = {"biases": "b", "gammas": "gamma", "betas": "beta"} if norm else {"biases": "b"}
    rest = {
        kind: flat([value for name, value in found.items() if name.rstrip("1234") == start])
        for kind, start in kinds.items()
    }
    return {before + name: value for name, value in ({n: v for n, v in found.items() if n[0] == "W"} | rest).items()}


def flat(arrays: list[Any]) -> Any:
    """All arrays as one, in their order, so that a row (1, M) counts as (M,); else the first that is no array."""
    odd = [value for value in arrays if not isinstance(value, np.ndarray)]
    if odd:
        return odd[0]
    return np.concatenate([value.ravel() for value in arrays])


def trained(code: Any, net: Any, X: Array, y: Array, params: dict[str, Array]) -> Any:
    """The loss, and the gradients by the parameters' names."""
    both = net.loss(X, y)
    if both is None or not both[1]:
        getattr(code, "The body of FullyConnectedNet.loss")
    loss, grads = both
    return loss, gradients_of(net, grads, params)
