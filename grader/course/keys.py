"""Descriptions in TOML: what they cannot say is refused, with the file and the nearest thing that they can."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from grader import words
from grader.errors import MalformedCheck


def read(file: Path, where: str) -> dict[str, Any]:
    """The tables of a file; MalformedCheck names it, as ``where``, if it is no TOML or cannot be read."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise MalformedCheck(f"{where}: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedCheck(f"{where} cannot be read: {error}.") from None


def refuse_unknown(names: Collection[str], known: Collection[str], where: str, what: str = "key") -> None:
    """MalformedCheck for the first name that is not known."""
    for name in names:
        if name not in known:
            raise MalformedCheck(f"{where}: there is no {what} {name!r}{nearest(name, known)}.")


def nearest(name: str, known: Collection[str]) -> str:
    """What to add to a sentence about a name that is not known: the one that is meant, or all that there are."""
    if near := words.nearest(name, known):
        return f"; the nearest is {near!r}"
    return f"; there are {words.listing(sorted(known))}" if known else ""


def checked(table: Mapping[str, Any], kinds: Mapping[str, type | tuple[type, ...]], where: str) -> dict[str, Any]:
    """The table itself, if it has no key but those of ``kinds``, and each value is of its kind."""
    refuse_unknown(table, kinds, where)
    for name, value in table.items():
        kind = kinds[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            wanted = _WORDS.get(kind, "something else") if isinstance(kind, type) else "a number"
            raise MalformedCheck(f"{where}: {name} is {value!r}; it takes {wanted}.")
        if isinstance(value, list) and name not in LISTS_OF_TABLES and not all(isinstance(item, str) for item in value):
            raise MalformedCheck(f"{where}: {name} takes a list of texts.")
    return dict(table)


NUMBER = (int, float)
LISTS_OF_TABLES = frozenset({"questions", "shows"})
_WORDS = {str: "a text", bool: "true or false", list: "a list", dict: "a table", int: "a whole number"}
