"""Other forms in which students hand in what is asked for: methods without their class, a variable for a function.

A part gives its classes as ``frames``: what the starter gives of each, and the signatures of what students write.
Methods that a notebook defines at its top level are put into the frame, or into the class from which they were cut off.

A part gives as ``variables`` what may be handed in as a variable for a function: the function is made of the cells that
bind the variable, and runs where and when the function would, on what it is given.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.cells import CellText
from grader.extract import parsed_cells
from grader.model import Note
from grader.names import binds, is_stub
from grader.records import dataclass, replace
from grader.spec import FromVariable, Part
from grader.submission import Cell, SourceFile, Submission
from grader.words import listing, plain_text

FIRST = "self"  # what a method calls its first argument
Definitions = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Frame:
    """A class as the starter gives it: the names of its ``open`` methods, and its text without them."""

    name: str
    open: frozenset[str]
    text: str


def as_asked(submission: Submission, parts: Iterable[Part]) -> tuple[Submission, list[Note]]:
    """The submission with what these parts ask for where it is there in another form, and a note for each."""
    parts = list(parts)
    submission, on_methods = in_classes(submission, [frame for part in parts for frame in part.frames])
    submission, on_variables = as_functions(submission, [one for part in parts for one in part.variables])
    return submission, [*on_methods, *on_variables]


def in_classes(submission: Submission, frames: Iterable[type]) -> tuple[Submission, list[Note]]:
    """The submission with the classes whose methods stand alone, and a note for each.

    The cells keep their numbers and lines: what is added stands at their ends, and in a cell below them all.
    """
    notes: list[Note] = []
    for frame in map(_read, dict.fromkeys(frames)):
        for file, found in _alone(submission, frame):
            submission = replace(
                submission,
                files=tuple(_framed(one, frame, found) if one is file else one for one in submission.files),
            )
            notes.append(Note("methods", plain_text(_said(file, frame, found))))
    return submission, notes


def as_functions(submission: Submission, variables: Iterable[FromVariable]) -> tuple[Submission, list[Note]]:
    """The submission with functions made of the cells that bind variables, and a note for each."""
    notes: list[Note] = []
    defined = {
        name
        for file in submission.files
        for text in parsed_cells(file)[0]
        for node in text.tree.body
        for name in binds(node)
    }
    for one in dict.fromkeys(variables):
        files = [file for file in submission.files if file.is_notebook and one.function not in defined]
        for file in files:
            texts = parsed_cells(file)[0]
            if body := [node for text in texts for node in _made(text, one.variable)]:
                cells = (*file.cells, Cell(None, _function(one, body)))
                framed = replace(file, cells=cells)
                submission = replace(submission, files=tuple(framed if it is file else it for it in submission.files))
                said = (
                    f"{file.path}: {one.variable} was judged by its cells, run on the grader's data as {one.function}."
                )
                notes.append(Note("variable", plain_text(said)))
                break
    return submission, notes


def _made(text: CellText, variable: str) -> list[ast.stmt]:
    """The statements of a cell up to the last that binds a variable, but for definitions; none if that is None."""
    body = text.tree.body
    last = max((at for at, node in enumerate(body) if variable in binds(node)), default=-1)
    found = [node for node in body[: last + 1] if not isinstance(node, (*Definitions, ast.Import, ast.ImportFrom))]
    return found if any(variable in binds(node) and not _is_none(node) for node in found) else []


def _is_none(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value is None


def _function(one: FromVariable, body: Sequence[ast.stmt]) -> str:
    given = ", ".join(one.given)
    lines = [f"globals().update({', '.join(f'{name}={name}' for name in one.given)})", *map(ast.unparse, body)]
    text = "\n".join([*lines, f"return {one.variable}"])
    return f"def {one.function}({given}):\n{textwrap.indent(text, '    ')}"


def classes_of(submission: Submission, frames: Iterable[type]) -> set[str]:
    """The classes of which the submission holds methods that stand alone."""
    return {frame.name for frame in map(_read, dict.fromkeys(frames)) if any(_alone(submission, frame))}


@dataclass(frozen=True, slots=True)
class _Found:
    """The methods that stand alone in a notebook: which cells define them; and whether the class itself is there."""

    places: Mapping[str, int | None]
    is_there: bool


def _said(file: SourceFile, frame: _Frame, found: _Found) -> str:
    named = listing(list(found.places), len(found.places))
    given = "" if found.is_there else ", of which the rest is as the starter gives it"
    if len(found.places) == 1:
        return f"{file.path}: {named} stands outside of a class, and was judged as a method of {frame.name}{given}."
    return f"{file.path}: {named} stand outside of a class, and were judged as methods of {frame.name}{given}."


def _read(frame: type) -> _Frame:
    node = ast.parse(textwrap.dedent(inspect.getsource(frame))).body[0]
    assert isinstance(node, ast.ClassDef), "frames are classes"
    is_open = {item.name for item in node.body if isinstance(item, Function) and _is_open(item)}
    node.body = [item for item in node.body if not (isinstance(item, Function) and item.name in is_open)] or [
        ast.Pass()
    ]
    return _Frame(node.name, frozenset(is_open), ast.unparse(node))


def _is_open(method: Function) -> bool:
    last = method.body[-1]
    return isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...


def _alone(submission: Submission, frame: _Frame) -> Iterator[tuple[SourceFile, _Found]]:
    """The notebook with methods of the class that stand alone, if the class is not there or lacks them."""
    texts = {file: parsed_cells(file)[0] for file in submission.files}
    binding = {
        file: [node for text in found for node in text.tree.body if frame.name in binds(node)]
        for file, found in texts.items()
    }
    there = [file for file, nodes in binding.items() if nodes]
    own = [node for file in there for node in binding[file]]
    if len(there) > 1 or any(
        not (file.is_notebook and isinstance(node, ast.ClassDef)) for file in there for node in own
    ):
        return  # it lies in a module, or is put together in the student's own way
    written = {item.name for node in own for item in ast.walk(node) if isinstance(item, Function) and not is_stub(item)}
    for file in there or [file for file in submission.files if file.is_notebook]:
        if places := dict(_methods_in(texts[file], frame.open - written)):
            yield file, _Found(places, bool(there))
            return


def _methods_in(texts: Sequence[CellText], names: frozenset[str]) -> Iterator[tuple[str, int | None]]:
    """The functions of these names that begin with self, and their cells; the last of each counts."""
    for text in texts:
        for node in text.tree.body:
            if isinstance(node, Function) and node.name in names and not is_stub(node):
                arguments = [*node.args.posonlyargs, *node.args.args]
                if arguments and arguments[0].arg == FIRST and not node.decorator_list:
                    yield node.name, text.number


def _framed(file: SourceFile, frame: _Frame, found: _Found) -> SourceFile:
    """The notebook with lines at the ends of the cells, which keep hold of the methods, and the class below."""
    own = "{0}.{1}" if found.is_there else "{0}__{1}"
    cells = []
    for cell in file.cells:
        kept = [
            f"{own.format(frame.name, name)} = {name}" for name, number in found.places.items() if number == cell.number
        ]
        cells.append(replace(cell, text="\n".join([cell.text.rstrip("\n"), *kept])) if kept else cell)
    if not found.is_there:
        lines = [f"{frame.name}.{name} = {own.format(frame.name, name)}" for name in found.places]
        cells.append(Cell(None, "\n".join([frame.text, *lines])))
    return replace(file, cells=tuple(cells))
