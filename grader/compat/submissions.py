"""A submission's files and notebooks: what shows its age, and its converted copy."""

from __future__ import annotations

import ast
from dataclasses import replace

from grader.compat.conversion import convert
from grader.compat.edits import bound_names
from grader.compat.masking import mask, without_magics
from grader.compat.python2 import has_true_division
from grader.compat.signs import Fact, facts, is_modern, is_python2
from grader.submission import Cell, SourceFile, Submission


def facts_of(file: SourceFile) -> list[tuple[Cell, Fact]]:
    """The signs of age in a module or notebook, one of each kind, each with its cell."""
    bound: set[str] = set()
    if file.is_notebook:
        for cell in file.cells:
            bound |= _bound(cell.text)
    seen: set[str] = set()
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
    exact = file.is_notebook and any(_divides_exactly(cell.text) for cell in file.cells)
    python2 = python2 or is_python2(fact for _, fact in facts_of(file))
    cells = []
    for cell in file.cells:
        try:
            text = convert(cell.text, python2=python2, notebook=file.is_notebook, true_division=exact)
        except SyntaxError:
            text = cell.text
        cells.append(replace(cell, text=text))
    return tuple(cells)


def _bound(text: str) -> set[str]:
    tree = _tree(text)
    return bound_names(tree) if tree else set()


def _divides_exactly(text: str) -> bool:
    """Whether a cell has `from __future__ import division`, which holds for the whole notebook."""
    tree = _tree(text)
    if tree:
        return has_true_division(tree)
    masked = mask(text, notebook=True).text
    return any(line.startswith("from __future__") and "division" in line for line in masked.split("\n"))


def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(without_magics(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
