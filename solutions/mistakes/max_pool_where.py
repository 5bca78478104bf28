"""Where max pooling comes right: conditions on sizes and stride, which the cases that fail do not meet."""

from __future__ import annotations

from typing import Any

from grader.mistakes import Pattern, pattern
from solutions.mistakes.conv_where import Condition
from student_template.checks.max_pool import FORWARD, GEOMETRIES

CHECKS = ("max_pool/forward", "max_pool/backward", "fast_layers/max_pool_forward", "fast_layers/max_pool_backward")

IMAGES = Condition(
    "square-outputs",
    "out has as many rows as columns",
    "Follow H and W through the function: does one of them stand where the other belongs?",
    lambda case: case["H"] - case["height"] == case["W"] - case["width"],
)
WINDOWS = Condition(
    "square-windows",
    "the windows are square",
    "Follow pool_height and pool_width through the function: does one of them stand where the other belongs?",
    lambda case: case["height"] == case["width"],
)
APART = Condition(
    "windows-apart",
    "windows do not overlap",
    "A pixel that is the maximum of several windows receives a gradient from each: is there an = where += is meant?",
    lambda case: case["stride"] >= max(case["height"], case["width"]),
)
CLOSE = Condition(
    "no-gaps",
    "the stride is not larger than the windows",
    "Where does the window of out[..., 1, 1] begin when the stride is 3?",
    lambda case: case["stride"] <= min(case["height"], case["width"]),
)
TILES = Condition(
    "tiles",
    "pool_height, pool_width and the stride are equal",
    "Which of the three does each line of the function need? They are one number in the notebook only.",
    lambda case: case["height"] == case["width"] == case["stride"],
)
EQUAL = Condition(
    "stride-of-pool-height",
    "the stride is equal to pool_height",
    "Is one of the two used where the other should stand?",
    lambda case: case["stride"] == case["height"],
)
STRIDE_1 = Condition(
    "stride-1",
    "the stride is 1",
    "Follow the stride through the function: it moves the windows both downwards and to the right.",
    lambda case: case["stride"] == 1,
)
POSITIVE = Condition(
    "positive-values",
    "there are values above 0",
    "What does the search for the maximum start from? And what is the maximum of -3, -2 and -7?",
    lambda case: not case.get("shift"),
)


def only_where(*conditions: Condition) -> Pattern:
    """A pattern: all cases that meet the conditions are right, and no other case is."""
    cases: dict[str, Any] = {
        "": FORWARD,
        **GEOMETRIES,
    }  # all conditions hold for the usual backward case as well, or not
    return pattern(
        f"pool-only-{'-and-'.join(item.slug for item in conditions)}",
        parts=("max_pool", "fast_layers"),
        checks=CHECKS,
        fails={name for name, case in cases.items() if not all(item.holds(case) for item in conditions)},
        sentence=f"It is right only where {' and '.join(item.words for item in conditions)}, among the cases tried.",
        hint=" ".join(item.hint for item in conditions),
    )


images = only_where(IMAGES)
windows = only_where(WINDOWS)
apart = only_where(APART)
close = only_where(CLOSE)
tiles = only_where(TILES)
equal = only_where(EQUAL)
stride_1 = only_where(STRIDE_1)
positive = only_where(POSITIVE)

images_windows = only_where(IMAGES, WINDOWS)
images_apart = only_where(IMAGES, APART)
windows_apart = only_where(WINDOWS, APART)
images_tiles = only_where(IMAGES, TILES)
windows_close = only_where(WINDOWS, CLOSE)
images_close = only_where(IMAGES, CLOSE)
images_windows_apart = only_where(IMAGES, WINDOWS, APART)
positive_apart = only_where(POSITIVE, APART)
positive_windows = only_where(POSITIVE, WINDOWS)
positive_images = only_where(POSITIVE, IMAGES)
positive_tiles = only_where(POSITIVE, TILES)
positive_images_windows = only_where(POSITIVE, IMAGES, WINDOWS)
positive_images_tiles = only_where(POSITIVE, IMAGES, TILES)
odd_windows = pattern(
    "pool-non-square-windows",
    parts=("max_pool", "fast_layers"),
    checks=CHECKS,
    fails=("non-square window",),
    sentence="It goes wrong only where the window is not square and the stride is not 1, among the cases tried.",
    hint=WINDOWS.hint,
)
