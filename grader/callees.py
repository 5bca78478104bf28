"""In what a wrong line is looked for: the functions and methods that a check calls, then those that these call.

By the syntax tree; nothing is run here. What student code calls is looked up in its own file, and else in the only
other file of the submission that defines it.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping
from itertools import islice

from grader.parsing import parse
from grader.places import CALLED, METHOD
from grader.program import Program
from grader.records import dataclass
from grader.scenarios import text_of
from grader.spec import Check

INIT, SELF = "__init__", "self"
KINDS = ("staticmethod", "classmethod", "property")  # decorators that do nothing else (grader.worker.changed)
MOST = 30  # functions and methods that a check is given
MOST_CLASSES, MOST_BASES = 5, 5  # that have a method of the same name, and of which one is made in turn


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
        self._with_method = {file: _with_method(found) for file, found in self._of.items()}

    def callees(self, check: Check) -> Iterator[Callee]:
        """What a check's scenario calls, the last first, and how its classes are made; then what these call."""
        return islice(self._callees(check), MOST)

    def _callees(self, check: Check) -> Iterator[Callee]:
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
            elif one and (function := _function(one, asked)):
                first[function] = None
        seen = these = {**first, **last}
        while these:
            yield from these
            these = dict.fromkeys(found for one in these for found in self._called_by(one) if found not in seen)
            seen |= these

    def _called_by(self, one: Callee) -> Iterator[Callee]:
        """The functions, the methods of its own object and of others, and the classes that it calls, each once."""
        calls = [node.func for node in ast.walk(ast.Module(_body(one.text), [])) if isinstance(node, ast.Call)]
        for func in {ast.dump(func): func for func in calls if isinstance(func, (ast.Name, ast.Attribute))}.values():
            if isinstance(func, ast.Attribute):
                yield from self._methods_called(func, one)
            elif found := self._named(func.id, one.file):
                made = self._method(found, INIT, one.asked) if isinstance(found.node, ast.ClassDef) else None
                if made := made or _function(found, one.asked):
                    yield made

    def _methods_called(self, func: ast.Attribute, one: Callee) -> Iterator[Callee]:
        """The method of its own class, where it calls one of itself; else those of that name in its file."""
        if isinstance(func.value, ast.Name) and func.value.id == SELF:
            names = [one.owner] if one.owner else []
        else:
            names = self._with_method[one.file].get(func.attr, [])[:MOST_CLASSES]
        for name in names:
            if found := self._method(self._of[one.file][name], func.attr, one.asked):
                yield found

    def _named(self, name: str, file: str) -> _Definition | None:
        """The definition of a name in a file, else in the only other one that has it."""
        own = self._of[file].get(name)
        others = [found[name] for other, found in self._of.items() if other != file and name in found]
        return own or (others[0] if len(others) == 1 else None)

    def _method(self, of: _Definition, name: str, asked: str) -> Callee | None:
        """A method of a class or of a base in its file; also one that stands alone and is put into the class."""
        alone = self._of[of.file].get(name)
        if alone and isinstance(alone.node, ast.FunctionDef) and _begins_with_self(alone.node):
            return _callee(alone, alone.node, of.node.name, asked)
        for _ in range(MOST_BASES):
            for node in reversed(of.node.body):
                if isinstance(node, ast.FunctionDef) and node.name == name:
                    return _callee(of, node, of.node.name, asked) if _is_plain(node) else None
            bases = [base.id for base in getattr(of.node, "bases", ()) if isinstance(base, ast.Name)]
            found = [self._of[of.file][base] for base in bases if base in self._of[of.file]]
            if not found:
                return None
            of = found[0]
        return None


def _body(text: str) -> list[ast.stmt]:
    try:
        return parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _with_method(definitions: Mapping[str, _Definition]) -> dict[str, list[str]]:
    """The classes that have a method, by its name."""
    found: dict[str, list[str]] = {}
    for name, one in definitions.items():
        for node in one.node.body if isinstance(one.node, ast.ClassDef) else ():
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(name)
    return found


def _is_plain(node: ast.FunctionDef) -> bool:
    """Whether a method is decorated by nothing, or by what can be put around a changed one as well."""
    return not node.decorator_list or (
        len(node.decorator_list) == 1 and getattr(node.decorator_list[0], "id", "") in KINDS
    )


def _begins_with_self(node: ast.FunctionDef) -> bool:
    return [one.arg for one in node.args.args][:1] == [SELF]


def _function(of: _Definition, asked: str) -> Callee | None:
    return _callee(of, of.node, "", asked) if isinstance(of.node, ast.FunctionDef) else None


def _callee(of: _Definition, node: ast.FunctionDef, owner: str, asked: str) -> Callee:
    lines = of.text.split("\n")[node.lineno - 1 : node.end_lineno]
    return Callee(node.name, textwrap.dedent("\n".join(lines)) + "\n", of.file, of.cell, node.lineno, owner, asked)
