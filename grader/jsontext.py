"""Records as JSON text, as ``json.dumps(..., indent=2)`` writes it, in a quarter of the time; and back.

The standard library indents in Python, value by value, through generators in each other; that took a sixth of what
judging costs. Its quoting is C, and is what is used here.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from enum import StrEnum
from json.encoder import encode_basestring
from types import NoneType, UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from grader.records import is_record

_quoted_names: dict[type, tuple[tuple[str, str], ...]] = {}  # of each class of records: quoted and as they are


def indented(value: Any, newline: str = "\n") -> str:
    """The text; infinities and NaN, which JSON lacks, become strings, half characters escapes. TypeError for others."""
    kind = value.__class__
    if kind is str:
        return _quoted(value)
    if kind is float:
        return _number(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return repr(value)
    deeper = f"{newline}  "
    if kind is tuple or kind is list:
        return _enclosed("[]", [indented(item, deeper) for item in value], newline)
    if kind is dict:
        items = (f"{_quoted(name)}: {indented(item, deeper)}" for name, item in value.items())
        return _enclosed("{}", items, newline)
    if is_record(kind):
        names = _quoted_names.get(kind) or _names_of(kind)
        items = (f"{quoted}: {indented(getattr(value, name), deeper)}" for quoted, name in names)
        return _enclosed("{}", items, newline)
    if isinstance(value, str):  # a Status
        return _quoted(str.__str__(value))
    if isinstance(value, float):  # NumPy's
        return _number(value)
    raise TypeError(f"There is no JSON for a {kind.__name__}.")


def _enclosed(brackets: str, items: Iterable[str], newline: str) -> str:
    text = f",{newline}  ".join(items)
    return f"{brackets[0]}{newline}  {text}{newline}{brackets[1]}" if text else brackets


def _quoted(text: str) -> str:
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return encode_basestring(text)


def _number(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else f'"{float(value)}"'


def _names_of(kind: Any) -> tuple[tuple[str, str], ...]:
    found = _quoted_names[kind] = tuple((encode_basestring(name), name) for name in kind.__match_args__)
    return found


def built(kind: Any, value: Any) -> Any:
    """A record, or a value of the annotated type, from its JSON form; TypeError, ValueError or so for another."""
    return _builder(kind)(value)


@functools.cache
def _builder(kind: Any) -> Callable[[Any], Any]:
    """What makes values of a type from their JSON form; types are looked into once for many records."""
    if is_record(kind):
        fields = {name: _builder(hint) for name, hint in get_type_hints(kind).items()}
        return lambda value: kind(**{name: fields[name](item) for name, item in value.items() if name in fields})
    if get_origin(kind) is UnionType:
        inner = _builder(next(t for t in get_args(kind) if t is not NoneType))
        return lambda value: None if value is None else inner(value)
    if get_origin(kind) is tuple:
        each = _builder(get_args(kind)[0])
        return lambda value: tuple(map(each, value))
    if kind is float or (isinstance(kind, type) and issubclass(kind, StrEnum)):  # infinities were written as strings
        return cast("Callable[[Any], Any]", kind)
    if kind in (str, int, bool):
        return functools.partial(_of_type, kind)
    return lambda value: value


def _of_type(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"a value is no {kind.__name__}")
    return value
