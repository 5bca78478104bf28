"""Known-wrong variants of the reference: what a given mistake would have computed.

A variant is made by wrapping the reference that it is given, so this package holds no solution. The same
scenario is played with it; the variant that reproduces a student's numbers is the diagnosis.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.errors import MalformedCheck

Variant = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that names itself: ``variant(reference)`` gives the functions and classes that it changes."""

    code: str
    parts: tuple[str, ...]
    sentence: str
    hint: str
    variant: Variant


def mistake(code: str, *, parts: tuple[str, ...], sentence: str, hint: str) -> Callable[[Variant], Mistake]:
    """Declare a variant; the sentence says what is wrong, the hint where to look, neither gives the solution."""

    def declare(variant: Variant) -> Mistake:
        return Mistake(code, parts, sentence, hint, variant)

    return declare


@functools.cache
def all_mistakes() -> tuple[Mistake, ...]:
    """Every mistake declared in this package's modules; MalformedCheck names the file of a bad one."""
    found: dict[str, Mistake] = {}
    for info in pkgutil.iter_modules(__path__):
        file = f"grader/mistakes/{info.name}.py"
        try:
            module = importlib.import_module(f"{__name__}.{info.name}")
        except Exception as error:
            raise MalformedCheck(f"{file}: {type(error).__name__}: {error}") from error
        for item in vars(module).values():
            if isinstance(item, Mistake) and found.setdefault(item.code, item) is not item:
                raise MalformedCheck(f"{file}: the code {item.code!r} is declared twice.")
    return tuple(found.values())


def mistakes_of(part: str) -> list[Mistake]:
    """The mistakes that are known for a part."""
    return [item for item in all_mistakes() if part in item.parts]
