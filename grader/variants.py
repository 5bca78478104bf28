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


def variants(text: str, name: str, owner: str = "") -> Iterator[Variant]:
    """The variants of the function that a text defines, the likely ones first; each is called ``name`` too.

    They are defined outside of the class ``owner``, so where a method asks for its class (``super()``, ``self.__name``)
    that is written out.
    """
    try:
        body = parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    node = next((one for one in body if isinstance(one, ast.FunctionDef) and one.name == name), None)
    if node is None or _is_long(node) or (not owner and any(map(_asks_for_class, ast.walk(node)))):
        return
    for one in [one for one in ast.walk(node) if _asks_for_class(one)]:
        _with_class(one, owner, node)
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


def _with_class(node: ast.AST, owner: str, method: ast.FunctionDef) -> None:
    """Write out the class that Python would have put in: super(Owner, self), self._Owner__name."""
    if isinstance(node, ast.Attribute):
        node.attr = f"_{owner.lstrip('_')}{node.attr}"
    elif isinstance(node, ast.Call) and method.args.args:
        node.args = [ast.Name(owner, ast.Load()), ast.Name(method.args.args[0].arg, ast.Load())]
