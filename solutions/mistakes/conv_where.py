"""Where a convolution comes right: conditions on sizes, stride and padding, which the cases that fail do not meet.

Students mix up such things in more ways than variants can repeat; what all ways have in common is where they are right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.mistakes import Pattern, pattern
from student_template.checks.conv import BACKWARD, FORWARD, GEOMETRIES

Sizes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that the sizes of a case meet or not, in words that follow "in which"."""

    slug: str
    words: str
    hint: str
    holds: Callable[[Sizes], bool]


IMAGES = Condition(
    "square-images",
    "the images are square",
    "Follow H and W through the function: does one of them stand where the other belongs?",
    lambda case: case["H"] == case["W"],
)
FILTERS = Condition(
    "square-filters",
    "the filters are square",
    "Follow HH and WW through the function: does one of them stand where the other belongs?",
    lambda case: case["HH"] == case["WW"],
)
PADDED = Condition(
    "padded",
    "pad is not 0",
    "What is x[pad:-pad] when pad is 0? Name the end of the slice by the image's own size instead.",
    lambda case: case["pad"] > 0,
)
UNPADDED = Condition(
    "pad-0", "pad is 0", "Where does the padding enter, and where is it lost?", lambda c: c["pad"] == 0
)
PAD_1 = Condition(
    "pad-1",
    "pad is 1",
    'Is there a number, or something else, where conv_param["pad"] should stand?',
    lambda case: case["pad"] == 1,
)
PAD_2 = Condition("pad-up-to-1", "pad is 0 or 1", "Follow pad through the function.", lambda case: case["pad"] <= 1)
STRIDE_1 = Condition(
    "stride-1",
    "the stride is 1",
    "Follow the stride through the function: it moves the windows both downwards and to the right.",
    lambda case: case["stride"] == 1,
)
SAME = Condition(
    "filters-of-2-pad-plus-1",
    "each side of the filters is 2 * pad + 1",
    "Follow pad through the function: what takes the size of the filters for granted?",
    lambda case: case["HH"] == case["WW"] == 2 * case["pad"] + 1,
)
HALF = Condition(
    "pad-of-half-a-filter",
    "pad is half of the filters' size, rounded down",
    "Follow pad through the function: what takes the size of the filters for granted?",
    lambda case: case["HH"] // 2 == case["WW"] // 2 == case["pad"],
)
NARROW = Condition(
    "filters-larger-than-2-pad",
    "the filters are larger than 2 * pad",
    "Where does the last window begin? With much padding, it begins beyond the image.",
    lambda case: 2 * case["pad"] < min(case["HH"], case["WW"]),
)
APART = Condition(
    "windows-apart",
    "windows do not overlap",
    "Is there an = where += is meant? A pixel that lies in several windows receives a gradient from each.",
    lambda case: case["stride"] >= max(case["HH"], case["WW"]),
)
SINGLE = Condition(
    "1x1-filters",
    "the filters are 1 x 1",
    "Which weight meets which pixel of a window?",
    lambda case: case["HH"] == case["WW"] == 1,
)


def only_where(*conditions: Condition) -> tuple[Pattern, Pattern]:
    """A pattern for the forward pass, and one for the backward pass and both fast ones, which share their usual case.

    All cases that meet the conditions are right, and no other case is.
    """
    sentence = f"It is right only where {' and '.join(item.words for item in conditions)}, among the cases tried."
    slug = "-and-".join(item.slug for item in conditions)
    hint = " ".join(dict.fromkeys(item.hint for item in conditions))

    def one(code: str, usual: Sizes, parts: tuple[str, ...], checks: tuple[str, ...]) -> Pattern:
        cases: dict[str, Sizes] = {"": usual, **GEOMETRIES}
        fails = {name for name, case in cases.items() if not all(item.holds(case) for item in conditions)}
        return pattern(code, parts=parts, checks=checks, fails=fails, sentence=sentence, hint=hint)

    fast = ("fast_layers/conv_forward", "fast_layers/conv_backward")
    return (
        one(f"conv-forward-only-{slug}", FORWARD, ("conv",), ("conv/forward",)),
        one(f"conv-only-{slug}", BACKWARD, ("conv", "fast_layers"), ("conv/backward", *fast)),
    )


forward_images, images = only_where(IMAGES)
forward_filters, filters = only_where(FILTERS)
forward_padded, padded = only_where(PADDED)
forward_unpadded, unpadded = only_where(UNPADDED)
forward_pad_1, pad_1 = only_where(PAD_1)
forward_pad_2, pad_2 = only_where(PAD_2)
forward_stride_1, stride_1 = only_where(STRIDE_1)
forward_same, same = only_where(SAME)
forward_half, half = only_where(HALF)
forward_narrow, narrow = only_where(NARROW)
forward_apart, apart = only_where(APART)
forward_single, single = only_where(SINGLE)

forward_sides, sides = only_where(IMAGES, FILTERS)
forward_images_padded, images_padded = only_where(IMAGES, PADDED)
forward_filters_padded, filters_padded = only_where(FILTERS, PADDED)
forward_images_pad_1, images_pad_1 = only_where(IMAGES, PAD_1)
forward_filters_pad_1, filters_pad_1 = only_where(FILTERS, PAD_1)
forward_images_stride_1, images_stride_1 = only_where(IMAGES, STRIDE_1)
forward_filters_stride_1, filters_stride_1 = only_where(FILTERS, STRIDE_1)
forward_stride_1_padded, stride_1_padded = only_where(STRIDE_1, PADDED)
forward_stride_1_unpadded, stride_1_unpadded = only_where(STRIDE_1, UNPADDED)
forward_stride_1_pad_1, stride_1_pad_1 = only_where(STRIDE_1, PAD_1)
forward_stride_1_same, stride_1_same = only_where(STRIDE_1, SAME)
forward_images_same, images_same = only_where(IMAGES, SAME)
forward_same_padded, same_padded = only_where(SAME, PADDED)
forward_same_pad_1, same_pad_1 = only_where(SAME, PAD_1)
forward_narrow_padded, narrow_padded = only_where(NARROW, PADDED)
forward_apart_padded, apart_padded = only_where(APART, PADDED)

forward_sides_padded, sides_padded = only_where(IMAGES, FILTERS, PADDED)
forward_sides_pad_1, sides_pad_1 = only_where(IMAGES, FILTERS, PAD_1)
forward_sides_stride_1, sides_stride_1 = only_where(IMAGES, FILTERS, STRIDE_1)
forward_images_stride_1_padded, images_stride_1_padded = only_where(IMAGES, STRIDE_1, PADDED)
forward_filters_stride_1_padded, filters_stride_1_padded = only_where(FILTERS, STRIDE_1, PADDED)
forward_images_stride_1_same, images_stride_1_same = only_where(IMAGES, STRIDE_1, SAME)
forward_filters_stride_1_pad_1, filters_stride_1_pad_1 = only_where(FILTERS, STRIDE_1, PAD_1)
forward_images_stride_1_pad_1, images_stride_1_pad_1 = only_where(IMAGES, STRIDE_1, PAD_1)
forward_same_stride_1_padded, same_stride_1_padded = only_where(STRIDE_1, SAME, PADDED)
