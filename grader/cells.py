"""A cell as Python: IPython's own syntax is taken out, line numbers stay."""

from __future__ import annotations

import ast
import functools
import re
import symtable

from grader.limits import MAX_DEPTH
from grader.names import Scopes, scopes_of
from grader.parsing import by_itself, parse
from grader.records import dataclass
from grader.submission import Cell

# Cell magics whose body is still the student's Python; all others (%%bash, %%html, ...) hold something else.
PYTHON_MAGICS = {"time", "timeit", "capture", "prun", "python", "python3", "py"}
# What is taken possessively (*+) is never given back: a pattern that tries again is quadratic in a long line.
LINE_MAGIC = re.compile(r"^(\s*+)(?:[%!?].*|[\w.]++\?\??\s*+)$")
MORE_MAGIC = re.compile(r"^\s*+[%!]")
ASSIGNED_MAGIC = re.compile(r"^([\w.,\s\[\]]++=)\s*+[%!].*$")

WORK = 30_000, 10  # characters that may be read again, and times that all of a cell may


@dataclass(frozen=True, slots=True)
class CellText:
    """A parsed cell or module: its number (None in a module), its cleaned source, its tree and scopes.

    ``nodes`` are all of the tree, from the top down: a walk takes longer than parsing. ``scopes`` are those of the
    symbol table at the top level. A cell that ``was_indented`` as a whole is so no longer, as when Jupyter runs it.
    """

    number: int | None
    source: str
    tree: ast.Module
    nodes: list[ast.AST]
    scopes: Scopes
    was_indented: bool = False


@functools.lru_cache(maxsize=64)  # several ask for the cells of one submission, and nobody changes a tree
def readable(cell: Cell, *, notebook: bool) -> CellText:
    """Parse a cell, without its magics if it is a notebook's; SyntaxError if what remains is no Python.

    ValueError, RecursionError or MemoryError (the parser's) if it is nested too deep, or holds a null character.

    Magics are found through the parser: a line is taken out only if parsing stops at it, so that lines
    beginning with % inside strings stay as they are. As each costs a pass, there is an end to it.
    """
    lines = cell.text.split("\n")
    if notebook:
        _drop_cell_magic(lines)
    work = WORK[0] + WORK[1] * len(cell.text)
    indent: SyntaxError | None = None
    while True:
        source = "\n".join(lines) + "\n"
        try:
            text = CellText(cell.number, source, *_parsed(source), was_indented=indent is not None)
        except SyntaxError as error:
            work -= len(source)  # the parser reads to the end to say what is wrong
            if notebook and indent is None and _drop_indent(lines, error):
                indent = error
            elif not (notebook and work > 0 and _drop_magic(lines, error)):
                raise
        else:
            if indent and not _compiles(source):  # the end of a function, cut off: it returns something
                raise indent
            return text


def cell_magic(text: str) -> str:
    """The cell magic that a text begins with, if what stands under it is not the student's Python; else ""."""
    words = text.split(maxsplit=1)[:1]
    return words[0] if words and words[0].startswith("%%") and words[0][2:] not in PYTHON_MAGICS else ""


def _drop_indent(lines: list[str], error: SyntaxError) -> bool:
    """Take the indent of the first line from all that have it, if parsing stopped there; False if it did not."""
    first = next((index for index, line in enumerate(lines) if line.strip()), 0)
    indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
    if not indent or not isinstance(error, IndentationError) or error.lineno != first + 1:
        return False
    lines[:] = [line.removeprefix(indent) for line in lines]
    return True


def _compiles(source: str) -> bool:
    with by_itself():
        try:
            compile(source, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except SyntaxError:
            return False
    return True


def _parsed(source: str) -> tuple[ast.Module, list[ast.AST], Scopes]:
    tree = parse(source)
    nodes = _nodes(tree)
    # Some errors show in the second step only: an argument named twice, a misplaced global.
    with by_itself():
        return tree, nodes, scopes_of(symtable.symtable(source, "cell", "exec"))


def _nodes(tree: ast.Module) -> list[ast.AST]:
    """All nodes of a tree; ValueError if it is too deep. As ast.walk gives them, in a third of its time.

    Load, Add and their like have no fields and are one object in all trees. In a kernel other tools hang things on
    them: IPython's tracebacks a parent, which leads into another tree and round in circles.
    """
    nodes: list[ast.AST] = [tree]
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        below: list[ast.AST] = []
        for node in level:
            for value in vars(node).values() if node._fields else ():
                if isinstance(value, ast.AST):
                    below.append(value)
                elif isinstance(value, list):
                    below += [item for item in value if isinstance(item, ast.AST)]
        if not below:
            return nodes
        nodes += below
        level = below
    raise ValueError(f"nested deeper than {MAX_DEPTH} levels")


def _drop_cell_magic(lines: list[str]) -> None:
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    if first is None or not lines[first].startswith("%%"):
        return
    words = lines[first][2:].split()
    if words and words[0] in PYTHON_MAGICS:
        lines[first] = ""
    else:
        lines[:] = [""] * len(lines)


def _drop_magic(lines: list[str], error: SyntaxError) -> bool:
    """Replace the magic at or just before the place where parsing stopped; False if there is none."""
    number = min(error.lineno or 0, len(lines))
    for index in (number - 1, number - 2):
        line = lines[index] if index >= 0 else ""
        assigned, plain = ASSIGNED_MAGIC.match(line), LINE_MAGIC.match(line)
        if not (assigned or plain):
            continue
        last = index
        while lines[last].endswith("\\") and last + 1 < len(lines):  # a command that goes on in the next line
            last += 1
            lines[last - 1] = lines[last - 1].removesuffix("\\")
        lines[index : last + 1] = [""] * (last + 1 - index)
        lines[index] = f"{assigned[1]} None" if assigned else f"{plain[1] if plain else ''}pass"
        _drop_more(lines, last + 1)
        return True
    return False


def _drop_more(lines: list[str], index: int) -> None:
    """Replace the magics that follow one directly: a new statement begins there, so they stand in no string."""
    while index < len(lines) and MORE_MAGIC.match(lines[index]) and not lines[index].endswith("\\"):
        lines[index] = lines[index][: len(lines[index]) - len(lines[index].lstrip())] + "pass"
        index += 1
