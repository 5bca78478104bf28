"""From a submission to the text that the student process executes: by AST, nothing is run here.

From a notebook come the statements that bind the wanted functions and classes, and, transitively, the
imports, constants and functions that those use. From a module come all its functions and classes, with
what they use. What remains out is what would cost time or fail: training runs, plots, data loading.
Statements keep their order, so the last definition of a name wins, as in a notebook.
"""

from __future__ import annotations

import ast
import functools
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.cells import CellText, readable
from grader.submission import SourceFile, Submission


@dataclass(frozen=True, slots=True)
class Statement:
    """One top-level statement: the names it binds and the names from outside that it uses."""

    text: str
    line: int
    binds: frozenset[str]
    uses: frozenset[str]
    keep: bool  # a function, class or star import: in a module it is always taken


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell or module that does not parse."""

    file: str
    cell: int | None
    line: int | None
    message: str
    text: str

    @property
    def place(self) -> str:
        """Where it is, in the student's words."""
        return f"cell {self.cell}" if self.cell else self.file


@dataclass(frozen=True, slots=True)
class Program:
    """What the student process loads.

    ``units`` maps a file to its chunks {file, cell, label, line, text, binds}; ``entries`` maps a wanted name
    to the file that defines it; ``roots`` are the folders from which the submission's own modules are imported.
    """

    units: dict[str, list[dict[str, object]]]
    entries: dict[str, str]
    roots: list[str]
    broken: tuple[Broken, ...]

    def as_message(self) -> dict[str, object]:
        """The part of it that crosses to the student process."""
        return {"units": self.units, "entries": self.entries, "roots": self.roots}


def defined_names(submission: Submission) -> set[str]:
    """All names that the submission's functions, classes and assignments define at the top level."""
    return {name for file in submission.files for text in _parse(file)[0] for name in _bound(text)}


def extract(submission: Submission, wanted: Iterable[str]) -> Program:
    """Extract the wanted functions and classes; a file or cell that does not parse is left out and listed."""
    wanted = list(wanted)
    parsed = {file.path: _parse(file) for file in submission.files}
    entries = _entries(wanted, submission.files, {path: good for path, (good, _) in parsed.items()})
    units = {}
    for file in submission.files:
        if file.is_notebook and file.path not in entries.values():
            continue
        names = {name for name, path in entries.items() if path == file.path}
        units[file.path] = _chunks(file, parsed[file.path][0], names)
    broken = tuple(item for _, bad in parsed.values() for item in bad)
    return Program(units, entries, _roots(entries.values()), broken)


@functools.lru_cache(maxsize=256)
def _parse(file: SourceFile) -> tuple[list[CellText], list[Broken]]:
    good, broken = [], []
    for cell in file.cells:
        try:
            good.append(readable(cell, notebook=file.is_notebook))
        except SyntaxError as error:
            broken.append(Broken(file.path, cell.number, error.lineno, error.msg, cell.text))
        except (ValueError, RecursionError, MemoryError) as error:
            broken.append(Broken(file.path, cell.number, None, f"it cannot be parsed ({error})", cell.text))
    return good, broken


def _entries(wanted: list[str], files: Iterable[SourceFile], parsed: dict[str, list[CellText]]) -> dict[str, str]:
    """For each wanted name the file to take it from: a notebook before a module, then the one with most of them."""
    defines = {file.path: {name for text in parsed[file.path] for name in _bound(text)} & set(wanted) for file in files}
    # sorted() is stable, and files come nearest to the root first.
    ranked = sorted(files, key=lambda file: (not file.is_notebook, -len(defines[file.path])))
    return {
        name: next(file.path for file in ranked if name in defines[file.path])
        for name in wanted
        if any(name in names for names in defines.values())
    }


def _roots(entry_files: Iterable[str]) -> list[str]:
    """The folders above the entry files, nearest first: where `import cs231n.layers` may find its package."""
    folders = []
    for path in entry_files:
        parts = path.split("/")[:-1]
        folders += ["/".join(parts[:n]) for n in range(len(parts), -1, -1)]
    return list(dict.fromkeys([*folders, ""]))


def _chunks(file: SourceFile, texts: list[CellText], names: set[str]) -> list[dict[str, object]]:
    statements = [(text, statement) for text in texts for statement in _statements(text)]
    return [
        {
            "file": file.path,
            "cell": text.number,
            "label": f"cell {text.number}" if file.is_notebook else file.path,
            "line": statement.line,
            "text": statement.text,
            "binds": sorted(statement.binds),
        }
        for text, statement in _needed(statements, names, every=not file.is_notebook)
    ]


def _needed(
    statements: list[tuple[CellText, Statement]], names: set[str], *, every: bool
) -> list[tuple[CellText, Statement]]:
    """The statements that bind the names, and what those use, transitively; ``every`` takes all functions."""
    taken = {
        index
        for index, (_, statement) in enumerate(statements)
        if (statement.keep and (every or not statement.binds)) or statement.binds & names
    }
    binders: dict[str, set[int]] = {}
    for index, (_, statement) in enumerate(statements):
        for name in statement.binds:
            binders.setdefault(name, set()).add(index)
    todo = list(taken)
    while todo:
        for name in statements[todo.pop()][1].uses:
            new = binders.get(name, set()) - taken
            taken |= new
            todo += new
    return [statements[index] for index in sorted(taken)]


def _statements(text: CellText) -> Iterator[Statement]:
    lines = text.source.splitlines(keepends=True)
    table = symtable.symtable(text.source, "cell", "exec")
    scopes = {(child.get_name(), child.get_lineno()): child for child in table.get_children()}
    for node in text.tree.body:
        if not _declares(node):
            continue
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        # A statement that shares its line with others (a; b) is cut out by column.
        segment = "".join(lines[first - 1 : node.end_lineno])
        if node.col_offset or ";" in lines[(node.end_lineno or first) - 1]:
            segment = ast.get_source_segment(text.source, node) or segment
        yield Statement(
            segment,
            first,
            frozenset(_targets(node)),
            frozenset(_uses(node, scopes)),
            _always(node),
        )


def _declares(node: ast.stmt) -> bool:
    """Whether a top-level statement declares something: imports, definitions, assignments, and if/try around them."""
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        return True
    if isinstance(node, ast.If):
        guard = "__name__" in {item.id for item in ast.walk(node.test) if isinstance(item, ast.Name)}
        return not guard and all(_declares(item) or isinstance(item, ast.Pass) for item in [*node.body, *node.orelse])
    if isinstance(node, ast.Try):
        blocks = [
            *node.body,
            *node.orelse,
            *node.finalbody,
            *(item for handler in node.handlers for item in handler.body),
        ]
        return any(map(_declares, blocks))
    return False


def _always(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "*" for alias in node.names)
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


def _targets(node: ast.AST) -> Iterator[str]:
    """The top-level names that a statement binds; `TwoLayerNet.loss = f` counts as binding TwoLayerNet."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name.partition(".")[0]) for alias in node.names if alias.name != "*")
    elif isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from _roots_of(target)
    elif isinstance(node, (ast.If, ast.Try)):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.stmt, ast.ExceptHandler)):
                yield from _targets(child)
    elif isinstance(node, ast.ExceptHandler):
        for child in node.body:
            yield from _targets(child)


def _roots_of(target: ast.AST) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        yield from _roots_of(target.value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        for item in target.elts:
            yield from _roots_of(item)


def _uses(node: ast.stmt, scopes: dict[tuple[str, int], symtable.SymbolTable]) -> Iterator[str]:
    """The outside names that a statement reads: at the top level by AST, inside functions by the symbol table."""
    names = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
    inner = scopes.get((getattr(node, "name", ""), node.lineno))
    if inner is None:
        yield from names
        return
    outside = set(_globals(inner))
    # Decorators, bases, defaults and annotations are evaluated at the top level.
    for part in [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]:
        outside |= {item.id for item in ast.walk(part) if isinstance(item, ast.Name)}
    yield from outside


def _globals(scope: symtable.SymbolTable) -> Iterator[str]:
    """The global names read in a function or class body, nested scopes included."""
    yield from (symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global())
    for child in scope.get_children():
        yield from _globals(child)


def _bound(text: CellText) -> Iterator[str]:
    """The names that a cell defines, imports left out: an imported name is defined elsewhere."""
    for node in text.tree.body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)) and _declares(node):
            yield from _targets(node)


def missing_because(program: Program, name: str) -> str | None:
    """Say which broken cell or module defines a name that is missing, if one does."""
    definition = re.compile(rf"^\s*(?:def|class)\s+{re.escape(name)}\b", re.MULTILINE)
    for item in program.broken:
        if definition.search(item.text):
            line = f", line {item.line}" if item.line else ""
            return f"{name} stands in {item.place}, which does not parse{line}: {item.message}."
    return None


def main_notebook(submission: Submission, names: Iterable[str]) -> SourceFile | None:
    """The notebook that has most to do with the wanted names: it defines or mentions more of them than any other."""
    wanted = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    notebooks = [file for file in submission.files if file.is_notebook]
    return max(
        notebooks,
        key=lambda file: len({n for cell in file.cells for n in wanted.findall(cell.text)}),
        default=None,
    )
