"""The words in which known mistakes are declared, in the secret half of a course: what a mistake would have computed.

A ``Mistake`` makes a variant of the reference, and the same scenario is played with it; the variant that reproduces a
student's numbers is the diagnosis. A ``Pattern`` shows by the cases that fail, a ``Raised`` by an exception.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from grader.records import dataclass

if TYPE_CHECKING:
    from grader.spec import Check

Variant = Callable[[Any], Mapping[str, Any]]
ANY = re.compile("")
FRAME = re.compile(r", in (\w+)$", re.MULTILINE)


def not_played(reference: Any) -> Mapping[str, Any]:
    """The variant of a mistake of which only the sentence is known here: it cannot be played."""
    raise NotImplementedError("only the sentence of this mistake is known here")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake that names itself: ``variant(reference)`` gives the functions and classes that it changes.

    ``about`` names what its sentence tells all of: two mistakes about the same thing are never told together.
    ``spares`` are the names of checks that it changes nothing of, and in which it is not played.
    """

    code: str
    parts: tuple[str, ...]
    sentence: str
    hint: str
    variant: Variant
    about: frozenset[str] = frozenset()
    spares: frozenset[str] = frozenset()

    def as_dict(self) -> dict[str, Any]:
        """All but how it is made, for JSON."""
        said = {"kind": "mistake", "code": self.code, "parts": list(self.parts), "sentence": self.sentence}
        return said | {"hint": self.hint, "about": sorted(self.about)}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], variant: Variant) -> Mistake:
        """From what ``as_dict`` made of it, and a variant."""
        said = (table["code"], tuple(table["parts"]), table["sentence"], table["hint"])
        return cls(*said, variant, frozenset(table["about"]))


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

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        said = {"kind": "pattern", "code": self.code, "parts": list(self.parts), "checks": list(self.checks)}
        cases = {"fails": sorted(self.fails), "may": sorted(self.may)}
        return said | cases | {"sentence": self.sentence, "hint": self.hint}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Pattern:
        """From what ``as_dict`` made of it."""
        where = (table["code"], tuple(table["parts"]), tuple(table["checks"]))
        return cls(*where, frozenset(table["fails"]), frozenset(table["may"]), table["sentence"], table["hint"])


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


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception whose cause is certain from its message and from the functions that it came through.

    ``message`` is a pattern, and so is ``through``, of a function of the student's that it came through;
    ``not_through`` names one that it did not. ``checks`` is a pattern of the names
    ``part/check`` for which that is so, ``kind`` the type of the exception, if that matters. What is ``general`` says
    what went wrong and not why: it is told only where nothing else is.
    """

    code: str
    message: re.Pattern[str]
    sentence: str
    hint: str
    checks: re.Pattern[str] = ANY
    through: re.Pattern[str] | None = None
    not_through: str = ""
    kind: str = ""
    general: bool = False

    def fits(self, check: str, error: Mapping[str, object]) -> bool:
        """Whether an error of the check is of this kind."""
        functions = set(FRAME.findall(str(error.get("traceback", ""))))
        return (
            self.message.search(str(error.get("message", ""))) is not None
            and self.kind in ("", error.get("type"))
            and self.checks.search(check) is not None
            and (not self.through or any(map(self.through.fullmatch, functions)))
            and self.not_through not in functions
            and str(error.get("scenario") or "raise ").startswith("raise ")  # what a scenario says is said of the code
        )

    def as_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        patterns = {"message": self.message.pattern, "checks": self.checks.pattern, "not_through": self.not_through}
        through = self.through.pattern if self.through else None
        said = {"kind": "raised", "code": self.code, "sentence": self.sentence, "hint": self.hint}
        return said | patterns | {"through": through, "type": self.kind, "general": self.general}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Raised:
        """From what ``as_dict`` made of it."""
        through = re.compile(table["through"]) if table["through"] is not None else None
        said = (table["code"], re.compile(table["message"]), table["sentence"], table["hint"])
        when = (re.compile(table["checks"]), through, table["not_through"])
        return cls(*said, *when, kind=table["type"], general=table["general"])


@dataclass(frozen=True, slots=True)
class Ignored:
    """That a number of a ``part`` is not looked at: it is as if it had its ``usual`` value, None for its default.

    It is played by giving the reference that value, so there is no variant.
    """

    name: str
    usual: object
    part: str

    @property
    def code(self) -> str:
        """Unique within a part."""
        return f"ignores-{self.name}"

    @property
    def sentence(self) -> str:
        """What is wrong."""
        gives = f"the default of {self.name} gives" if self.usual is None else f"{self.name} = {self.usual} gives"
        return f"{self.name} as given is not used: the result is what {gives}."

    @property
    def hint(self) -> str:
        """Where to look."""
        return f"Look for a place where {self.name} should stand and a fixed number, or nothing, does."

    @property
    def about(self) -> frozenset[str]:
        """It is told beside any other."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Together:
    """Several mistakes in one submission: a part's ``own``, and those of other parts that a right function calls."""

    own: tuple[Mistake, ...]
    inherited: tuple[Mistake, ...] = ()

    @property
    def code(self) -> str:
        """The codes of all, those of other parts in brackets."""
        return "+".join((*(item.code for item in self.own), *(f"[{item.code}]" for item in self.inherited)))


Wrong = Mistake | Ignored | Together  # what a submission may have in it, and the reference can be played with


def ignored(check: Check) -> list[Ignored]:
    """For each single number that a case sets otherwise than the usual case: that it is not looked at."""
    usual = check.settings(check.cases[0])
    names = dict.fromkeys(
        name for case in check.cases[1:] for name, value in check.settings(case).items() if value != usual.get(name)
    )
    return [Ignored(name, usual.get(name), check.part) for name in names]
