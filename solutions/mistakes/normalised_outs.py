"""What can go wrong with the result of a normalisation. A module without mistakes of its own."""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Normalised(NamedTuple):
    """What a forward pass knows; all but eps broadcast to x."""

    x: Any
    gamma: Any
    beta: Any
    mean: Any
    var: Any
    eps: float

    @property
    def xhat(self) -> Any:
        """The normalised values."""
        return (self.x - self.mean) / np.sqrt(self.var + self.eps)

    def divided(self, by: Any) -> Any:
        """What comes out where the centred values are divided by something else."""
        return self.gamma * (self.x - self.mean) / by + self.beta


class OutSlip(NamedTuple):
    """What is wrong with out, and what out is then."""

    code: str
    sentence: str
    hint: str
    out: Callable[[Normalised], Any]


SCALE = "After the normalisation two parameters decide about scale and mean of each feature. Which, and how?"
STEPS = "Compare with the formula step by step: what is subtracted, and what is divided by?"
OVER = "Over which axes do the mean and the variance go?"

OUT_SLIPS = (
    OutSlip("beta-absent", "beta is not added.", SCALE, lambda at: at.gamma * at.xhat),
    OutSlip("gamma-absent-in-out", "gamma does not multiply the normalised values.", SCALE, lambda at: at.xhat + at.beta),
    OutSlip("gamma-and-beta-absent", "Neither gamma nor beta is applied to the normalised values.", SCALE, lambda at: at.xhat + 0 * at.gamma),
    OutSlip("gamma-and-beta-swapped", "gamma and beta are swapped.", SCALE, lambda at: at.beta * at.xhat + at.gamma),
    OutSlip("beta-multiplied", "gamma and beta are added, and both multiply the normalised values.", SCALE, lambda at: (at.gamma + at.beta) * at.xhat),
    OutSlip("beta-scaled", "beta is added before gamma multiplies, so gamma scales it as well.", SCALE, lambda at: at.gamma * (at.xhat + at.beta)),
    OutSlip("beta-subtracted", "beta is subtracted; it should be added.", SCALE, lambda at: at.gamma * at.xhat - at.beta),
    OutSlip("x-not-normalised", "gamma and beta are applied to x itself; the normalised values are not used.", SCALE, lambda at: at.gamma * at.x + at.beta),
    OutSlip("not-divided", "x is centred, but not divided by the standard deviation.", STEPS, lambda at: at.divided(1.0)),
    OutSlip("not-centred", "The mean is not subtracted from x.", STEPS, lambda at: at.gamma * at.x / np.sqrt(at.var + at.eps) + at.beta),
    OutSlip("divided-by-variance", "The centred values are divided by var + eps; it should be divided by its square root.", STEPS, lambda at: at.divided(at.var + at.eps)),
    OutSlip("divided-by-variance-alone", "The centred values are divided by the variance, without a root and without eps.", STEPS, lambda at: at.divided(at.var)),
    OutSlip("eps-squared", "eps is squared before it is added to the variance.", "eps is added to the variance as it is given.", lambda at: at.divided(np.sqrt(at.var + at.eps**2))),
    OutSlip("eps-tiny", "eps is always 1e-8; it should be the one that is given, or 1e-5 by default.", "Read eps from the dictionary.", lambda at: at.divided(np.sqrt(at.var + 1e-8))),
    OutSlip("variance-not-averaged", "The squares are summed and not averaged, so that the variance is too large.", "A variance is a mean.", lambda at: at.divided(np.sqrt(at.var * (at.x.size / at.var.size) + at.eps))),
    OutSlip("variance-not-centred", "The variance is the mean of the squares of x; the mean is not subtracted first.", "What is squared and averaged in a variance?", lambda at: at.divided(np.sqrt(at.var + at.mean**2 + at.eps))),
    OutSlip("statistics-of-all", "One mean and one variance are taken over all numbers of x.", OVER, lambda at: at._replace(mean=at.x.mean(), var=at.x.var()).divided(np.sqrt(at.x.var() + at.eps))),
    OutSlip("mean-of-all", "One mean is taken over all numbers of x.", OVER, lambda at: at._replace(mean=at.x.mean()).divided(np.sqrt(at.var + at.eps))),
    OutSlip("squares-about-mean-of-all", "One mean is taken over all numbers of x, and the squares are taken about it.", OVER, lambda at: at._replace(mean=at.x.mean()).divided(np.sqrt(at.var + (at.mean - at.x.mean()) ** 2 + at.eps))),
    OutSlip("variance-of-all", "One variance is taken over all numbers of x.", OVER, lambda at: at.divided(np.sqrt(at.x.var() + at.eps))),
)  # fmt: skip
