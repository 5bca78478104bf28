"""The parameters of a student's network, whatever it calls them: by name, by shape and order, or by a shape alone."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from grader.expectations import Array

DIGITS = "0123456789"


def set_params(net: Any, params: Mapping[str, Array]) -> None:
    """Set the parameters in place where they fit, since layers may hold references to them.

    ValueError if one that the network has made for itself is of another size, or if none is found for it and others
    are there that it could be.
    """
    names = own_names(net.params, params)
    for name, value in params.items():
        own = names[name]
        have = net.params.get(own)
        if isinstance(have, np.ndarray) and have.size != value.size:
            raise ValueError(f"the network's own {own} has shape {have.shape}; expected {value.shape}")
        same = isinstance(have, np.ndarray) and have.squeeze().shape == value.squeeze().shape
        if same and have.dtype == value.dtype:
            have[...] = value.reshape(have.shape)  # a bias may be a row (1, M)
        else:
            net.params[own] = value.copy()


def own_names(held: Mapping[Any, Any], params: Mapping[str, Array]) -> dict[str, str]:
    """What the net calls each parameter: the same, or W0, W1, ... for W1, W2, ..., or what has its shapes in order.

    ValueError names what was looked for and what is there, if there is something that nothing is found for.
    """
    names = counted_otherwise(by_stem(held), by_stem(params))
    names = {name: names.get(name, name) for name in params}
    missing = [name for name in params if names[name] not in held]
    left = [str(name) for name in held if name not in names.values()]
    free = by_stem(left)
    for stem, wanted in by_stem(missing).items():
        fits = [other for other, have in free.items() if fitting([held[name] for name in have], wanted, params)]
        if fits:
            nearest = max(fits, key=lambda other: difflib.SequenceMatcher(None, other, stem).ratio())
            names |= dict(zip(wanted, free.pop(nearest), strict=True))
        elif alone := alone_of_shape([name for have in free.values() for name in have], held, wanted, params):
            names |= alone
            free = by_stem([name for have in free.values() for name in have if name not in alone.values()])
        elif left:
            there = ", ".join(f"{name} {np.shape(held[name])}" for name in held)
            looked = ", ".join(f"{name} {params[name].shape}" for name in wanted)
            raise ValueError(f"params holds {there}; looked for {looked} and found nothing that could be meant")
    return names


def by_stem(names: Iterable[Any]) -> dict[str, list[str]]:
    """The names by what stands before their numbers, in the order of these."""
    stems: dict[str, list[str]] = {}
    for name in map(str, names):
        stems.setdefault(name.rstrip(DIGITS), []).append(name)
    return {stem: sorted(found, key=lambda name: int(name[len(stem) :] or 0)) for stem, found in stems.items()}


def counted_otherwise(held: Mapping[str, list[str]], wanted: Mapping[str, list[str]]) -> dict[str, str]:
    """Those that are called the same and counted from another number."""
    both = {stem: names for stem, names in wanted.items() if len(held.get(stem, ())) == len(names)}
    return {name: own for stem, names in both.items() for name, own in zip(names, held[stem], strict=True)}


def fitting(values: list[Any], wanted: list[str], params: Mapping[str, Array]) -> bool:
    """Whether these are arrays of the shapes of the wanted parameters, in their order."""
    if len(values) != len(wanted):
        return False
    shapes = [
        (np.squeeze(value).shape, params[name].squeeze().shape) for value, name in zip(values, wanted, strict=True)
    ]
    return all(own == right for own, right in shapes)


def alone_of_shape(
    left: list[str], held: Mapping[Any, Any], wanted: list[str], params: Mapping[str, Array]
) -> dict[str, str]:
    """For each wanted parameter the only one left that has its shape; nothing unless each has one of its own."""
    found = {}
    for name in wanted:
        fits = [other for other in left if fitting([held[other]], [name], params)]
        if len(fits) == 1:
            found[name] = fits[0]
    return found if len(set(found.values())) == len(wanted) else {}


def gradients_of(net: Any, grads: Mapping[Any, Any], params: Mapping[str, Array]) -> dict[str, Any]:
    """The gradients by the parameters' usual names; None for one that is not there."""
    return {name: grads.get(own, grads.get(name)) for name, own in own_names(net.params, params).items()}


def only_gradients_of(net: Any, grads: Mapping[Any, Any], params: Mapping[str, Array]) -> dict[str, Any]:
    """The same where nothing else is asked for; ValueError if none of them is there, and others are."""
    found = gradients_of(net, grads, params)
    if grads and all(value is None for value in found.values()):
        there, looked = ", ".join(map(str, grads)), ", ".join(own_names(net.params, params).values())
        raise ValueError(
            f"grads holds {there}; looked for {looked}, the names of the parameters, and found none of them"
        )
    return found
