"""Where a name that is not defined stands all the same: in a text cell, a comment, a string, another function."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection, Iterator

from grader.cells import cell_magic, readable
from grader.names import binds
from grader.records import dataclass
from grader.submission import Cell, SourceFile
from grader.words import nearest

# Taken possessively: what is tried again is quadratic in a long line.
GIVEN = re.compile(
    r"""^[ \t]*+(\#[#\ \t]*+)?(?:\'{3}|\"{3})?
    (?: (?:async\ ++)?def\ ++(\w++)\ *+\(
      | class\ ++(\w++)\ *+[:(]
      | (?:from\ ++[\w.]++\ ++)?
        import\ ++([\w.]++(?:\ ++as\ ++\w++)?+(?:\ *+,\ *+[\w.]++(?:\ ++as\ ++\w++)?+)*+)\ *+(?:$|\#)
      | ([A-Z][A-Z_0-9]++)\ *+= )""",
    re.MULTILINE | re.VERBOSE,
)
WORD = re.compile(r"\w++")
IMPORTS = {"np": "import numpy as np", "numpy": "import numpy"}


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """A clause that says where a name stands, or ``nowhere``; the file and cell to look into."""

    message: str
    cell: int | None = None
    file: str | None = None
    nowhere: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A place where code gives a name, or would: ``cell`` is None in a text cell, which stands after ``after``."""

    file: SourceFile
    cell: Cell | None
    after: int = 0
    commented: bool = False


def whereabouts(files: tuple[SourceFile, ...], name: str) -> Whereabouts | None:
    """Where a name stands that nothing defines at the top level, as a clause, or that it stands nowhere."""
    found = _index(files).get(name)
    if found is None:
        return _nowhere(files, name)
    cell = found.cell
    if cell is None:
        place = f"after cell {found.after}" if found.after else "above the first code cell"
        return Whereabouts(f"its code stands in a text cell, which is not run ({found.file.path}, {place})")
    place = f"{found.file.path}, cell {cell.number}" if cell.number else found.file.path
    said = "it is commented out" if found.commented else _why_not_run(cell, name, notebook=found.file.is_notebook)
    return Whereabouts(f"{said} ({place})", cell.number, found.file.path) if said else None


@dataclass(frozen=True, slots=True)
class Near:
    """A function or class whose name looks like another."""

    name: str
    file: str
    cell: int | None


def near_name(files: tuple[SourceFile, ...], name: str, wanted: Collection[str]) -> Near | None:
    """What code defines that looks like a name which it does not define, and is none of the ``wanted`` others."""
    defined = {
        other: found
        for other, found in _index(files).items()
        if found.cell and not found.commented and other not in wanted and not other.isupper()
    }
    other = nearest(name, defined)
    if not other:
        return None
    found = defined[other]
    return Near(other, found.file.path, found.cell.number if found.cell else None)


def _why_not_run(cell: Cell, name: str, *, notebook: bool) -> str:
    magic = cell_magic(cell.text) if notebook else ""
    if magic:
        return f"it stands under {magic}, where nothing is run"
    try:
        text = readable(cell, notebook=notebook)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    nodes = text.nodes
    if any(name in binds(node) for node in text.tree.body):
        return ""
    if any(isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name for node in nodes):
        return "it is defined inside another function or class"
    strings = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return "its code stands in a string" if any(name in _names(text) for text in strings) else ""


def _names(text: str) -> set[str]:
    return {name for _, names in _given(text) for name in names}


def _given(text: str) -> Iterator[tuple[bool, list[str]]]:
    """The names that the lines of a text define or import, and whether they are commented out."""
    for mark, function, kind, imported, constant in GIVEN.findall(text):
        yield bool(mark), WORD.findall(imported) if imported else [function or kind or constant]


@functools.lru_cache(maxsize=4)  # asked for once a check
def _index(files: tuple[SourceFile, ...]) -> dict[str, _Found]:
    """The best place of every name: code before text cells, and those before comments."""
    places: tuple[dict[str, _Found], ...] = ({}, {}, {})
    for file in files:
        for cell in file.cells:
            for commented, names in _given(cell.text):
                for name in names:
                    places[2 if commented else 0].setdefault(name, _Found(file, cell, commented=commented))
        for prose in file.prose:
            for commented, names in _given(prose.text):
                for name in names if not commented else ():
                    places[1].setdefault(name, _Found(file, None, prose.after))
    return places[2] | places[1] | places[0]


def _nowhere(files: tuple[SourceFile, ...], name: str) -> Whereabouts | None:
    """That no code of a submission binds a name at all, if that is sure."""
    bound = _bound(files)
    if bound is None or name in bound:
        return None
    if name in IMPORTS:
        return Whereabouts(f"nothing in the submission imports it: `{IMPORTS[name]}` is missing", nowhere=True)
    return Whereabouts("nothing in the submission defines or imports it", nowhere=True)


@functools.lru_cache(maxsize=4)
def _bound(files: tuple[SourceFile, ...]) -> frozenset[str] | None:
    """Every name that is bound somewhere in code that parses; None if a star import may bind more."""
    bound: set[str] = set()
    for file in files:
        for cell in file.cells:
            try:
                nodes = readable(cell, notebook=file.is_notebook).nodes
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
            for node in nodes:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    bound.add(node.name)
                elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                    bound.add(node.id)
                elif isinstance(node, ast.arg):
                    bound.add(node.arg)
                elif isinstance(node, ast.alias):
                    if node.name == "*":
                        return None
                    bound.add(node.asname or node.name.partition(".")[0])
    return frozenset(bound)
