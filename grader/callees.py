"""In what a wrong line is looked for: the functions and methods that a check calls, then those that these call.

By the syntax tree; nothing is run here. What student code calls is looked up in its own file, and else in the only
other file of the submission that defines it.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from grader.parsing import parse
from grader.places import CALLED, METHOD
from grader.program import Program
from grader.records import dataclass
from grader.scenarios import text_of
from grader.spec import Check

INIT = "__init__"


@dataclass(frozen=True, slots=True)
class Callee:
    """A function or method of the submission: its text, the file, cell (None in a module) and line of that.

    ``owner`` is the class of which it is a method, or "", and ``asked`` what the scenario calls to get there.
    """

    name: str
    text: str
    file: str
    cell: object
    line: int
    owner: str
    asked: str

    @property
    def full_name(self) -> str:
        """As students say it: Net.loss."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    @property
    def is_asked(self) -> bool:
        """Whether it is what the scenario calls, or a method of that; else it is something that this makes use of."""
        return (self.owner or self.name) == self.asked


@dataclass(frozen=True, slots=True)
class _Definition:
    """A function or class at the top of a cell or module, and the text that it stands in."""

    node: ast.FunctionDef | ast.ClassDef
    text: str
    file: str
    cell: object


class Definitions:
    """What a submission defines at the top of its cells and modules; of a name the last in each file."""

    def __init__(self, program: Program) -> None:
        self._entries = program.entries
        self._of: dict[str, dict[str, _Definition]] = {}
        for file, cells in program.units.items():
            found = self._of.setdefault(file, {})
            for cell in cells:
                text = str(cell["text"])
                for node in _body(text):
                    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                        found[node.name] = _Definition(node, text, file, cell["cell"])

    def callees(self, check: Check) -> Iterator[Callee]:
        """What a check's scenario calls, the last first, and how its classes are made; then what these call."""
        text = text_of(check.scenario)
        methods = list(dict.fromkeys(reversed(METHOD.findall(text))))
        called = [check.rename.get(name, name) for name in reversed(CALLED.findall(text))]
        first: dict[Callee, None] = {}
        last: dict[Callee, None] = {}
        for asked in dict.fromkeys(called):
            one = self._of.get(self._entries.get(asked, ""), {}).get(asked)
            if one and isinstance(one.node, ast.ClassDef):
                first |= dict.fromkeys(found for name in methods if (found := self._method(one, name, asked)))
                last |= dict.fromkeys(found for found in [self._method(one, INIT, asked)] if found)
            elif one and isinstance(one.node, ast.FunctionDef):
                first[_callee(one, one.node, "", asked)] = None
        seen = these = {**first, **last}
        while these:
            yield from these
            these = dict.fromkeys(found for one in these for found in self._called_by(one) if found not in seen)
            seen |= these

    def _called_by(self, one: Callee) -> Iterator[Callee]:
        """The methods of its own object, and the functions and methods of classes of the submission, that it calls."""
        calls = [node.func for node in ast.walk(ast.Module(_body(one.text), [])) if isinstance(node, ast.Call)]
        for func in calls:
            if isinstance(func, ast.Name) and (found := self._named(func.id, one.file)):
                if isinstance(found.node, ast.FunctionDef):
                    yield _callee(found, found.node, "", one.asked)
                elif made := self._method(found, INIT, one.asked):
                    yield made
            elif isinstance(func, ast.Attribute):
                yield from self._methods_called(func, one)

    def _methods_called(self, func: ast.Attribute, one: Callee) -> Iterator[Callee]:
        """The method of its own class, where it calls one of itself; else those of that name in its file."""
        of_itself = isinstance(func.value, ast.Name) and func.value.id == "self"
        for name, other in self._of[one.file].items():
            if isinstance(other.node, ast.ClassDef) and (name == one.owner or not of_itself):
                found = self._method(other, func.attr, one.asked)
                if found:
                    yield found

    def _named(self, name: str, file: str) -> _Definition | None:
        """The definition of a name in a file, else in the only other one that has it."""
        own = self._of[file].get(name)
        others = [found[name] for other, found in self._of.items() if other != file and name in found]
        return own or (others[0] if len(others) == 1 else None)

    def _method(self, of: _Definition, name: str, asked: str) -> Callee | None:
        """A method of a class or of a base in its file; also one that stands alone and is put into the class."""
        assert isinstance(of.node, ast.ClassDef)
        alone = self._of[of.file].get(name)
        if (
            alone
            and isinstance(alone.node, ast.FunctionDef)
            and [one.arg for one in alone.node.args.args][:1] == ["self"]
        ):
            return _callee(alone, alone.node, of.node.name, asked)
        for node in reversed(of.node.body):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                return None if node.decorator_list else _callee(of, node, of.node.name, asked)
        for base in of.node.bases:
            other = self._of[of.file].get(base.id) if isinstance(base, ast.Name) else None
            if other and other is not of and isinstance(other.node, ast.ClassDef):
                return self._method(other, name, asked)
        return None


def _body(text: str) -> list[ast.stmt]:
    try:
        return parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _is_method(node: ast.FunctionDef) -> bool:
    return [one.arg for one in node.args.args][:1] == ["self"]


def _callee(of: _Definition, node: ast.FunctionDef, owner: str, asked: str) -> Callee:
    lines = of.text.split("\n")[node.lineno - 1 : node.end_lineno]
    return Callee(node.name, textwrap.dedent("\n".join(lines)) + "\n", of.file, of.cell, node.lineno, owner, asked)
