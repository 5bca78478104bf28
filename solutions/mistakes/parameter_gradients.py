"""What can go wrong with dgamma and dbeta of a normalisation. A module without mistakes of its own."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Passed(NamedTuple):
    """What a backward pass knows; ``total`` sums an array of x's shape to one number a feature, ``count`` of them."""

    dout: Any
    x: Any
    centred: Any
    xhat: Any
    gamma: Any  # broadcasts to x
    beta: Any
    total: Callable[[Any], Any]

    @property
    def number(self) -> float:
        """How many numbers make one of them."""
        return float(self.dout.size / self.total(self.dout).size)


class ParameterSlip(NamedTuple):
    """What is wrong with dgamma or dbeta, and what is returned as (dgamma, dbeta)."""

    code: str
    sentence: str
    hint: str
    change: Callable[[Passed], tuple[Any, Any]]


def dgamma(at: Passed) -> Any:
    """As it should be."""
    return at.total(at.dout * at.xhat)


def dbeta(at: Passed) -> Any:
    """As it should be."""
    return at.total(at.dout)


OUT = "out = gamma xhat + beta: how does it change with each of the two?"
SHARED = "gamma and beta are shared: what reaches each of them from all places adds up."
SHAPE = "A gradient has the shape of what it belongs to."

PARAMETER_SLIPS = (
    ParameterSlip("gradients-swapped", "dgamma and dbeta are swapped.", OUT, lambda at: (dbeta(at), dgamma(at))),
    ParameterSlip("dgamma-averaged", "dgamma is averaged; it should be a sum.", SHARED, lambda at: (dgamma(at) / at.number, dbeta(at))),
    ParameterSlip("dbeta-averaged", "dbeta is averaged; it should be a sum.", SHARED, lambda at: (dgamma(at), dbeta(at) / at.number)),
    ParameterSlip("gradients-averaged", "dgamma and dbeta are averaged; they should be sums.", SHARED, lambda at: (dgamma(at) / at.number, dbeta(at) / at.number)),
    ParameterSlip("dgamma-from-x", "dgamma sums dout times x; gamma multiplies the normalised values.", OUT, lambda at: (at.total(at.dout * at.x), dbeta(at))),
    ParameterSlip("dgamma-from-centred", "dgamma sums dout times the centred values; gamma multiplies the normalised ones.", OUT, lambda at: (at.total(at.dout * at.centred), dbeta(at))),
    ParameterSlip("dgamma-from-out", "dgamma sums dout times out; gamma multiplies the normalised values.", OUT, lambda at: (at.total(at.dout * (at.gamma * at.xhat + at.beta)), dbeta(at))),
    ParameterSlip("dgamma-times-gamma", "dgamma is multiplied by gamma.", OUT, lambda at: (at.total(at.dout * at.gamma * at.xhat), dbeta(at))),
    ParameterSlip("dbeta-times-gamma", "dbeta is multiplied by gamma.", OUT, lambda at: (dgamma(at), at.total(at.dout * at.gamma))),
    ParameterSlip("gradients-times-gamma", "dgamma and dbeta are multiplied by gamma.", OUT, lambda at: (at.total(at.dout * at.gamma * at.xhat), at.total(at.dout * at.gamma))),
    ParameterSlip("dgamma-without-xhat", "dgamma sums dout alone, as dbeta does.", OUT, lambda at: (dbeta(at), dbeta(at))),
    ParameterSlip("dgamma-not-summed", "dgamma is not summed: it has the shape of x.", SHARED, lambda at: (at.dout * at.xhat, dbeta(at))),
    ParameterSlip("dbeta-not-summed", "dbeta is not summed: it has the shape of x.", SHARED, lambda at: (dgamma(at), at.dout)),
    ParameterSlip("gradients-not-summed", "dgamma and dbeta are not summed: they have the shape of x.", SHARED, lambda at: (at.dout * at.xhat, at.dout)),
    ParameterSlip("dgamma-one-number", "dgamma is summed to one number; there should be one for each entry of gamma.", SHAPE, lambda at: (np.sum(at.dout * at.xhat), dbeta(at))),
    ParameterSlip("dbeta-one-number", "dbeta is summed to one number; there should be one for each entry of beta.", SHAPE, lambda at: (dgamma(at), np.sum(at.dout))),
    ParameterSlip("gradients-one-number", "dgamma and dbeta are summed to one number each; there should be one for each entry.", SHAPE, lambda at: (np.sum(at.dout * at.xhat), np.sum(at.dout))),
    ParameterSlip("dgamma-zero", "dgamma is zero everywhere.", OUT, lambda at: (0 * dgamma(at), dbeta(at))),
    ParameterSlip("dbeta-zero", "dbeta is zero everywhere.", OUT, lambda at: (dgamma(at), 0 * dbeta(at))),
)  # fmt: skip
