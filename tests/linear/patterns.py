"""Every regular expression of the package: none may be built where this does not see it."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grader
from grader.course.catalogue import live

ROOT = Path(grader.__file__).parent
FUNCTIONS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn", "template"}
GIVEN = re.compile(rf"\bre\s*\.\s*(?:{'|'.join(FUNCTIONS)})\b")
INSIDE = 5  # how deep collections of patterns are looked into


@functools.cache
def all_patterns() -> dict[str, tuple[str, int]]:
    """By where they stand, the patterns and flags: what modules hold, and what is given to ``re``'s functions."""
    found: dict[tuple[str, int], str] = {}
    for module in pkgutil.walk_packages(grader.__path__, "grader."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in held(value, INSIDE):
                if isinstance(pattern.pattern, str):
                    found.setdefault((pattern.pattern, pattern.flags & ~re.UNICODE), f"{module.name}.{name}")
    for item in live().declared:  # exceptions are looked at with patterns of the course's
        for pattern in held(item, INSIDE):
            found.setdefault((pattern.pattern, pattern.flags & ~re.UNICODE), f"{item.code} of the course")
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        for line, pattern, flags in given(ast.parse(text)) if GIVEN.search(text) else ():
            found.setdefault((pattern, flags), f"{path.relative_to(ROOT)}:{line}")
    return {f"{where} {pattern}"[:120]: (pattern, flags) for (pattern, flags), where in found.items()}


def held(value: Any, depth: int) -> Iterator[re.Pattern[Any]]:
    """The compiled patterns in a value, in collections and in fields."""
    if isinstance(value, (str, int, float, bytes)):  # most of what modules hold
        return
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from held(item, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from held(item, depth - 1)
    elif depth and dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from held(getattr(value, field.name), depth - 1)
    elif depth and isinstance(value, type) and value.__module__.startswith("grader"):
        for item in vars(value).values():
            yield from held(item, depth - 1)


def given(tree: ast.Module) -> Iterator[tuple[int, str, int]]:
    """The literal patterns that functions give to ``re``'s functions, with their flags."""
    for node in calls(tree):
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield node.lineno, node.args[0].value, flags_of(node)


def unseen(tree: ast.Module) -> list[int]:
    """The lines with patterns that are neither literal nor held by a module: put together while a program runs."""
    lines = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "re"]
    return lines + [node.lineno for node in calls(tree) if not isinstance(node.args[0], ast.Constant)]


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """The calls of ``re``'s functions within functions; what a module compiles for itself it holds."""
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.Lambda))]
    inside = {id(node): node for function in functions for node in ast.walk(function)}
    for node in (node for node in nodes if isinstance(node, ast.Call)):
        function = node.func
        of_re = (
            isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
        )
        if of_re and function.attr in FUNCTIONS and (id(node) in inside or function.attr != "compile"):
            yield node


def flags_of(call: ast.Call) -> int:
    """The flags that are named in a call."""
    names = [node.attr for part in [*call.args[1:], *call.keywords] for node in ast.walk(part)
             if isinstance(node, ast.Attribute) and node.attr.isupper()]  # fmt: skip
    return int(sum(getattr(re, name) for name in names))
