"""Lines of a student's function that compute a value which nothing keeps, such as a continuation without brackets.

Told beside a check that failed: whether it is the cause is not known. It carries no marks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.model import CheckResult, Note, Place
from grader.parsing import parse
from grader.program import Program
from grader.words import plain_text

CONTINUED = (
    '{line} stands by itself: "{source}". Python ends a statement where the line ends, so this is not part of the '
    "line above; put the whole expression in brackets."
)
COMPARED = '{line} only compares: "{source}". Nothing is assigned (= assigns, == compares).'
UNKEPT = '{line} computes a value that nothing keeps: "{source}".'
CODE = "value-not-kept"
MOST = 3  # lines that are told
LONGEST = 120  # characters of a line that are shown


def notes_on_unkept(result: CheckResult, program: Program) -> list[Note]:
    """A note for each such line of the function in which a failed check's code is."""
    if result.place is None:
        return []
    lines = _text(result.place, program).split("\n")
    function = _function("\n".join(lines), result.place)
    found = list(_unkept(function))[:MOST] if function else []
    of_cell = f" of cell {result.place.cell}" if result.place.cell else ""
    return [Note(CODE, plain_text(_said(item, lines, of_cell))) for item in found]


def _said(statement: ast.Expr, lines: list[str], of_cell: str) -> str:
    sentence = UNKEPT
    if isinstance(statement.value, ast.Compare):
        sentence = COMPARED
    elif isinstance(statement.value, ast.UnaryOp) or _begins_with_sign(statement.value):
        sentence = CONTINUED
    where = f"Line {statement.lineno}{of_cell}"
    return sentence.format(line=where, source=lines[statement.lineno - 1].strip()[:LONGEST])


def _begins_with_sign(value: ast.expr) -> bool:
    """Whether what is added, or multiplied, first has a sign of its own."""
    while isinstance(value, ast.BinOp):
        value = value.left
    return isinstance(value, ast.UnaryOp) and isinstance(value.op, (ast.UAdd, ast.USub))


def _unkept(function: ast.AST) -> Iterator[ast.Expr]:
    """Statements that calculate or compare, and do nothing else."""
    for node in ast.walk(function):
        if isinstance(node, ast.Expr) and isinstance(node.value, (ast.BinOp, ast.UnaryOp, ast.Compare)):
            yield node


def _text(place: Place, program: Program) -> str:
    cells = program.units.get(place.file, ())
    return next((str(cell["text"]) for cell in cells if cell["cell"] == place.cell), "")


def _function(text: str, place: Place) -> ast.AST | None:
    """The definition at a place; None where the text does not parse, as it may where only a part of it counts."""
    try:
        tree = parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return next((node for node in ast.walk(tree) if isinstance(node, kinds) and node.lineno == place.line), None)
