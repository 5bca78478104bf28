"""What becomes of eps in layer and group normalisation: left out, fixed or misplaced, in both passes or backward.

Another default stands last, so that it is tried on top of each of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.mistakes import mistake
from solutions.mistakes.layer_norm import FORWARDS, PARTS, backward_only, both
from solutions.mistakes.normalised_rows import divided_by_std, exact_outside_root, outside_root, staged_outside_root


@mistake(
    "layernorm-eps-hard-coded",
    parts=PARTS,
    sentence="eps is always 1e-5, whatever ln_param or gn_param says.",
    hint="Read eps from the dictionary.",
)
def eps_hard_coded(ref: Any) -> Mapping[str, Any]:
    """The default of eps in every case."""
    return both(ref, eps_read=lambda settings: 1e-5)


@mistake(
    "layernorm-eps-hard-coded-backward",
    parts=PARTS,
    sentence="The backward pass uses an eps of 1e-5, whatever the forward pass was given.",
    hint="What the backward pass needs to know belongs into the cache.",
)
def eps_hard_coded_backward(ref: Any) -> Mapping[str, Any]:
    """The default of eps in the backward pass."""
    return backward_only(ref, both(ref, eps_read=lambda settings: 1e-5))


@mistake(
    "layernorm-eps-absent",
    parts=PARTS,
    sentence="eps is not used: the normalisation divides by the standard deviation alone.",
    hint="What happens to a sample whose features are all the same?",
)
def eps_absent(ref: Any) -> Mapping[str, Any]:
    """An eps of 0."""
    return both(ref, eps_read=lambda settings: 0.0)


@mistake(
    "layernorm-eps-absent-backward",
    parts=PARTS,
    sentence="The backward pass leaves eps out: it divides by the standard deviation alone.",
    hint="It has to divide by what the forward pass divided by.",
)
def eps_absent_backward(ref: Any) -> Mapping[str, Any]:
    """An eps of 0 in the backward pass."""
    return backward_only(ref, both(ref, eps_read=lambda settings: 0.0))


@mistake(
    "layernorm-eps-outside-root",
    parts=PARTS,
    sentence="eps is added to the standard deviation, outside the square root; it belongs to the variance.",
    hint="Compare where eps stands in the formula.",
)
def eps_outside_root(ref: Any) -> Mapping[str, Any]:
    """Beside the root, and the backward pass is the gradient of that."""
    return both(ref, eps_of=outside_root, change=exact_outside_root)


@mistake(
    "layernorm-backward-std-plus-eps-staged",
    parts=PARTS,
    sentence="The backward pass goes through std + eps, but takes the derivative of the root at var + eps.",
    hint="eps belongs under the root, in both passes.",
)
def backward_std_plus_eps_staged(ref: Any) -> Mapping[str, Any]:
    """Back in stages, with two roots."""
    return backward_only(ref, both(ref, eps_of=outside_root, change=staged_outside_root))


@mistake(
    "layernorm-backward-std-plus-eps",
    parts=PARTS,
    sentence="The backward pass has std + eps where the square root of var + eps belongs.",
    hint="It has to divide by what the forward pass should divide by.",
)
def backward_std_plus_eps(ref: Any) -> Mapping[str, Any]:
    """The right formula with the wrong root in it."""
    return backward_only(ref, both(ref, eps_of=outside_root))


@mistake(
    "layernorm-backward-std-and-std-plus-eps",
    parts=PARTS,
    sentence="The backward pass normalises x with std + eps, and divides dx by the standard deviation without eps.",
    hint="Both should be the square root of var + eps.",
)
def backward_std_and_std_plus_eps(ref: Any) -> Mapping[str, Any]:
    """Two wrong roots."""
    return backward_only(ref, both(ref, eps_of=outside_root, change=divided_by_std))


@mistake(
    "layernorm-eps-default",
    parts=PARTS,
    sentence="Where ln_param or gn_param holds no eps, next to none is used; the default is 1e-5.",
    hint="Which eps is taken when the dictionary is empty?",
)
def eps_default(ref: Any) -> Mapping[str, Any]:
    """A default that is too small to matter."""

    def forward_of(name: str) -> Any:
        forward = getattr(ref, name)
        return lambda *arguments: forward(*arguments[:-1], {"eps": 1e-12, **arguments[-1]})

    return {name: forward_of(name) for name in FORWARDS}
