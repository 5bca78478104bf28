"""Points, and the nearest of known names, as the sentences of a policy say them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from decimal import Decimal


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
    by_sign = {one.casefold(): one for one in known if one}
    near = difflib.get_close_matches(name.casefold(), by_sign, 1)
    return f'; did you mean "{by_sign[near[0]]}"?' if near else "."
