"""Why a name is not there: its file does not parse, its definition raised, or it stands where nothing is run."""

from __future__ import annotations

import re
from collections.abc import Mapping

from grader.extract import broken_definition
from grader.judging import Problems, described, ended, with_hint
from grader.model import CheckResult, ErrorInfo
from grader.program import Program
from grader.records import replace
from grader.whereabouts import near_name, whereabouts
from grader.words import plain_text

# What an exception says of a name that is not there: by itself, or in a module.
ABSENT = re.compile(
    r"^(?:With .*: )?(?:(?:name ')?(\w+)'? is not defined"
    r"|(?:partially initialized )?module '[\w.]+' has no attribute '(\w+)'|cannot import name '(\w+)')"
)
IMPORTING = ("ModuleNotFoundError", "ImportError")


def explain_absence(result: CheckResult, program: Program, problems: Problems) -> CheckResult:
    """Where a name is absent, say why if that is known: its cell does not parse, or its definition raised."""
    error = result.error
    named = ABSENT.search(error.message) if error else None
    if error is None or named is None or error.type not in ("Missing", "NameError", "AttributeError", "ImportError"):
        return result
    name = named[1] or named[2] or named[3]
    broken = broken_definition(program, name)
    if not (named[1] or broken):  # a module may lack a name for other reasons
        return result
    if broken:
        said = with_hint(plain_text(broken.message))
        why = f"{name} stands in {broken.place}, which does not parse: {ended(said)}"
        place = ErrorInfo("SyntaxError", "", broken.cell, broken.line, file=broken.file, column=broken.column)
    else:
        raised = next((item for item in problems if name in _names(item)), None)
        if raised is None:
            return _with_whereabouts(result, error, name, program)
        place = described(raised)
        what = f"Importing {name} failed" if place.type in IMPORTING else f"Defining {name} raised {place.type}"
        why = f"{what}: {ended(place.message)}"
    if error.type == "Missing":
        return replace(result, error=replace(place, message=why))
    where = f"{f'cell {place.cell}' if place.cell else place.file}, line {place.line}"
    return replace(result, error=replace(error, message=f"{ended(error.message)} {why} ({where})"))


def _with_whereabouts(result: CheckResult, error: ErrorInfo, name: str, program: Program) -> CheckResult:
    """The result with where the name stands that is not defined, if it stands somewhere or surely nowhere."""
    found = whereabouts(program.files, name)
    if error.type == "Missing" and (found is None or found.nowhere):
        near = near_name(program.files, name, program.wanted)
        if near is None:
            return result
        said = f"{error.message.removesuffix('.')}, but {near.name} is: is that it, misspelt?"
        return replace(result, error=replace(error, message=plain_text(said), cell=near.cell, file=near.file))
    if found is None:
        return result
    if error.type == "Missing":
        said = f"{error.message.removesuffix('.')}: {found.message}."
        return replace(result, error=replace(error, message=plain_text(said), cell=found.cell, file=found.file))
    said = f"{ended(error.message)} {found.message[0].upper()}{found.message[1:]}."
    return replace(result, error=replace(error, message=plain_text(said)))


def _names(problem: Mapping[str, object]) -> list[object]:
    names = problem.get("binds")
    return names if isinstance(names, list) else []
