"""Known-wrong variants of the reference: what a given mistake would have computed.

A variant is made by wrapping the reference that it is given, so this package holds no solution of an exercise; the
tables of slips know the terms of what they spoil. The same scenario is played with it; the variant that reproduces a
student's numbers is the diagnosis.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grader.errors import MalformedCheck

if TYPE_CHECKING:
    from grader.spec import Check

Variant = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that names itself: ``variant(reference)`` gives the functions and classes that it changes.

    ``about`` names what its sentence tells all of: two mistakes about the same thing are never told together.
    """

    code: str
    parts: tuple[str, ...]
    sentence: str
    hint: str
    variant: Variant
    about: frozenset[str] = frozenset()


def mistake(
    code: str, *, parts: tuple[str, ...], sentence: str, hint: str, about: Collection[str] = (), place: str = ""
) -> Callable[[Variant], Mistake]:
    """Declare a variant; the sentence says what is wrong, the hint where to look, neither gives the solution.

    ``about``: see Mistake. ``place`` is where it is made, one thing more that it is about.
    """

    def declare(variant: Variant) -> Mistake:
        return Mistake(code, parts, sentence, hint, variant, frozenset({*about, place} - {""}))

    return declare


@dataclass(frozen=True, slots=True)
class Pattern:
    """A mistake that shows by where it shows: all cases in ``fails`` fail, none outside of ``fails`` and ``may``.

    "" is the usual case. The sentence states what that shows, and no more.
    """

    code: str
    parts: tuple[str, ...]
    checks: tuple[str, ...]
    fails: frozenset[str]
    may: frozenset[str]
    sentence: str
    hint: str

    def fits(self, check: str, failed: set[str]) -> bool:
        """Whether the failed cases of the check ``part/check`` are such as these."""
        return check in self.checks and self.fails <= failed <= self.fails | self.may


def pattern(
    code: str,
    *,
    parts: tuple[str, ...],
    checks: tuple[str, ...],
    fails: Collection[str],
    may: Collection[str] = (),
    sentence: str,
    hint: str,
) -> Pattern:
    """Declare a diagnosis by the cases that fail, for mistakes whose numbers no variant can reproduce."""
    return Pattern(code, parts, checks, frozenset(fails), frozenset(may), sentence, hint)


@functools.cache
def _declared() -> tuple[Mistake | Pattern, ...]:
    """Every declaration in this package's modules."""
    return tuple(item for item, _ in _with_modules().values())


@functools.cache
def _with_modules() -> dict[str, tuple[Mistake | Pattern, str]]:
    """By code: every declaration, alone or in tuples, and its module; MalformedCheck names the file of a bad one."""
    found: dict[str, tuple[Mistake | Pattern, str]] = {}
    for info in pkgutil.iter_modules(__path__):
        file = f"grader/mistakes/{info.name}.py"
        try:
            module = importlib.import_module(f"{__name__}.{info.name}")
        except Exception as error:
            raise MalformedCheck(f"{file}: {type(error).__name__}: {error}") from error
        values = vars(module).values()
        for item in (one for value in values for one in (value if isinstance(value, tuple) else (value,))):
            if not isinstance(item, (Mistake, Pattern)):
                continue
            if found.setdefault(item.code, (item, module.__name__))[0] is not item:
                raise MalformedCheck(f"{file}: the code {item.code!r} is declared twice.")
    return found


def modules_of(part: str) -> list[str]:
    """The modules in which something is declared for a part, sorted."""
    return sorted({module for item, module in _with_modules().values() if part in item.parts})


@functools.cache
def all_mistakes() -> tuple[Mistake, ...]:
    """Every mistake that has a variant."""
    return tuple(item for item in _declared() if isinstance(item, Mistake))


@functools.cache
def mistakes_of(part: str) -> tuple[Mistake, ...]:
    """The mistakes that are known for a part."""
    return tuple(item for item in all_mistakes() if part in item.parts)


def ignored(check: Check) -> list[Mistake]:
    """For each single number that a case sets otherwise than the usual case: that it is not looked at.

    These are found by playing the reference with the usual value, so they have no variant.
    """
    usual = check.settings(check.cases[0])
    names = {
        name: usual.get(name)
        for case in check.cases[1:]
        for name, value in check.settings(case).items()
        if value != usual.get(name)
    }
    return [
        Mistake(
            f"ignores-{name}",
            (check.part,),
            f"{name} as given is not used: the result is what "
            + (f"{name} = {value} gives." if value is not None else f"the default of {name} gives."),
            f"Look for a place where {name} should stand and a fixed number, or nothing, does.",
            lambda ref: {},
        )
        for name, value in names.items()
    ]


def patterns_of(part: str) -> list[Pattern]:
    """The patterns that are known for a part."""
    return [item for item in _declared() if isinstance(item, Pattern) and part in item.parts]
