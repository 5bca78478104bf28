"""The known mistakes of a course: declared by its secret half, or their sentences as recorded in the public one.

What students get of a mistake is its sentence, and the arrays that it gives on the public seed, which
grader.oracle.recorded reads; how it is made stays in ``solutions/mistakes/``.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.course import modules
from grader.course.folder import Course, current
from grader.course.keys import checked, read, refuse_unknown
from grader.course.parts import part_names
from grader.course.reference import load_solutions
from grader.errors import HarnessError, MalformedCheck
from grader.mistakes import Mistake, Pattern, Raised, not_played
from grader.records import dataclass, field, replace

FILE = "mistakes.json"  # beside the recorded answers
PLACE = f"{modules.SECRET}/mistakes"
SHAPES = ("ValueError", "IndexError", "AxisError")  # what NumPy raises where shapes do not fit
Declared = Mistake | Pattern | Raised


@dataclass(frozen=True, eq=False, slots=True)
class Catalogue:
    """What is known of mistakes, in the order in which it is tried."""

    declared: tuple[Declared, ...] = ()
    _of: dict[str, tuple[Mistake, ...]] = field(default_factory=dict)  # by part, as far as they were asked for

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Every mistake whose numbers are known."""
        return tuple(item for item in self.declared if isinstance(item, Mistake))

    @property
    def patterns(self) -> frozenset[str]:
        """The codes of what shows by the cases that fail."""
        return frozenset(item.code for item in self.declared if isinstance(item, Pattern))

    @property
    def about_shapes(self) -> frozenset[str]:
        """The codes of exceptions of which nothing is known but that shapes or indices do not fit."""
        known = (item for item in self.declared if isinstance(item, Raised) and item.general)
        return frozenset(item.code for item in known if item.kind in SHAPES)

    def mistakes_of(self, part: str) -> tuple[Mistake, ...]:
        """The mistakes of a part whose numbers are known."""
        if part not in self._of:
            self._of[part] = tuple(item for item in self.declared if isinstance(item, Mistake) and part in item.parts)
        return self._of[part]

    def patterns_of(self, part: str) -> tuple[Pattern, ...]:
        """The patterns that are known for a part."""
        return tuple(item for item in self.declared if isinstance(item, Pattern) and part in item.parts)

    def raised_by(self, check: str, error: Mapping[str, object], *, general: bool = False) -> Raised | None:
        """The known cause of an exception, if there is one; what is ``general`` only says what went wrong."""
        known = (item for item in self.declared if isinstance(item, Raised) and item.general == general)
        return next((item for item in known if item.fits(check, error)), None)

    def to_json(self, parts: Iterable[str]) -> str:
        """The sentences of what is known for these parts, as students get them: nothing of how a mistake is made."""
        wanted = set(parts)
        found = [item.as_dict() for item in self.declared if isinstance(item, Raised) or wanted & set(item.parts)]
        return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def live() -> Catalogue:
    """What the secret half declares."""
    return _live(current())


def modules_of(part: str) -> list[str]:
    """The modules of the secret half in which something is declared for a part, sorted."""
    found = _with_modules(current()).values()
    return sorted({module for item, module in found if not isinstance(item, Raised) and part in item.parts})


def declared() -> list[tuple[Declared, ModuleType]]:
    """What the secret half declares, and the module in which it is."""
    homes = {item.code: module for item, module in _with_modules(current()).values()}
    return [(item, sys.modules[homes[item.code]]) for item in live().declared]


def place(item: Declared, module: ModuleType) -> tuple[str, int]:
    """The file and the line where something is declared, as near as can be told."""
    file = str(module.__file__)
    texts = Path(file).read_text("utf-8").splitlines()
    for words in (f'"{item.code}"', item.sentence):
        for number, line in enumerate(texts, start=1):
            if words in line:
                return file, number
    code = getattr(getattr(item, "variant", None), "__code__", None)  # one of a family, whose code is put together
    return (code.co_filename, code.co_firstlineno) if code else (file, 1)


@functools.cache
def recorded(folders: tuple[Path, ...]) -> Catalogue:
    """What is recorded in these folders of assignments; HarnessError names a file that cannot be read."""
    found: dict[tuple[str, str], Declared] = {}
    for file in (folder / FILE for folder in folders):
        try:
            tables: list[Mapping[str, Any]] = json.loads(file.read_text("utf-8")) if file.is_file() else []
            for table in tables:
                item = _from_dict(table)
                found.setdefault((type(item).__name__, item.code), item)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise HarnessError(f"The recorded sentences {file} cannot be read: {error!r}.") from None
    own = _own_sentences(current())
    return Catalogue(tuple(_told(item, own) for item in found.values()))


def _from_dict(table: Mapping[str, Any]) -> Declared:
    if table["kind"] == "pattern":
        return Pattern.from_dict(table)
    if table["kind"] == "raised":
        return Raised.from_dict(table)
    return Mistake.from_dict(table, not_played)


@functools.cache
def _live(course: Course) -> Catalogue:
    declared = [item for item, _ in _with_modules(course).values()]
    own = _own_sentences(course)
    refuse_unknown(own, {item.code for item in declared}, str(course.public / "sentences*.toml"), "mistake")
    return Catalogue(tuple(_told(item, own) for item in declared))


@functools.cache
def _own_sentences(course: Course) -> dict[str, dict[str, str]]:
    """By code, what the course says instead: in any language, then in its own."""
    found: dict[str, dict[str, str]] = {}
    for name in ("sentences.toml", f"sentences.{course.language}.toml"):
        file = course.public / name
        for code, table in (read(file, str(file)) if file.is_file() else {}).items():
            found[code] = checked(table, {"sentence": str, "hint": str}, f"{file}, {code}")
    return found


def _told(item: Declared, own: Mapping[str, Mapping[str, Any]]) -> Declared:
    return replace(item, **own[item.code]) if item.code in own else item


@functools.cache
def _with_modules(course: Course) -> dict[str, tuple[Declared, str]]:
    """By code: every declaration, alone or in tuples, and its module; MalformedCheck names the file of a bad one."""
    found: dict[str, tuple[Declared, str]] = {}
    parts = part_names()
    for module in _modules(course):
        file = f"{PLACE}/{module.__name__.rpartition('.')[2]}.py"
        for item in _items(module):
            if found.setdefault(item.code, (item, module.__name__))[0] is not item:
                raise MalformedCheck(f"{file}: the code {item.code!r} is declared twice.")
            if not isinstance(item, Raised):
                refuse_unknown(item.parts, parts, f"{file}, {item.code!r}", "part")
    return found


def _modules(course: Course) -> list[ModuleType]:
    """The modules that declare mistakes: as ``ORDER`` of their package lists them, the others by their first code."""
    load_solutions()
    folder, found = course.secret / "mistakes", {}
    for name in modules.names_in(folder):
        try:
            found[name] = modules.load(modules.SECRET, course.secret, f"mistakes.{name}")
        except Exception as error:
            raise MalformedCheck(f"{PLACE}/{name}.py: {type(error).__name__}: {error}") from error
    order = tuple(getattr(sys.modules.get(f"{modules.SECRET}.mistakes"), "ORDER", ()))
    refuse_unknown(order, found, f"{PLACE}/__init__.py, ORDER", "module")
    listed = {name: place for place, name in enumerate(order)}
    return [found[name] for name in sorted(found, key=lambda one: (listed.get(one, len(order)), _first(found[one])))]


def _first(module: ModuleType) -> str:
    return min((item.code for item in _items(module)), default="")


def _items(module: ModuleType) -> Iterator[Declared]:
    """What a module declares, alone or in tuples."""
    for value in vars(module).values():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, (Mistake, Pattern, Raised)):
                yield item
