"""Texts that may keep a pattern busy, made of the pattern itself.

The characters are one for each way in which the pattern's parts can tell characters apart, so whatever two loops
share is among them. Repeated are these and what pieces of the pattern match, behind what leads to each piece, before
what may make it fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from re import _constants as c  # type: ignore[attr-defined]
from typing import Any

from tests.linear.matcher import WIDE, Matcher, TooMany, is_word

SIGNS = [*map(chr, range(128)), *"\x85é中²\u2028\ud800\U000e0001"]
LOOPS = (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT)
FEW = 3  # a repetition of no more is none
TIMES = 6  # repetitions at least, and characters
SHORTEST = 24
FREE, MOST = 6, 500  # steps for each character of the shortest text: no one asks about few, and more are too many


def growth(pattern: str, flags: int = 0, limit: float = 6.25) -> str:
    """A text whose steps grow more than ``limit`` times when it is four times as long; "" if there is none."""
    matcher = Matcher(pattern, flags)
    size = max(SHORTEST, 4 * _widest(matcher.tree.data))
    texts_of = list(floods(matcher))
    # Where no loop is unbounded, the steps at a place are: fewer texts do.
    stride = 1 if _widest(matcher.tree.data, unbounded=True) == c.MAXREPEAT else len(texts_of) // 1000 + 1
    for start, piece, end in texts_of[::stride]:
        times = max(TIMES, size // len(piece))
        texts = [start + piece * (times * factor) + end for factor in (1, 4, 16)]
        steps = _steps(matcher, texts[0], MOST * len(texts[0]))
        if steps < FREE * len(texts[0]):
            continue
        if steps == MOST * len(texts[0]):
            return f"{start!r} + {piece!r} * n + {end!r}"
        for text in texts[1:]:
            most = int(limit * steps)
            steps = _steps(matcher, text, most)
            if steps < most:
                break
        else:
            return f"{start!r} + {piece!r} * n + {end!r}"
    return ""


def told_otherwise(pattern: str, flags: int = 0) -> str:
    """A text in which the matcher finds something else than Python's own matching; "" if there is none."""
    matcher = Matcher(pattern, flags)
    own = re.compile(pattern, flags)
    for start, piece, end in islice(floods(matcher), 0, 1000, 7):
        text = start + piece * 5 + end
        if matcher.list(text) != [found.span() for found in own.finditer(text)]:
            return repr(text)
    return ""


def _steps(matcher: Matcher, text: str, most: int) -> int:
    """The steps of a search, or ``most`` if they are more."""
    try:
        return matcher.count(text, most)
    except TooMany:
        return most


def floods(matcher: Matcher) -> Iterator[tuple[str, str, str]]:
    """What stands before, what is repeated, and what stands behind."""
    signs = _alphabet(matcher)
    leads, pieces = {""}, set(signs)
    for lead, part in _parts(matcher, matcher.tree.data, "", signs):
        leads.add(lead)
        pieces |= {part, f"{part} "} if len(part) > 1 else {part}  # by itself, and as a word
    ends = ["", *signs]
    for piece in sorted(pieces - {""}, key=lambda piece: (len(piece), piece)):
        for lead in sorted(leads):
            for end in ends if len(piece) == 1 else ends[:3]:
                yield lead, piece, end


def _alphabet(matcher: Matcher) -> list[str]:
    """One character for each set of the pattern's characters and classes that it belongs to."""
    atoms = list(_atoms(matcher.tree.data))
    edges = {value for atom in atoms for value in _edges(atom)}
    known: dict[tuple[bool, ...], str] = {}
    for sign in [*"a0 \n", *SIGNS, *map(chr, sorted(edges))]:
        # Boundaries tell apart what no atom does.
        key = (sign == "\n", is_word(sign), *(matcher.fits(atom, sign) for atom in atoms))
        known.setdefault(key, sign)
    return list(known.values())


def _edges(atom: tuple[Any, Any]) -> Iterator[int]:
    operator, value = atom
    for kind, one in value if operator is c.IN else [atom]:
        if kind in (c.LITERAL, c.NOT_LITERAL):
            yield one
        elif kind is c.RANGE:
            yield from one


def _inner(item: tuple[Any, Any]) -> list[Any]:
    """The sequences within an item."""
    operator, value = item
    if operator is c.BRANCH:
        return [branch.data for branch in value[1]]
    if operator is c.ATOMIC_GROUP:
        return [value.data]
    if operator in (c.SUBPATTERN, c.ASSERT, c.ASSERT_NOT, *LOOPS):
        return [value[-1].data]
    return []


def _atoms(items: list[Any]) -> Iterator[tuple[Any, Any]]:
    for item in items:
        if item[0] in WIDE:
            yield item
        for inner in _inner(item):
            yield from _atoms(inner)


def _widest(items: list[Any], *, unbounded: bool = False) -> int:
    """The largest bound of a repetition that has one, for which a text has to be longer; or of any repetition."""
    widest = 0
    for operator, value in items:
        if operator in LOOPS and (unbounded or value[1] is not c.MAXREPEAT):
            widest = max(widest, value[1])
        widest = max([widest, *(_widest(inner, unbounded=unbounded) for inner in _inner((operator, value)))])
    return widest


def _parts(matcher: Matcher, items: list[Any], lead: str, signs: list[str]) -> Iterator[tuple[str, str]]:
    """What leads to each loop, and what is matched before it, in it, by both, and from it on."""
    texts = [_example(matcher, [item], signs) for item in items]
    yield lead, "".join(texts)
    for first, item in enumerate(items):
        before = lead + "".join(texts[:first])
        if item[0] in LOOPS and item[1][1] > FEW:
            yield before, "".join(texts[:first])
            yield before, texts[first]
            yield before, "".join(texts[: first + 1])
            yield before, "".join(texts[first:])
        for inner in _inner(item):
            yield from _parts(matcher, inner, before, signs)


def _example(matcher: Matcher, items: list[Any], signs: list[str]) -> str:
    """A short text that the items match, looking at nothing around it."""
    text = ""
    for item in items:
        operator, value = item
        if operator in WIDE:
            text += next((sign for sign in signs if matcher.fits(item, sign)), "")
        elif operator in LOOPS:
            text += _example(matcher, value[2].data, signs) * max(1, value[0])
        elif operator not in (c.ASSERT, c.ASSERT_NOT):
            text += next((_example(matcher, inner, signs) for inner in _inner(item)), "")
    return text
