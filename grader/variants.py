"""A function with one small thing changed (grader.changes): by the syntax tree, nothing is run here.

Which of the variants is right, grader.one_place finds out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from grader.changes import changes
from grader.records import dataclass

LONGEST, LARGEST = 60, 1000  # lines of a function of which variants are made, and nodes of its tree


@dataclass(frozen=True, slots=True)
class Variant:
    """The text of a changed function, the line of it in which it is changed, from 1, and what kind of change it is."""

    text: str
    line: int
    kind: str


def variants(text: str, name: str) -> Iterator[Variant]:
    """The variants of the function that a text defines, the likely ones first; each is called ``name`` too."""
    tree = ast.parse(text)
    node = next((one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name), None)
    if node is None or (node.end_lineno or 0) - node.lineno > LONGEST or sum(1 for _ in ast.walk(node)) > LARGEST:
        return
    told = {ast.unparse(node)}
    for _, kind, line, do, undo in sorted(changes(node), key=lambda change: change[0]):
        do()
        try:
            changed = ast.unparse(ast.fix_missing_locations(node))
        except (ValueError, TypeError, AttributeError, RecursionError):
            changed = ""
        undo()
        if changed and changed not in told:
            told.add(changed)
            yield Variant(changed, line, kind)


def numbered(found: Iterable[Variant], name: str) -> tuple[str, list[str]]:
    """The text that defines each of these variants under a name of its own, and the names."""
    texts, names = [], []
    for number, one in enumerate(found):
        names.append(f"{name}__variant{number}")
        texts.append(one.text.replace(f"def {name}(", f"def {names[-1]}(", 1))
    return "\n\n".join(texts), names
