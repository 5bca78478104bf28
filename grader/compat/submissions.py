"""A submission's files and notebooks: what shows its age, and its converted copy."""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from grader.compat.conversion import convert
from grader.compat.edits import bound_names
from grader.compat.masking import mask, without_magics
from grader.compat.python2 import has_true_division
from grader.compat.signs import Fact, facts, is_modern, is_python2
from grader.intake.notebooks import as_notebook
from grader.intake.reading import encoding_of
from grader.parsing import parse
from grader.submission import Cell, SourceFile, Submission

# In cells that do not parse.
BINDING = re.compile(r"^[ \t]*(?:def[ \t]+(?=\w+[ \t]*\()|(?=\w+[ \t]*=[^=]))(\w+)", re.MULTILINE)
EXACT = re.compile(r"^from __future__ import\b.*\bdivision\b", re.MULTILINE)


def facts_of(file: SourceFile) -> list[tuple[Cell, Fact]]:
    """The signs of age in a module or notebook, one of each kind, each with its cell."""
    bound, exact = _bound_and_exact(file)
    seen = {"python2-division"} if exact else set()
    found = []
    for cell in file.cells:
        for fact in facts(cell.text, notebook=file.is_notebook, bound=bound):
            if fact.code not in seen:
                seen.add(fact.code)
                found.append((cell, fact))
    return found


def converted(submission: Submission, *, python2: bool | None = None) -> Submission:
    """The submission with every file and cell converted; what cannot be converted stays as it is.

    Whether it was written for Python 2 is looked up unless ``python2`` says so or not; a file that only Python 2
    can read is converted from it in any case.
    """
    if python2 is None:
        python2 = written_for_python2(submission)
    files = tuple(replace(file, cells=_cells(file, python2)) for file in submission.files)
    return replace(submission, files=files)


def files_to_run(old: Submission, new: Submission) -> dict[str, bytes]:
    """What stands in the converted files, by their path: modules, and notebooks with the magics that they had."""
    found = {}
    for before, after in zip(old.files, new.files, strict=True):
        if not before.is_notebook:
            cells = after.cells
        else:
            pairs = zip(before.cells, after.cells, strict=True)
            cells = tuple(replace(cell, text=_with_magics(was.text, cell.text)) for was, cell in pairs)
        if cells != before.cells:
            found[before.place] = as_notebook(cells).encode() if before.is_notebook else _module(cells[0].text)
    return found


def _module(text: str) -> bytes:
    """A module's text in the encoding that it names, if it is read in that."""
    plain = text.encode("utf-8", "replace")
    encoding = encoding_of(plain)
    return text.encode(encoding, "replace") if encoding else plain


def _with_magics(old: str, new: str) -> str:
    """A converted cell with the lines of the old one that are no Python."""
    lines, python, converted = (text.split("\n") for text in (old, without_magics(old), new))
    if not len(lines) == len(python) == len(converted):
        return new
    rows = zip(lines, python, converted, strict=True)
    return "\n".join(line if line != plain else row for line, plain, row in rows)


def written_for_python2(submission: Submission) -> bool:
    """Whether more of its files show Python 2 than show Python 3, or both: then all divide as Python 2 does."""
    old = new = 0
    for file in submission.files:
        if is_python2(fact for _, fact in facts_of(file)):
            old += 1
        elif any(is_modern(cell.text) for cell in file.cells):
            new += 1
    return old > new


def _cells(file: SourceFile, python2: bool) -> tuple[Cell, ...]:
    bound, exact = _bound_and_exact(file)
    exact = exact and file.is_notebook
    python2 = python2 or is_python2(fact for _, fact in facts_of(file))
    cells = []
    for cell in file.cells:
        try:
            options = {"notebook": file.is_notebook, "true_division": exact}
            text = convert(cell.text, python2=python2, bound=bound, **options)
        except SyntaxError:
            text = cell.text
        cells.append(replace(cell, text=text))
    return tuple(cells)


def _bound_and_exact(file: SourceFile) -> tuple[set[str], bool]:
    """The names that a notebook's cells bind, which are the same in all of them; and whether / divides exactly.

    It does where a cell has `from __future__ import division`, which holds for all of them.
    """
    bound: set[str] = set()
    exact = False
    for cell in file.cells:
        tree = _tree(cell.text)
        masked = mask(cell.text, notebook=file.is_notebook).text if tree is None else ""
        exact = exact or (has_true_division(tree) if tree else EXACT.search(masked) is not None)
        if file.is_notebook:
            bound |= bound_names(ast.walk(tree)) if tree else set(BINDING.findall(masked))
    return bound, exact


def _tree(text: str) -> ast.Module | None:
    try:
        return parse(without_magics(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
