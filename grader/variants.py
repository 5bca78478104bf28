"""A function with one small thing changed (grader.changes): by the syntax tree, nothing is run here.

Which of the variants is right, grader.one_place finds out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.changes import changes
from grader.parsing import parse
from grader.records import dataclass

LONGEST, LARGEST = 100, 1500  # lines with statements of a function of which variants are made, and nodes of its tree


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed function: its text, the line of the original in which it is changed, from 1, what kind of change it is.

    ``rank`` says how unlikely that is, from 1.
    """

    text: str
    line: int
    kind: str
    rank: int

    def called(self, old: str, new: str) -> str:
        """Its text under another name."""
        return self.text.replace(f"def {old}(", f"def {new}(", 1)


def variants(text: str, name: str) -> Iterator[Variant]:
    """The variants of the function that a text defines, the likely ones first; each is called ``name`` too.

    A method that asks for its class (``super()``, ``self.__name``) has none: they are defined outside of it.
    """
    try:
        body = parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    node = next((one for one in body if isinstance(one, ast.FunctionDef) and one.name == name), None)
    if node is None or _is_long(node) or any(map(_asks_for_class, ast.walk(node))):
        return
    if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1:
        del node.body[0]
    told = {ast.unparse(node)}
    for rank, kind, line, do, undo in sorted(changes(node), key=lambda change: change[0]):
        do()
        try:
            changed = ast.unparse(ast.fix_missing_locations(node))
        except (ValueError, TypeError, AttributeError, RecursionError):
            changed = ""
        undo()
        if changed and changed not in told:
            told.add(changed)
            yield Variant(changed, line, kind, rank)


def _is_long(node: ast.FunctionDef) -> bool:
    nodes = list(ast.walk(node))
    return len(nodes) > LARGEST or len({one.lineno for one in nodes if isinstance(one, ast.stmt)}) > LONGEST


def _asks_for_class(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr.startswith("__") and not node.attr.endswith("__")
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super" and not node.args
