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
_HAN = re.compile(r"[\u3400-\u9fff]")
LONGEST = 1000  # characters: a list of choices is short


def chosen(answer: str, options: Sequence[str], wordings: Sequence[Sequence[str]] = ()) -> frozenset[int] | None:
    """The numbers of the chosen options, from 1; None if the answer does not say plainly which they are.

    ``wordings`` are the same options in other words.

    Plain are numbers or letters ("1, 3", "A and C", "①③"), ticked options, and options that are copied.
    """
    if len(answer) > LONGEST:
        return None
    lines = [line for line in answer.split("\n") if re.search(r"\w", line)]
    known = (options, *wordings)
    ticked = [match for line in lines if (match := _TICK.match(line))]
    if ticked and len(ticked) == len(lines):
        picks = [_option(match["rest"], known) for match in ticked if match["tick"] != " "]
    elif len(lines) == 1 and (numbers := _numbers(lines[0], len(options))):
        picks = list(numbers)
    else:
        picks = [_option(line, known) for line in lines]
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


def holds(text: str, options: Sequence[str]) -> bool:
    """Whether a text lists all of these options, each with or without a translation beside it."""
    plain = f" {_plain(text)} {_plain(_HAN.sub(' ', text))} "
    return bool(options) and all(f" {_plain(option)} " in plain for option in options)


def _option(line: str, known: Sequence[Sequence[str]]) -> int | None:
    """The option that a line repeats, in one of its wordings; a number in front must be the option's own."""
    places = {_plain(option): number for options in known for number, option in enumerate(options, start=1)}
    match = _NUMBERED.match(line)
    for text in (line, _HAN.sub(" ", line)):  # perhaps with a translation behind it
        if (number := places.get(_plain(text))) is not None:
            return number
    if match:
        for text in (match["rest"], _HAN.sub(" ", match["rest"])):
            if (number := places.get(_plain(text))) is not None:
                return number if _place(match["number"]) == number else None
    return None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
