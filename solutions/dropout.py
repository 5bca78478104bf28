"""Inverted dropout (CS231n, layers.py; Srivastava et al. 2014, with the scaling moved to training).

Training, with r uniform on [0, 1) and p the probability of keeping an entry:

    mask = (r < p) / p        out = x mask        dx = dout mask

so that the mean of out is x. In test mode out = x and dx = dout. Elementwise arithmetic gains nothing from a kernel.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, expect_shape

DropoutCache = Floats | None


def dropout_forward(x: npt.ArrayLike, dropout_param: dict[str, Any]) -> tuple[Floats, DropoutCache]:
    """Return (out, cache): x of any shape, out float64 of the same shape; the cache is the mask, None in test mode.

    dropout_param: mode, "train" or "test"; p, the probability of keeping, above 0 and at most 1; seed (optional), a
    whole number that fixes the mask; without it, NumPy's global generator draws. ValueError for any other mode or p.
    """
    x = as_float64(x)
    mode, p = dropout_param["mode"], dropout_param["p"]
    if mode not in ("train", "test"):
        raise ValueError(f"mode is {mode!r}; expected 'train' or 'test'.")
    if not 0 < p <= 1:
        raise ValueError(f"p is {p!r}; expected a probability above 0 and at most 1.")
    if mode == "test":
        return x.copy(), None
    seed = dropout_param.get("seed")
    # The exercise's own seeding, np.random.seed(seed), draws the same numbers; this leaves the global state alone.
    draw = np.random.random_sample if seed is None else np.random.RandomState(seed).random_sample
    mask = (draw(x.shape) < p) / p
    return x * mask, mask


def dropout_backward(dout: npt.ArrayLike, cache: DropoutCache) -> Floats:
    """Return dx in the shape of dout, for the cache of dropout_forward; ValueError if dout has another shape than x."""
    dout = as_float64(dout)
    if cache is None:
        return dout.copy()
    expect_shape("dout", dout, cache.shape)
    return dout * cache
