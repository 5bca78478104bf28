"""What is taken of a submission: the statements that the student process executes, and what else is known of them."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Mapping

from grader.model import Note
from grader.names import left_none, returns_nothing
from grader.parsing import parse
from grader.records import dataclass, field
from grader.slips import without_prefixes
from grader.submission import SourceFile

BOUND = re.compile(r"^[^\S\n]*+(?:(?:def|class)\s++(\w++)|(\w++)\s*+=)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell or module that does not parse."""

    file: str
    cell: int | None
    line: int | None
    message: str
    text: str
    column: int | None = None  # in that line, from 1

    @property
    def names(self) -> set[str]:
        """What it would define."""
        return set(map("".join, BOUND.findall(without_prefixes(self.text))))

    @property
    def place(self) -> str:
        """Where it is, in the student's words."""
        return f"cell {self.cell}" if self.cell else self.file


@dataclass(frozen=True, slots=True)
class Program:
    """What the student process loads.

    ``units`` maps a file to its cells {file, cell, label, text, statements}: the statements to execute are
    {index, binds}, their place in the cell and the names that they bind ("*": any). ``entries`` maps a wanted name to
    the file that defines it; ``roots`` are the folders from which the submission's own modules are imported.
    ``wanted`` are the names that were asked for, ``packages`` those that are imported from and are no folders here.
    ``files`` are all that were handed in, to look for what is nowhere defined; ``as_written`` the same before they were
    converted, if they were. ``notes`` say what is amiss with the cells, ``others`` what else the notebooks define that
    something was taken from.
    """

    units: dict[str, list[dict[str, object]]]
    entries: dict[str, str]
    roots: list[str]
    broken: tuple[Broken, ...] = field(default=())
    wanted: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    files: tuple[SourceFile, ...] = ()
    notes: tuple[Note, ...] = ()
    others: Mapping[str, set[str]] = field(default_factory=dict)
    as_written: tuple[SourceFile, ...] = ()

    def left_none(self) -> set[str]:
        """The functions that use what the starter left None; looked up where nothing but None came back."""
        texts = [str(cell["text"]) for cells in self.units.values() for cell in cells]
        return set(_left_none(tuple(texts)))

    def returning_nothing(self) -> dict[str, dict[str, object]]:
        """The functions that compute and return nothing, and where each ends: {file, cell, line}."""
        cells = [cell for several in self.units.values() for cell in several]
        return {
            node.name: {"file": cell["file"], "cell": cell["cell"], "line": node.end_lineno}
            for cell in cells
            for node in parse(str(cell["text"])).body
            if isinstance(node, ast.FunctionDef) and returns_nothing(node)
        }

    @property
    def is_converted(self) -> bool:
        """Whether its code may call what grader.compat.runtime gives."""
        return any("_compat." in str(cell["text"]) for cells in self.units.values() for cell in cells)

    def as_message(self) -> dict[str, object]:
        """The part of it that crosses to the student process."""
        names = ("units", "entries", "roots", "packages")
        return {name: getattr(self, name) for name in names}


@functools.lru_cache(maxsize=4)  # asked for once a case
def _left_none(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name for text in texts for name in left_none(parse(text)))
