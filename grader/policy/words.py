"""Points, and the nearest of known names, as the sentences of a policy say them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from grader.words import nearest


def points(value: Decimal | float) -> str:
    """ "1 point", "3.4 points"."""
    text = figure(value)
    return f"{text} point" if text == "1" else f"{text} points"


def figure(value: Decimal | float) -> str:
    """A number with at most two decimals, and none that is not needed."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest of what is known, or a full stop if nothing is near."""
    near = nearest(name, filter(None, known), 0.6)
    return f'; did you mean "{near}"?' if near else "."
