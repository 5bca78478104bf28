"""Which files of a course a module needs: what it imports of the course's own, and so on. Nothing is imported."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from grader.course.modules import PUBLIC, SECRET
from grader.parsing import by_itself

HALVES = (f"{PUBLIC}.", f"{SECRET}.")


class Looked(NamedTuple):
    """What a module may import, and the attributes and texts in it."""

    imports: frozenset[str]
    words: frozenset[str]


def with_imports(modules: Iterable[str], course: Path) -> set[Path]:
    """The files of modules and of the course's modules that they import, and so on."""
    found: set[Path] = set()
    waiting = list(modules)
    while waiting:
        file = file_of(waiting.pop(), course)
        if file is None or file in found:
            continue
        found.add(file)
        waiting += [name for name in looked_into(file).imports if name.startswith(HALVES)]
    return found


@functools.cache
def looked_into(file: Path) -> Looked:
    """What is in a file, by its text."""
    with by_itself():
        tree = ast.parse(file.read_bytes())
    imports, words = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            imports |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
        elif isinstance(node, ast.Import):
            imports |= {name.name for name in node.names}
        elif isinstance(node, ast.Attribute):
            words.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.add(node.value)
    return Looked(frozenset(imports), frozenset(words))


def file_of(module: str, course: Path) -> Path | None:
    """The file of a module of the course; None if there is none."""
    place = course.joinpath(*module.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)
