"""Convert a module or cell for Python 3 and NumPy 2 in three steps: syntax, Python 2's meaning, NumPy's.

Lines stay. The first step changes tokens within their lines (what fissix adds or takes is joined again), the others
insert text around nodes and replace pieces without their newlines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from grader.compat import old_numpy, python2
from grader.compat.masking import Masked, expand_tabs, mask, without_magics
from grader.compat.syntax import to_python3
from grader.limits import MAX_BRACKETS, MAX_CONVERTED, MAX_IMPORTED, MAX_IMPORTED_IN_ALL, MAX_SCOPES
from grader.parsing import parse

IMPORT = re.compile(r"\bimport\b")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def convert(
    text: str, *, python2: bool, notebook: bool = False, true_division: bool = False, bound: Iterable[str] = ()
) -> str:
    """The same program for Python >= 3.11 and NumPy 2, with the same lines.

    ``python2`` says that it was written for Python 2: its division rounds down, unless the text says `from
    __future__ import division` or ``true_division`` says that another cell does. ``notebook`` takes magics out, as
    a cell may have them; ``bound`` are names that other cells bind. What it needs at run time is called ``_compat``
    (see grader.compat.runtime).
    SyntaxError if it is neither Python 3 nor what is converted; Refused if fissix is needed and not installed.
    """
    if len(text) > MAX_CONVERTED:
        raise SyntaxError(f"longer than {MAX_CONVERTED:,} characters, too long to convert")
    if notebook:
        text = without_magics(text)
    try:
        return _converted(text, python2, true_division, frozenset(bound))
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"it cannot be converted ({error})") from None


def _converted(text: str, is_python2: bool, true_division: bool, bound: frozenset[str]) -> str:
    try:
        tree = parse(text)
    except (TabError, IndentationError):
        text = expand_tabs(text)
        tree = None
    except SyntaxError:
        tree = None
    if is_python2:
        _refuse_tangles(mask(text))
        text = to_python3(text)
        tree = parse(text)
        _refuse_depth(tree)
        text = python2.converted(text, tree, true_division=true_division, others=bound)
        tree = None
    elif tree:
        text, tree = python2.bridged(text, tree), None
    return old_numpy.converted(text, tree or parse(text))


def _refuse_tangles(masked: Masked) -> None:
    """SyntaxError for what would keep fissix busy: long imports, brackets in brackets."""
    if masked.deepest > MAX_BRACKETS:
        raise SyntaxError(f"brackets nested deeper than {MAX_BRACKETS} levels, too deep to convert")
    names = [text.count(",") + 1 for _, text in masked.statements() if IMPORT.search(text)]
    if max(names, default=0) > MAX_IMPORTED:
        raise SyntaxError(f"an import of more than {MAX_IMPORTED} names, too long to convert")
    if sum(names) > MAX_IMPORTED_IN_ALL:
        raise SyntaxError(f"imports of more than {MAX_IMPORTED_IN_ALL} names, too many to convert")


def _refuse_depth(tree: ast.Module) -> None:
    """SyntaxError for functions and classes in each other, which are looked through once for each around them."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_SCOPES + 1):
        level = [inner for scope in level for inner in _scopes_in(scope)]
    if level:
        raise SyntaxError(f"definitions nested deeper than {MAX_SCOPES} levels, too deep to convert")


def _scopes_in(scope: ast.AST) -> Iterator[ast.AST]:
    """The functions and classes of a scope that lie in no other one of it."""
    todo = list(ast.iter_child_nodes(scope))
    while todo:
        node = todo.pop()
        if isinstance(node, SCOPES):
            yield node
        else:
            todo += ast.iter_child_nodes(node)
