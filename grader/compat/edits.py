"""Changes of a text at the places of its syntax tree; lines stay, as newlines are never added nor taken."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Set


class Edits:
    """Insertions around nodes and replacements between them, collected while a tree is walked from the outside in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = [0]
        lines = text.split("\n")
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._lines = lines
        self._columns: dict[int, list[int]] = {}  # of lines beyond ASCII: the character of each byte
        self._before: dict[int, list[str]] = {}
        self._after: dict[int, list[str]] = {}
        self._replaced: dict[int, tuple[int, str]] = {}

    def start(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        """The offset where a node begins; trees count bytes of UTF-8."""
        return self._offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.arg) -> int:
        """The offset where a node ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self._offset(node.end_lineno, node.end_col_offset)

    def _offset(self, line: int, column: int) -> int:
        text = self._lines[line - 1]
        if text.isascii():
            return self._starts[line - 1] + column
        if line not in self._columns:
            self._columns[line] = [n for n, sign in enumerate(text) for _ in sign.encode()] + [len(text)]
        return self._starts[line - 1] + self._columns[line][column]

    def wrap(self, node: ast.expr, before: str, after: str = "") -> None:
        """Put text around a node."""
        self.insert(self.start(node), before)
        if after:
            self._after.setdefault(self.end(node), []).append(after)

    def wrap_argument(self, call: ast.Call, function: str) -> None:
        """Put a function's call around the only argument of a call, unless it is a constant or brings no brackets."""
        if not isinstance(call.args[0], (ast.Constant, ast.Starred, ast.GeneratorExp)):
            self.wrap(call.args[0], f"{function}(", ")")

    def insert(self, at: int, text: str) -> None:
        """Put text at an offset, within what was put there for an outer node."""
        self._before.setdefault(at, []).append(text)

    def follow(self, at: int, text: str) -> None:
        """Put text behind what ends at an offset."""
        self._after.setdefault(at, []).append(text)

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a piece; newlines in it are kept, behind the text."""
        old = self.text[start:end]
        self._replaced[start] = (end, text + "\n" * (old.count("\n") - text.count("\n")))

    def result(self) -> str:
        """The changed text."""
        return "".join(self._pieces())

    def _pieces(self) -> Iterator[str]:
        at = 0
        for place in sorted({*self._before, *self._after, *self._replaced}):
            if place < at:
                raise ValueError("two changes overlap")
            yield self.text[at:place]
            at = place
            yield from reversed(self._after.get(place, []))  # what was wrapped last is innermost
            yield from self._before.get(place, [])
            if place in self._replaced:
                at, text = self._replaced[place]
                yield text
        yield self.text[at:]


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every node, outer before inner and left before right; not into f-strings, whose places Python 3.11 gets wrong."""
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, ast.JoinedStr):
            continue
        yield item
        stack.extend(reversed(list(ast.iter_child_nodes(item))))


def bound_names(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that are bound anywhere in a text, whose nodes these are: then they are not Python's own."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)):
            found.add(node.name or "")  # an except need not name anything
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return found


def numpy_names(nodes: Iterable[ast.AST], bound: Set[str]) -> set[str]:
    """The names that stand for NumPy: its import's, and `np` and `numpy` where nothing else binds them."""
    return imported_as(nodes, "numpy") | ({"np", "numpy"} - bound)


def imported_as(nodes: Iterable[ast.AST], module: str) -> set[str]:
    """The names that a module is imported by."""
    imports = [node for node in nodes if isinstance(node, ast.Import)]
    return {alias.asname or module for node in imports for alias in node.names if alias.name == module}
