"""The names of a function of a student's: which it has, from which line on they have a value, which are alike."""

from __future__ import annotations

import ast


def names_of_loops(function: ast.FunctionDef) -> list[str]:
    """What its loops count with or go through."""
    targets = [one.target for one in ast.walk(function) if isinstance(one, ast.For)]
    return list(dict.fromkeys(one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)))


def names_of(function: ast.FunctionDef) -> list[str]:
    """All of its own: its arguments, and what it binds."""
    arguments = [one.arg for one in function.args.args]
    bound = [one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
    return list(dict.fromkeys([*arguments, *bound]))


def bound_from(function: ast.FunctionDef) -> dict[str, int]:
    """The line from which on each name can have a value: that below where it is bound first, or the loop's own."""
    found: dict[str, int] = {}
    for node in ast.walk(function):
        loops = isinstance(node, (ast.For, ast.comprehension))
        for name in ast.walk(node.target) if isinstance(node, (ast.For, ast.comprehension)) else (node,):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                line = name.lineno - loops
                found[name.id] = min(line, found.get(name.id, line))
    return found | {one.arg: 0 for one in function.args.args}


def alike(one: str, other: str) -> bool:
    """Whether two names begin or end with the same half: input_width and input_height, dhidden and hidden."""
    half = (min(len(one), len(other)) + 1) // 2
    return one[:half] == other[:half] or one[-half:] == other[-half:]
