"""What goes wrong in the affine and the ReLU layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake, pattern


@mistake(
    "affine-weights-transposed",
    parts=("affine",),
    sentence="The weights are taken as (M, D), one row an output; here they are (D, M).",
    hint="Which axis of w has the length of a flattened sample?",
)
def weights_transposed(ref: Any) -> Mapping[str, Any]:
    """x wᵀ + b, and gradients to match; it raises unless w is square."""

    def affine_forward(x: Any, w: Any, b: Any) -> Any:
        return ref.affine_forward(x, w.T, b)[0], (x, w, b)

    def affine_backward(dout: Any, cache: Any) -> Any:
        x, w, b = cache  # also where the forward pass has raised
        dx, dw, db = ref.affine_backward(dout, ref.affine_forward(x, w.T, b)[1])
        return dx, dw.T, db

    return {"affine_forward": affine_forward, "affine_backward": affine_backward}


@mistake(
    "affine-bias-forgotten",
    parts=("affine",),
    sentence="The bias is not added.",
    hint="What is out where x is 0?",
)
def bias_forgotten(ref: Any) -> Mapping[str, Any]:
    """x w."""
    return {"affine_forward": lambda x, w, b: ref.affine_forward(x, w, np.zeros_like(b))}


def in_backward(code: str, sentence: str, hint: str, change: Callable[[Any, Any, Any], Any]) -> Mistake:
    """A mistake that changes what the affine layer's backward pass returns."""

    @mistake(code, parts=("affine",), sentence=sentence, hint=hint)
    def variant(ref: Any) -> Mapping[str, Any]:
        return {"affine_backward": lambda dout, cache: change(*ref.affine_backward(dout, cache))}

    return variant


def reversed_axes(dx: Any, dw: Any) -> Any:
    """dw as xᵀ dout gives it while x still has all its axes."""
    sample = dx.shape[1:]
    return np.moveaxis(dw.reshape(*sample, -1).T, 0, -1)


dx_not_reshaped = in_backward(
    "affine-dx-not-reshaped",
    "dx comes back flattened, (N, D); it should have the shape of x.",
    "A gradient has the shape of what it belongs to.",
    lambda dx, dw, db: (dx.reshape(len(dx), -1), dw, db),
)
dw_not_flattened = in_backward(
    "affine-dw-from-unflattened-x",
    "dw is computed from x with all its axes; x should be flattened first, as in the forward pass.",
    "Which shape has x.T if x has more than two axes?",
    lambda dx, dw, db: (dx, reversed_axes(dx, dw), db),
)

NOT_FLATTENED = "Right for plain vectors only: samples with more than one axis fail."
forward_for_vectors = pattern(
    "affine-vectors-only",
    parts=("affine",),
    checks=("affine/forward",),
    fails={"", "a single sample", "square weights"},
    sentence=NOT_FLATTENED,
    hint="Each sample is a row of D numbers for this layer; which shape has x when it is multiplied?",
)
backward_for_vectors = pattern(
    "affine-backward-vectors-only",
    parts=("affine",),
    checks=("affine/backward",),
    fails={"", "image-shaped samples", "square weights"},
    sentence=NOT_FLATTENED,
    hint="Each sample is a row of D numbers for this layer; which shape has x when it is multiplied?",
)


@mistake(
    "relu-gradient-not-masked",
    parts=("relu",),
    sentence="The backward pass returns dout as it is.",
    hint="Where x is negative, out does not change with x.",
)
def relu_not_masked(ref: Any) -> Mapping[str, Any]:
    """The identity."""
    return {"relu_backward": lambda dout, cache: dout}


@mistake(
    "relu-gradient-by-its-sign",
    parts=("relu",),
    sentence="The backward pass keeps dout where dout is positive; it depends on where x is positive.",
    hint="What did the forward pass keep, and what is in the cache for?",
)
def relu_by_its_sign(ref: Any) -> Mapping[str, Any]:
    """The forward pass once more, of dout."""
    return {"relu_backward": lambda dout, cache: ref.relu_forward(dout)[0]}
