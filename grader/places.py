"""Where in a submission something went wrong: the line itself, and the function that a check calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.model import CheckResult, ErrorInfo, Place, Status
from grader.program import Program
from grader.records import replace
from grader.scenarios import text_of
from grader.spec import Check
from grader.words import inert, plain_text

ABOVE = 10  # lines in which the call of a debugger is looked for
LONGEST = 200  # characters of a line that are shown
MOST_LINES = 120  # of a function that is shown to staff
CALLED = re.compile(r"\bcode\.(\w+)")
DEBUGGER_CALL = re.compile(r"\b(?:set_trace|breakpoint)\(")
METHOD = re.compile(r"\.(\w+)\(")
WELL = (Status.PASSED, Status.SKIPPED)

BEGINS = re.compile(r"\A\s*+(?:async )?(?:def|class) (\w++)")


def called(check: Check) -> set[str]:
    """The functions, classes and methods that a check's scenario calls, by its text: of arrays too."""
    text = text_of(check.scenario)
    return {*CALLED.findall(text), *METHOD.findall(text)}


def placed(result: CheckResult, check: Check, program: Program, *, code: bool = False) -> CheckResult:
    """A check's result with the student's line under its error, and the place of the code that it calls.

    With ``code`` the place has that code, too.
    """
    if result.status in WELL:
        return result
    error = _with_source(_at_debugger(result.error, program), program) if result.error else None
    place = _place(check, program)
    return replace(result, error=error, place=place if place is None or code else replace(place, code=""))


def _at_debugger(error: ErrorInfo, program: Program) -> ErrorInfo:
    """The error at the line that calls a debugger, where it is one's: it stops at the statement after that."""
    if error.type != "BdbQuit" or not error.line:
        return error
    for number in range(error.line, max(0, error.line - ABOVE), -1):
        line = _line(replace(error, line=number), program)
        if DEBUGGER_CALL.search(line):
            message = error.message.replace("was called just above", "is called here")
            begin, end = len(line) - len(line.lstrip()), len(line.rstrip())
            return replace(error, message=message, line=number, column=begin + 1, end=end + 1)
    return error


def _with_source(error: ErrorInfo, program: Program) -> ErrorInfo:
    line = _line(error, program)
    if not line.strip():
        return replace(error, column=None, end=None)
    written = _as_written(error, program, line)
    column, end = (_expanded(line, at) if written == line else None for at in (error.column, error.end))
    line = written
    shown = line.expandtabs(4)
    if column is None or not shown.isprintable() or max(column, end or 0) > min(len(shown), LONGEST) + 1:
        column = end = None
    return replace(error, source=_cut(shown), column=column, end=end)


def _cut(line: str) -> str:
    clean = inert(line).rstrip()
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def _expanded(line: str, at: int | None) -> int | None:
    """A position counted from 1, once tabs are spaces."""
    return None if at is None or at < 1 else len(line[: at - 1].expandtabs(4)) + 1


def _line(error: ErrorInfo, program: Program) -> str:
    """The line of code that an error names; "" if there is none."""
    texts = [
        *(item.text for item in program.broken if (item.file, item.cell) == (error.file, error.cell)),
        *(str(cell["text"]) for cell in program.units.get(error.file or "", ()) if cell["cell"] == error.cell),
    ]
    lines = texts[0].split("\n") if texts else []
    return lines[error.line - 1] if error.line and 0 < error.line <= len(lines) else ""


def _as_written(error: ErrorInfo, program: Program, line: str) -> str:
    """The same line as the student wrote it, where a converted copy was graded."""
    for file in program.as_written:
        for cell in file.cells:
            lines = cell.text.split("\n") if (file.path, cell.number) == (error.file, error.cell) else []
            if error.line and error.line <= len(lines):
                return lines[error.line - 1]
    return line


def _place(check: Check, program: Program) -> Place | None:
    """The definition of what a scenario calls last: it mostly calls first what the rest needs."""
    text = text_of(check.scenario)
    called = [name for name in CALLED.findall(text) if name in program.entries]
    for name in reversed(called):
        file = program.entries[name]
        for cell, lines in _cells_that_bind(program, file, name):
            line = _defines(lines, name)
            if line is not None:
                methods = [method for method in METHOD.findall(text) if _defines(lines, method, line) is not None]
                found = _defines(lines, methods[-1], line) if lines[line - 1].startswith("class") and methods else line
                own = _block(lines, found) if found else ""
                return Place(plain_text(name, 100), plain_text(file, 200), cell, found, own)
    return None


def _block(lines: list[str], first: int) -> str:
    """The definition that begins at a line, to where its indentation ends; of a long one the first lines."""
    depth = _depth(lines[first - 1])
    taken = [lines[first - 1]]
    for line in lines[first:]:
        if line.strip() and _depth(line) <= depth and not line.lstrip().startswith((")", "#")):
            break
        taken.append(line)
    while not taken[-1].strip():
        taken.pop()
    shown = [_cut(line.expandtabs(4)[depth:]) for line in taken[:MOST_LINES]]
    more = len(taken) - len(shown)
    return "\n".join([*shown, f"# … and {more} lines more"] if more else shown)


def _depth(line: str) -> int:
    shown = line.expandtabs(4)
    return len(shown) - len(shown.lstrip())


def _cells_that_bind(program: Program, file: str, name: str) -> Iterator[tuple[int | None, list[str]]]:
    for cell in reversed(program.units.get(file, [])):
        statements, number = cell["statements"], cell["cell"]
        assert isinstance(statements, list)
        if any(name in statement["binds"] for statement in statements):
            yield number if isinstance(number, int) else None, str(cell["text"]).split("\n")


def _defines(lines: list[str], name: str, above: int = 0) -> int | None:
    """The number of the last line below another that begins a definition of a name."""
    for at in range(len(lines), above, -1):
        begins = BEGINS.match(lines[at - 1])
        if begins and begins[1] == name:
            return at
    return None
