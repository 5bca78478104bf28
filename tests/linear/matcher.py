"""A backtracking matcher that counts its steps, over the trees of Python's own parser of regular expressions.

It tries what ``re`` tries, in the same order, without its short cuts: a pattern whose steps grow with the length of
the text here needs at most as many there. One step is one look at a place of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Groups = tuple[tuple[int, tuple[int, int]], ...]
State = tuple[int, Groups]  # the place in the text, and what the groups hold that are referred to


class TooMany(Exception):
    """More steps than were allowed."""


class Matcher:
    """Searches a text for a pattern as ``re.finditer`` does, counting steps."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.tree = _parser.parse(pattern, flags)
        self.flags = int(self.tree.state.flags)  # those of re are slow
        first = self.tree.data[0] if self.tree.data else (None, None)
        self.lines = bool(self.flags & re.MULTILINE)
        begins = (c.AT_BEGINNING_STRING,) if self.lines else (c.AT_BEGINNING_STRING, c.AT_BEGINNING)
        self.anchored = first[0] is c.AT and first[1] in begins
        self.steps = 0
        self.most = 10**9
        self.text = ""
        self._known: dict[tuple[int, str], bool] = {}  # an item is known by its place in memory

    def count(self, text: str, most: int = 10**9) -> int:
        """The steps that it takes to find all matches in a text; TooMany if they are more than ``most``."""
        self.list(text, most)
        return self.steps

    def list(self, text: str, most: int = 10**9) -> list[tuple[int, int]]:
        """All matches, as places in the text."""
        self.text, self.steps, self.most = text, 0, most
        found, at = [], 0
        while at <= len(text):
            end = next(self._seq(self.tree.data, 0, (at, ())), None)
            if end is None:
                if self.anchored:  # one look at each other place
                    self.steps += len(text) - at
                    break
                at += 1
                continue
            found.append((at, end[0]))
            at = end[0] if end[0] > at else at + 1
        return found

    def _step(self) -> None:
        self.steps += 1
        if self.steps > self.most:
            raise TooMany

    def _seq(self, items: list[Any], index: int, state: State) -> Iterator[State]:
        at, groups = state
        for place in range(index, len(items)):
            operator, value = item = items[place]
            if operator in WIDE:  # one way or none: no iterator for it, of which there would be millions
                self._step()
                if at >= len(self.text) or not self.fits(item, self.text[at]):
                    return
                at += 1
            elif operator is c.AT:
                self._step()
                if not self._stands(value, at):
                    return
            else:
                for after in self._item(item, (at, groups)):
                    yield from self._seq(items, place + 1, after)
                return
        yield at, groups

    def _item(self, item: tuple[Any, Any], state: State) -> Iterator[State]:
        operator, value = item
        at, groups = state
        if operator is c.BRANCH:
            for branch in value[1]:
                yield from self._seq(branch.data, 0, state)
        elif operator is c.SUBPATTERN:
            number, _, _, inner = value
            for end, inside in self._seq(inner.data, 0, state):
                yield end, inside if number is None else (*inside, (number, (at, end)))
        elif operator is c.GROUPREF:
            start, end = dict(groups)[value]
            self._step()
            if self.text.startswith(self.text[start:end], at):
                yield at + end - start, groups
        elif operator is c.ATOMIC_GROUP:
            first = next(self._seq(value.data, 0, state), None)
            if first is not None:
                yield first
        elif operator in (c.ASSERT, c.ASSERT_NOT):
            yield from self._look(operator is c.ASSERT, *value, state)
        else:
            yield from self._repeat(operator, *value, state)

    def _look(self, wanted: bool, direction: int, inner: Any, state: State) -> Iterator[State]:
        at = state[0] if direction > 0 else state[0] - inner.getwidth()[0]
        found = at >= 0 and next(self._seq(inner.data, 0, (at, state[1])), None) is not None
        if found is wanted:
            yield state

    def _repeat(self, operator: Any, low: int, high: Any, inner: Any, state: State) -> Iterator[State]:
        if len(inner.data) == 1 and inner.data[0][0] in WIDE:
            yield from self._run(operator, low, high, inner.data[0], state)
            return
        ends = self._times(operator, low, high, inner.data, 0, state)
        if operator is c.POSSESSIVE_REPEAT:
            first = next(ends, None)
            if first is not None:
                yield first
        else:
            yield from ends

    def _run(self, operator: Any, low: int, high: Any, one: Any, state: State) -> Iterator[State]:
        """Repetitions of one character, without a frame for each."""
        start, groups = state
        at = start
        if operator is c.MIN_REPEAT:
            while True:
                if at - start >= low:
                    yield at, groups
                self._step()
                if at - start == high or at >= len(self.text) or not self.fits(one, self.text[at]):
                    return
                at += 1
        while at - start != high:
            self._step()
            if at >= len(self.text) or not self.fits(one, self.text[at]):
                break
            at += 1
        if operator is c.POSSESSIVE_REPEAT:
            if at - start >= low:
                yield at, groups
            return
        while at - start >= low:
            yield at, groups
            self._step()
            at -= 1

    def _times(self, operator: Any, low: int, high: Any, inner: Any, done: int, state: State) -> Iterator[State]:
        if operator is c.MIN_REPEAT and done >= low:
            yield state
        if done != high:
            for after in self._seq(inner, 0, state):
                if after[0] > state[0] or done < low:
                    yield from self._times(operator, low, high, inner, done + 1, after)
        if operator is not c.MIN_REPEAT and done >= low:
            yield state

    def fits(self, item: tuple[Any, Any], character: str) -> bool:
        """Whether a character is one that an item of the tree matches."""
        known = self._known.get((id(item), character))
        if known is None:
            known = self._known[id(item), character] = self._fits(item, character)
        return known

    def _fits(self, item: tuple[Any, Any], character: str) -> bool:
        operator, value = item
        if operator is c.ANY:
            return bool(self.flags & re.DOTALL) or character != "\n"
        cases = {character}
        if self.flags & re.IGNORECASE:
            cases |= {character.lower(), character.upper()}
        if operator is c.LITERAL:
            return chr(value) in cases
        if operator is c.NOT_LITERAL:
            return chr(value) not in cases
        return _in(value, cases)

    def _stands(self, kind: Any, at: int) -> bool:
        text, lines = self.text, self.lines
        if kind is c.AT_BEGINNING:
            return at == 0 or (lines and text[at - 1] == "\n")
        if kind is c.AT_BEGINNING_STRING:
            return at == 0
        if kind is c.AT_END:
            return at == len(text) or text[at:] == "\n" or (lines and text[at] == "\n")
        if kind is c.AT_END_STRING:
            return at == len(text)
        beside = [0 <= place < len(text) and is_word(text[place]) for place in (at - 1, at)]
        return (beside[0] != beside[1]) is (kind is c.AT_BOUNDARY)


WIDE = (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)


def is_word(character: str) -> bool:
    """Whether a character is one of words."""
    return character.isalnum() or character == "_"


CATEGORIES = {
    c.CATEGORY_DIGIT: lambda s: unicodedata.category(s) == "Nd",
    c.CATEGORY_SPACE: str.isspace,
    c.CATEGORY_WORD: is_word,
    c.CATEGORY_NOT_DIGIT: lambda s: unicodedata.category(s) != "Nd",
    c.CATEGORY_NOT_SPACE: lambda s: not s.isspace(),
    c.CATEGORY_NOT_WORD: lambda s: not is_word(s),
}


def _in(items: list[tuple[Any, Any]], cases: set[str]) -> bool:
    wanted = True
    for operator, value in items:
        if operator is c.NEGATE:
            wanted = False
        elif operator is c.LITERAL:
            if chr(value) in cases:
                return wanted
        elif operator is c.RANGE:
            if any(value[0] <= ord(one) <= value[1] for one in cases):
                return wanted
        elif any(CATEGORIES[value](one) for one in cases):
            return wanted
    return not wanted
