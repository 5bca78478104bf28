"""Which options an answer picks. What is not plain is left to a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_WORDS = frozenset("and or both option options choice choices answer answers number numbers are is i choose".split())
_CHINESE_WORDS = re.compile(r"以及|选项|選項|答案|[和与與及选選第项項个個是]")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨"
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+")
_TICK = re.compile(r"\A[\s>*+-]{0,8}\[(?P<tick>[xX ✓✔])\]\s{0,4}(?P<rest>.*)")
_NUMBERED = re.compile(r"\A[\s>*_+(-]{0,8}(?P<number>[0-9]|[A-Za-z])[*_]{0,3}[.):、]\s{0,4}(?P<rest>.*)")
LONGEST = 1000  # characters: a list of choices is short


def chosen(answer: str, options: Sequence[str]) -> frozenset[int] | None:
    """The numbers of the chosen options, from 1; None if the answer does not say plainly which they are.

    Plain are numbers or letters ("1, 3", "A and C", "①③"), ticked options, and options that are copied.
    """
    if len(answer) > LONGEST:
        return None
    lines = [line for line in answer.split("\n") if re.search(r"\w", line)]
    ticked = [match for line in lines if (match := _TICK.match(line))]
    if ticked and len(ticked) == len(lines):
        picks = [_option(match["rest"], options) for match in ticked if match["tick"] != " "]
    elif len(lines) == 1 and (numbers := _numbers(lines[0], len(options))):
        picks = list(numbers)
    else:
        picks = [_option(line, options) for line in lines]
    found = {pick for pick in picks if pick is not None}
    return frozenset(found) if found and None not in picks else None


def _numbers(line: str, most: int) -> list[int] | None:
    """The options that a line of nothing but numbers or letters names."""
    line = "".join(f" {_CIRCLED.index(sign) + 1} " if sign in _CIRCLED else sign for sign in line)
    line = unicodedata.normalize("NFKC", line)  # full-width digits and letters
    pieces = [piece for piece in _PIECE.findall(_CHINESE_WORDS.sub(" ", line)) if piece.lower() not in _WORDS]
    numbers = [_place(piece) for piece in pieces]
    known = [number for number in numbers if number is not None and 1 <= number <= most]
    return known if known and len(known) == len(numbers) else None


def _place(piece: str) -> int | None:
    if piece.isdigit():
        return int(piece) if len(piece) < 3 else None
    return ord(piece.lower()) - ord("a") + 1 if len(piece) == 1 and piece.isascii() else None


def _option(line: str, options: Sequence[str]) -> int | None:
    """The option that a line repeats; a number in front must be the option's own."""
    plain = [_plain(option) for option in options]
    if _plain(line) in plain:
        return plain.index(_plain(line)) + 1
    match = _NUMBERED.match(line)
    if not match or _plain(match["rest"]) not in plain:
        return None
    number = plain.index(_plain(match["rest"])) + 1
    return number if _place(match["number"]) == number else None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
