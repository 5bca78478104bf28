"""What becomes of eps in batch normalisation: left out, fixed or misplaced, in training, in test mode or backward.

Of mistakes that explain as much, the narrower one speaks first: these stand before those of both modes. Another
default stands last, so that it is tried on top of each of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.mistakes import Mistake, mistake
from solutions.mistakes.batch_norm import PARTS, with_forward, with_settings
from solutions.mistakes.normalised_rows import (
    Change,
    Rows,
    divided_by_std,
    exact_outside_root,
    given,
    outside_root,
    staged_outside_root,
    untouched,
)

Read = Callable[[Mapping[str, Any]], float]  # bn_param -> the eps that is used

TRAINING = ("train", "backward")
TEST = ("test",)
BACKWARD = ("backward",)
ALL = TRAINING + TEST


def eps_given(bn_param: Mapping[str, Any]) -> float:
    """As it should be."""
    return float(bn_param.get("eps", 1e-5))


def channels(x: Any, groups: int) -> Any:
    """Each feature, or channel of images, as a row."""
    return x.swapaxes(0, 1).reshape(x.shape[1], -1)


def with_eps(
    ref: Any, where: tuple[str, ...], read: Read = eps_given, *, outside: bool = False, change: Change = untouched
) -> Mapping[str, Any]:
    """Another eps, or eps outside the root, in the given modes of all passes."""
    right, wrong = Rows(ref, channels), Rows(ref, channels, outside_root if outside else given, change)

    def forward_of(name: str) -> Any:
        def forward(x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
            column = (-1, *[1] * (x.ndim - 2))
            scale, shift = gamma.reshape(column), beta.reshape(column)
            if bn_param["mode"] == "test":
                if "test" in where:
                    var = np.asarray(bn_param["running_var"])
                    with np.errstate(all="ignore"):
                        root = np.sqrt(var) + read(bn_param) if outside else np.sqrt(var + read(bn_param))
                        gamma = gamma * np.sqrt(var + eps_given(bn_param)) / root
                return getattr(ref, name)(x, gamma, beta, bn_param)
            out, _ = getattr(ref, name)(x, gamma, beta, bn_param)  # the running statistics
            if "train" in where:
                out = wrong.forward(x, scale, shift, read(bn_param))[0]
            layer, eps = (wrong, read(bn_param)) if "backward" in where else (right, eps_given(bn_param))
            return out, (layer, layer.forward(x, scale, shift, eps)[1])

        return forward

    def backward(dout: Any, cache: Any) -> Any:
        dx, dgamma, dbeta = cache[0].backward(dout, cache[1])
        axes = (0, *range(2, dout.ndim))
        return dx, dgamma.sum(axis=axes), dbeta.sum(axis=axes)

    forwards = ("batchnorm_forward", "spatial_batchnorm_forward")
    backwards = ("batchnorm_backward", "batchnorm_backward_alt", "spatial_batchnorm_backward")
    return {name: forward_of(name) for name in forwards} | dict.fromkeys(backwards, backward)


def of_eps(code: str, sentence: str, hint: str, where: tuple[str, ...], read: Read = eps_given, **how: Any) -> Mistake:
    """A mistake with eps."""
    declare = mistake(f"batchnorm-{code}", parts=PARTS, sentence=sentence, hint=hint)
    return declare(lambda ref: with_eps(ref, where, read, **how))


def fixed(bn_param: Mapping[str, Any]) -> float:
    """The default, whatever is given."""
    return 1e-5


def none(bn_param: Mapping[str, Any]) -> float:
    """No eps at all."""
    return 0.0


READ_IT = "Read eps from bn_param."
SAME_ROOT = "It has to divide by what the forward pass divided by."
NEVER_VARIES = "What happens to a feature that never varies?"
PLACE = "Compare where eps stands in the formula."

HARD_CODED_BACKWARD = of_eps(
    "eps-hard-coded-backward",
    "The backward pass uses an eps of 1e-5, whatever the forward pass was given.",
    "What the backward pass needs to know belongs into the cache.",
    BACKWARD,
    fixed,
)
HARD_CODED_TRAINING = of_eps(
    "eps-hard-coded-training", "In training eps is always 1e-5, whatever bn_param says.", READ_IT, TRAINING, fixed
)
HARD_CODED_TEST = of_eps(
    "eps-hard-coded-test", "In test mode eps is always 1e-5, whatever bn_param says.", READ_IT, TEST, fixed
)
HARD_CODED = of_eps("eps-hard-coded", "eps is always 1e-5, whatever bn_param says.", READ_IT, ALL, fixed)

ABSENT_BACKWARD = of_eps(
    "eps-absent-backward",
    "The backward pass leaves eps out: it divides by the standard deviation alone.",
    SAME_ROOT,
    BACKWARD,
    none,
)
ABSENT_TRAINING = of_eps(
    "eps-absent-training",
    "In training eps is not used: the normalisation divides by the standard deviation alone.",
    NEVER_VARIES,
    TRAINING,
    none,
)
ABSENT_TEST = of_eps(
    "eps-absent-test",
    "In test mode eps is not used: the normalisation divides by the root of the running variance alone.",
    "Test mode uses the training's formula, with other statistics.",
    TEST,
    none,
)
ABSENT = of_eps(
    "eps-absent",
    "eps is not used: the normalisation divides by the standard deviation alone.",
    NEVER_VARIES,
    ALL,
    none,
)

OUTSIDE_ROOT_TRAINING = of_eps(
    "eps-outside-root-training",
    "In training eps is added to the standard deviation, outside the square root; it belongs to the variance.",
    PLACE,
    TRAINING,
    outside=True,
    change=exact_outside_root,
)
OUTSIDE_ROOT_TEST = of_eps(
    "eps-outside-root-test",
    "In test mode eps is added to the root of the running variance; it belongs under the root.",
    PLACE,
    TEST,
    outside=True,
)
OUTSIDE_ROOT = of_eps(
    "eps-outside-root",
    "eps is added to the standard deviation, outside the square root; it belongs to the variance.",
    PLACE,
    ALL,
    outside=True,
    change=exact_outside_root,
)
BACKWARD_BOTH_ROOTS = of_eps(
    "backward-std-plus-eps-staged",
    "The backward pass goes through std + eps, but takes the derivative of the root at var + eps.",
    "eps belongs under the root, in both passes.",
    BACKWARD,
    outside=True,
    change=staged_outside_root,
)
BACKWARD_STD_PLUS_EPS = of_eps(
    "backward-std-plus-eps",
    "The backward pass has std + eps where the square root of var + eps belongs.",
    SAME_ROOT,
    BACKWARD,
    outside=True,
)
BACKWARD_STD_AND_STD_PLUS_EPS = of_eps(
    "backward-std-and-std-plus-eps",
    "The backward pass normalises x with std + eps, and divides dx by the standard deviation without eps.",
    "Both should be the square root of var + eps.",
    BACKWARD,
    outside=True,
    change=divided_by_std,
)


@mistake(
    "batchnorm-eps-default",
    parts=PARTS,
    sentence="Where bn_param holds no eps, next to none is used; the default is 1e-5.",
    hint="Which eps is taken when bn_param holds the mode only?",
)
def eps_default(ref: Any) -> Mapping[str, Any]:
    """A default that is too small to matter."""

    def change(forward: Any, x: Any, gamma: Any, beta: Any, bn_param: dict[str, Any]) -> Any:
        return with_settings(forward, x, gamma, beta, bn_param, eps=bn_param.get("eps", 1e-12))

    return with_forward(ref, change)
