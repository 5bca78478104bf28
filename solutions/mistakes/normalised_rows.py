"""Layers that normalise rows of numbers, each row by the reference's layer normalisation.

Which numbers of x make a row, and which eps a row gets, is the variant's choice. A module without mistakes of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# (an array of the shape of x, the number of groups) -> its numbers as rows (R, M)
Arrange = Callable[[Any, int], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One row on its way back: the arrays have shape (M,), ``dx`` and ``eps`` are those that it was normalised with."""

    x: Any
    dout: Any
    gamma: Any
    beta: Any
    xhat: Any
    dx: Any
    eps: float

    @property
    def g(self) -> Any:
        """What reaches the normalised values."""
        return self.dout * self.gamma

    @property
    def std(self) -> float:
        """The standard deviation, without eps."""
        return float(self.x.std())

    @property
    def slope(self) -> float:
        """By how much the row was stretched."""
        return float(1 / np.sqrt(self.x.var() + self.eps))


EpsOf = Callable[[float, Any], float]  # (the eps that is given, a row) -> the one that it is normalised with
Change = Callable[[Row], Any]


def given(eps: float, row: Any) -> float:
    """As it is given."""
    return eps


def outside_root(eps: float, row: Any) -> float:
    """The eps under the root that does what this one does beside it: sqrt(var + ...) = std + eps."""
    return float(2 * row.std() * eps + eps**2)


def untouched(row: Row) -> Any:
    """The gradient as the reference has it, with the row's eps as a constant."""
    return row.dx


@dataclass(frozen=True, slots=True)
class Rows:
    """A layer that is made of rows, with its forward and backward pass."""

    ref: Any
    arrange: Arrange
    eps_of: EpsOf = given
    change: Change = untouched

    def forward(self, x: Any, gamma: Any, beta: Any, eps: float, groups: int = 1) -> tuple[Any, Any]:
        """(out, cache); gamma and beta broadcast to x."""
        index = self.arrange(np.arange(x.size).reshape(x.shape), groups)
        rows, gammas, betas = (np.broadcast_to(value, x.shape).reshape(-1)[index] for value in (x, gamma, beta))
        out = np.empty(x.size)
        for places, row, scale, shift in zip(index, rows, gammas, betas, strict=True):
            out[places] = self._pass(row, scale, shift, self.eps_of(eps, row))[0][0]
        return out.reshape(x.shape), (index, rows, gammas, betas, eps)

    def backward(self, dout: Any, cache: Any) -> tuple[Any, Any, Any]:
        """dx, and what each number of x adds to the gradients of gamma and beta: all of the shape of x."""
        index, rows, gammas, betas, eps = cache
        found = np.empty((3, dout.size))
        for places, row, gamma, beta in zip(index, rows, gammas, betas, strict=True):
            used, back = self.eps_of(eps, row), dout.reshape(-1)[places]
            _, kept = self._pass(row, gamma, 0 * gamma, used)
            dx, dgamma, dbeta = (value.reshape(-1) for value in self.ref.layernorm_backward(back[None], kept))
            xhat = self._pass(row, np.ones_like(row), 0 * gamma, used)[0][0]
            found[:, places] = self.change(Row(row, back, gamma, beta, xhat, dx, used)), dgamma, dbeta
        dx, dgamma, dbeta = found.reshape(3, *dout.shape)
        return dx, dgamma, dbeta

    def _pass(self, row: Any, gamma: Any, beta: Any, eps: float) -> Any:
        with np.errstate(all="ignore"):
            return self.ref.layernorm_forward(row[None], gamma, beta, {"eps": eps})


# What becomes of dx. Where eps stands beside the root, the row's eps depends on x, and ``exact`` knows that.


def exact_outside_root(row: Row) -> Any:
    """The gradient of (x - mean) / (std + eps)."""
    return row.dx + row.xhat * np.mean(row.g * row.xhat) * (row.slope - 1 / row.std)


def staged_outside_root(row: Row) -> Any:
    """The same in stages, with sqrt(var + eps) for the standard deviation in the stage of the root."""
    eps = 1 / row.slope - row.std
    return row.dx + row.xhat * np.mean(row.g * row.xhat) * (row.slope - 1 / np.sqrt(row.std**2 + eps))


def divided_by_std(row: Row) -> Any:
    """The whole gradient divided by the standard deviation alone."""
    return row.dx / (row.slope * row.std)


def without_mean_path(row: Row) -> Any:
    """The mean taken as a constant."""
    return row.dx + row.slope * row.g.mean()


def without_variance_path(row: Row) -> Any:
    """The variance taken as a constant."""
    return row.slope * (row.g - row.g.mean())


def direct_path(row: Row) -> Any:
    """Mean and variance taken as constants."""
    return row.slope * row.g


def diagonal(row: Row) -> Any:
    """The terms of the other numbers of the row left out."""
    M = len(row.x)
    return row.slope * row.g * (M - 1 - row.xhat**2) / M


def counting(row: Row, count: float) -> Any:
    """Another number of values instead of the row's own."""
    return row.slope * row.g + (row.dx - row.slope * row.g) * len(row.x) / count


def x_overwritten(row: Row) -> Any:
    """x replaced by out before the backward pass centres it, on the way through the variance only."""
    written = (row.gamma * row.xhat + row.beta - row.x.mean()) * row.slope
    return without_variance_path(row) - row.slope * written * np.mean(row.g * row.xhat)
