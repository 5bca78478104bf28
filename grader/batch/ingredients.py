"""What a result is made of, as digests of content by name: only with the same ingredients need it not be made anew.

No version number stands for code here: what judges is hashed, as are the checks that were chosen, the mistakes that
are known for them, the reference that they are compared with, and the assignment's description.
"""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course.assignments import Assignment
from grader.course.catalogue import modules_of
from grader.course.folder import DESCRIPTION, current
from grader.course.imports import looked_into, with_imports
from grader.course.modules import PUBLIC, SECRET
from grader.parsing import by_itself
from grader.spec import Check

ROOT = Path(__file__).resolve().parents[2]  # of the packages grader and solutions
# What shows results, or chooses what is graded, judges nothing.
NOT_JUDGING = (
    *("batch/classes.py", "batch/handed.py", "batch/ingredients.py", "batch/merging.py", "batch/overriding.py"),
    *("batch/plan.py", "batch/regrading.py", "batch/reports.py", "batch/results.py", "batch/settings.py"),
    *("batch/workshop.py", "judges/desk.py", "cluster/", "store/"),
    *("commands", "exporters", "feedback", "oracle/recorded.py", "people.py", "gradebook.py", "times.py", "policy"),
    *("intake/assembly.py", "intake/evidence.py", "intake/layouts.py", "intake/people.py", "intake/readers"),
    *("intake/reading_of.py", "intake/roster.py", "intake/trees.py", "intake/uploads.py"),
    *("__init__.py", "__main__.py", "agreement.py", "cli.py", "environment.py", "leftovers.py", "release.py"),
    *("selfcheck.py", "beside.py", "inline.py", "history.py", "watching.py"),
)
ALWAYS = (f"{SECRET}.mistakes.exceptions",)  # it is about checks of any part


def ingredients(
    assignment: Assignment, checks: Iterable[Check], root: Path = ROOT, course: Path | None = None
) -> dict[str, str]:
    """Digests of all code and text that the results of these checks of the assignment depend on, by what they are.

    ``root`` is the folder of the package grader, ``course`` that of the course: the one that is graded, unless given.
    """
    course = course or current().folder
    checks = list(checks)
    parts = tuple(sorted({check.part for check in checks}))
    described = (assignment.folder / "assignment.toml").read_bytes() + (course / DESCRIPTION).read_bytes()
    return {
        "assignment": assignment.slug,
        "chosen": hashlib.sha256(" ".join(check.name for check in checks).encode()).hexdigest(),
        "engine": engine(root),
        "description": hashlib.sha256(described).hexdigest(),
        **_exercises(parts, course),
    }


@functools.cache
def engine(root: Path = ROOT) -> str:
    """Of the grader's own code: whatever reads, runs, judges and explains, for all exercises alike."""
    folder = root / "grader"
    files = sorted(folder.rglob("*.py"))
    return _digest([file for file in files if not file.relative_to(folder).as_posix().startswith(NOT_JUDGING)], root)


@functools.cache
def _exercises(parts: tuple[str, ...], course: Path) -> dict[str, str]:
    """Of the parts' scenarios, of their mistakes, and of the reference's modules that either mentions."""
    checks = with_imports([f"{PUBLIC}.checks.{part}" for part in parts], course)
    known = with_imports([*(module for part in parts for module in modules_of(part)), *ALWAYS], course) - checks
    references = with_imports(_references(checks | known, course), course) - checks - known
    kinds = {"checks": checks, "mistakes": known, "reference": references}
    return {kind: _digest(sorted(files), course) for kind, files in kinds.items()}


def _references(files: Iterable[Path], course: Path) -> Iterator[str]:
    """The modules of the reference whose functions are mentioned, as in ``code.forward``."""
    homes = _homes(course)
    for file in files:
        yield from (homes[word] for word in looked_into(file).words & homes.keys())


@functools.cache
def _homes(course: Path) -> dict[str, str]:
    """Where each name of the reference is defined; a machine without it grades nothing hidden."""
    exports = course / SECRET / "__init__.py"
    if not exports.is_file():
        found: dict[str, str] = {}
        for file in sorted((course / SECRET).glob("*.py")):
            found |= dict.fromkeys(_defined(file), f"{SECRET}.{file.stem}")
        return found
    with by_itself():
        body = ast.parse(exports.read_bytes()).body
    return {
        name.asname or name.name: str(node.module)
        for node in body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }


def _defined(file: Path) -> list[str]:
    with by_itself():
        body = ast.parse(file.read_bytes()).body
    return [node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def _digest(files: Iterable[Path], root: Path) -> str:
    hasher = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        hasher.update(f"{file.relative_to(root).as_posix()}\0{len(content)}\0".encode() + content)
    return hasher.hexdigest()
