"""What goes wrong in drawing initial weights. A mistake is recognised where the numbers come from the given rng."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

from grader.mistakes import Mistake, mistake

OTHER = {"fan_in": "fan_out", "average": "average", "fan_out": "fan_in"}


def swapped(ref: Any, name: str) -> Any:
    """An initialiser that takes fan_out for fan_in and the other way round."""
    return lambda shape, rng, variance_norm="fan_in": getattr(ref, name)(shape, rng, OTHER[variance_norm])


@mistake(
    "fans-swapped",
    parts=("initialisers",),
    sentence="fan_in and fan_out are swapped.",
    hint="How many inputs feed one output, for weights of shape (num, channels, height, width)?",
)
def fans_swapped(ref: Any) -> Mapping[str, Any]:
    """In fans and in all that follows from it."""
    return {
        "fans": lambda shape: ref.fans(shape)[::-1],
        "xavier_init": swapped(ref, "xavier_init"),
        "msra_init": swapped(ref, "msra_init"),
    }


def swapped_in(name: str) -> Mistake:
    """The mistake that one initialiser alone takes fan_out for fan_in."""

    @mistake(
        f"{name.removesuffix('_init')}-fans-swapped",
        parts=("initialisers",),
        sentence=f"{name} uses fan_out where fan_in is asked for, and the other way round.",
        hint="Which of the two is the default?",
    )
    def variant(ref: Any) -> Mapping[str, Any]:
        return {name: swapped(ref, name)}

    return variant


xavier_fans_swapped = swapped_in("xavier_init")
msra_fans_swapped = swapped_in("msra_init")


@mistake(
    "fans-without-the-window",
    parts=("initialisers",),
    sentence="The fans count maps only and leave out the height and width of the filters.",
    hint="How many numbers are multiplied and added up for one output?",
)
def fans_without_the_window(ref: Any) -> Mapping[str, Any]:
    """Channels and number of filters, in fans and in all that follows from it."""

    def larger(name: str) -> Any:
        def initialiser(shape: Any, rng: Any, *norm: str) -> Any:
            window = ref.fans(shape)[0] / shape[1]
            return getattr(ref, name)(shape, rng, *norm) * sqrt(window)

        return initialiser

    return {
        "fans": lambda shape: (float(shape[1]), float(shape[0])),
        "xavier_init": larger("xavier_init"),
        "glorot_uniform_init": larger("glorot_uniform_init"),
        "msra_init": larger("msra_init"),
    }


@mistake(
    "msra-variance-as-std",
    parts=("initialisers",),
    sentence="msra_init takes the variance for the standard deviation.",
    hint="What does the second argument of NumPy's normal mean?",
)
def msra_variance_as_std(ref: Any) -> Mapping[str, Any]:
    """Standard deviation 2 / n."""

    def msra_init(shape: Any, rng: Any, variance_norm: str = "fan_in") -> Any:
        fan_in, fan_out = ref.fans(shape)
        n = {"fan_in": fan_in, "average": (fan_in + fan_out) / 2, "fan_out": fan_out}[variance_norm]
        return ref.msra_init(shape, rng, variance_norm) * sqrt(2 / n)

    return {"msra_init": msra_init}


@mistake(
    "xavier-std-as-limit",
    parts=("initialisers",),
    sentence="xavier_init takes the standard deviation for the end of the range.",
    hint="Which variance have uniform numbers between -1 and 1?",
)
def xavier_std_as_limit(ref: Any) -> Mapping[str, Any]:
    """Uniform on ±sqrt(1 / n)."""
    return {"xavier_init": lambda *arguments, **named: ref.xavier_init(*arguments, **named) / sqrt(3)}


@mistake(
    "glorot-std-as-limit",
    parts=("initialisers",),
    sentence="glorot_uniform_init takes the standard deviation for the end of the range.",
    hint="Which variance have uniform numbers between -1 and 1?",
)
def glorot_std_as_limit(ref: Any) -> Mapping[str, Any]:
    """Uniform on ±sqrt(2 / (fan_in + fan_out))."""
    return {"glorot_uniform_init": lambda shape, rng: ref.glorot_uniform_init(shape, rng) / sqrt(3)}


@mistake(
    "unitball-as-a-whole",
    parts=("initialisers",),
    sentence="positive_unitball_init makes all weights together add up to 1, not those of each filter.",
    hint="Over which axes does the sum go, and what is left of the shape?",
)
def unitball_as_a_whole(ref: Any) -> Mapping[str, Any]:
    """One sum for all filters."""

    def positive_unitball_init(shape: Any, rng: Any) -> Any:
        weights = ref.uniform_init(shape, rng)
        return weights / weights.sum()

    return {"positive_unitball_init": positive_unitball_init}
