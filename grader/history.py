"""From the cells that a kernel has run to what they define now: of a cell that was run again, the last run counts."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.cells import readable
from grader.model import CheckResult, Note, Result
from grader.names import Definition, binds
from grader.submission import Cell

OLDER = "# an older version, or nothing that counts"  # keeps the numbers: cell n is In [n]
DEFINES = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)  # in what does not parse
UNDEFINED = re.compile(r"(?<!\w)(\w++)'? is not defined")
RAISED = re.compile(r"Defining (\w+) raised")
GIVES = (Definition, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True, slots=True)
class Cells:
    """The texts of In [1], In [2], ..., with a comment in the place of what counts no more; ``defined`` are the names
    that the others bind.
    """

    texts: tuple[str, ...]
    defined: frozenset[str]


def cells_now(history: Sequence[str]) -> Cells:
    """What was run, as IPython keeps it: ``history[n]`` is In [n], and the first is empty.

    A cell is older if later ones define anew all that it binds. One that does not parse defined nothing; it is kept if
    no later one defines what it would have: then its error is what is to be said.
    """
    kept: list[str] = []
    later: set[str] = set()  # given a new value by the cells below
    bound: set[str] = set()
    for number in range(len(history) - 1, 0, -1):
        text = history[number]
        try:
            body = readable(Cell(number, text), notebook=True).tree.body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            wanted = set(DEFINES.findall(text))
            kept.append(text if wanted and not wanted <= later else OLDER)
            continue
        names = {name for node in body for name in binds(node)}
        kept.append(text if names and not names <= later else OLDER)
        later |= {name for node in body if isinstance(node, GIVES) for name in binds(node)}
        bound |= names
    return Cells(tuple(reversed(kept)), frozenset(bound))


def what_stays_in_the_kernel(result: Result, cells: Cells, kernel: Mapping[str, Any]) -> Result:
    """The Result, where checks lack a name that the kernel has, with why: only code is taken from there."""
    notes: dict[str, Note] = {}
    for check in result.checks:
        for name in _lacking(check):
            if RAISED.search(check.error.message if check.error else ""):
                said = (
                    f"{name} is made by running code, which a locked process did again, without your files: "
                    "build it inside the function, or give it as an argument."
                )
            elif name in kernel and name not in cells.defined:
                said = (
                    f"{name} exists in this kernel, but no cell that was run defines it (%run, exec or "
                    "another program did): only code of cells is graded. Define it in a cell."
                )
            else:
                continue
            notes.setdefault(name, Note("kernel-only", said))
    return replace(result, notes=(*result.notes, *notes.values()))


def _lacking(check: CheckResult) -> list[str]:
    message = check.error.message if check.error else ""
    return list(dict.fromkeys([*RAISED.findall(message), *UNDEFINED.findall(message)]))
