"""How a file writes numbers: read as its platform reads them, written in its own manner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.words import number

NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
GROUPED = re.compile(r"[-+]?\d{1,3}(?:[.,]\d{3})+")  # 1,234: a thousand to a person, 1.234 to Canvas


def read(text: str) -> float | None:
    """The number that a field says, with a point or a comma; None if it says none, or one that can be read twice."""
    text = text.replace("\u00a0", "").strip()
    if not NUMBER.fullmatch(text) or is_ambiguous(text):
        return None
    return float(text.replace(",", "."))


def is_ambiguous(text: str) -> bool:
    """Whether a field is read as another number by a person than by a program: 1,234."""
    return "," in text and GROUPED.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True)
class Manner:
    """How numbers are written: ``comma`` for a decimal comma, ``fixed`` for two decimals always."""

    comma: bool = False
    fixed: bool = False

    def write(self, value: float) -> str:
        """A number with two decimals at most, and never with a sign between its thousands."""
        text = f"{value:.2f}" if self.fixed else number(value)
        return text.replace(".", ",") if self.comma else text


def manner_of(column: Iterable[str], neighbours: Iterable[str]) -> Manner:
    """As the numbers of the column are written; of those beside it where it has none with decimals.

    A comma is written only where there is no point.
    """
    own = [text for text in column if read(text) is not None]
    decimals = [text for text in own if not text.lstrip("+-").isdigit()]
    shown = decimals or [text for text in neighbours if read(text) is not None]
    comma = any("," in text for text in shown) and not any("." in text for text in shown)
    fixed = bool(own) and all(re.search(r"[.,]\d\d$", text) for text in own)
    return Manner(comma, fixed)
