"""What goes wrong in both passes of the affine layer, and where it comes right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import mistake, pattern


@mistake(
    "affine-weights-transposed",
    parts=("affine",),
    sentence="The weights are used as if they were (M, D), with a row for each output; they are (D, M).",
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


NOT_FLATTENED = "It is right for plain vectors only: samples with more than one axis fail."
forward_for_vectors = pattern(
    "affine-vectors-only",
    parts=("affine",),
    checks=("affine/forward",),
    fails={"", "a single sample", "square weights"},
    sentence=NOT_FLATTENED,
    hint="Each sample is a row of D numbers for this layer; what is the shape of x when it is multiplied?",
)
backward_for_vectors = pattern(
    "affine-backward-vectors-only",
    parts=("affine",),
    checks=("affine/backward",),
    fails={"", "image-shaped samples", "square weights"},
    sentence=NOT_FLATTENED,
    hint="Each sample is a row of D numbers for this layer; what is the shape of x when it is multiplied?",
)
