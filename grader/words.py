"""Text from students made safe to print, and numbers as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Terminal escapes; control characters, line separators, lone surrogates, and what is invisible or reverses the
# direction of text. The joiners stay: some scripts are written with them.
ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)")
CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)


SURROGATES = re.compile(r"[\ud800-\udfff]")


def readable(name: str) -> str:
    """A name as the system gives it, as text: a byte that is no UTF-8, which arrives as half a character, as \\xff."""
    return SURROGATES.sub(lambda half: _escaped(ord(half[0])), name)


def _escaped(half: int) -> str:
    return f"\\x{half - 0xDC00:02x}" if 0xDC80 <= half <= 0xDCFF else f"\\u{half:04x}"


def inert(text: str) -> str:
    """The text without escapes, control characters and lone surrogates; lines and tabs stay."""
    return CONTROLS.sub("", ESCAPES.sub("", text))


def plain_text(text: str, limit: int = 500) -> str:
    """The text without escapes, control characters and lone surrogates, cut at ``limit`` characters."""
    clean = inert(text).strip()
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def number(value: float) -> str:
    """A score or points without needless digits: 4, 3.5, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def listing(items: list[str], most: int | None = None) -> str:
    """Words in a row: "a", "a and b", "a, b and c"; of more than ``most`` the others are counted: "a, b and 5 more"."""
    if most and len(items) > most:
        items = [*items[: most - 1], f"{len(items) - most + 1} more"]
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def nearest(word: str, known: Iterable[str], least: float = 0.7) -> str:
    """The known word that looks most like another, which may be mistyped; "" if none is ``least`` like it (0 to 1)."""
    import difflib

    names = {name.casefold(): name for name in known}
    found = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=least)
    return names[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to add to a sentence that refuses a word; "" if no known one looks like it."""
    near = nearest(word, known)
    return f" Did you mean {near}?" if near else ""
