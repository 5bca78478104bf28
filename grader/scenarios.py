"""In the grader: a check's scenario as text, with those functions and constants of its module that it uses.

This is all of a check that reaches the student process: what the check expects, and how that is computed, has no way
there. It may call other functions of the checks' files, NumPy and the standard library; constants are written out.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from grader.course.modules import PUBLIC
from grader.errors import MalformedCheck

OWN = ("grader.", f"{PUBLIC}.")  # what may be sent along as text
HEAD = "from __future__ import annotations\n"


@functools.cache
def text_of(scenario: Callable[..., Any]) -> str:
    """A module that defines the scenario under its own name; MalformedCheck if it uses what cannot go along."""
    pieces: dict[str, tuple[object, str]] = {}
    _collect(scenario.__name__, scenario, pieces)
    definitions = [text for _, text in pieces.values() if text.startswith(("def ", "class "))]
    rest = [text for _, text in pieces.values() if text not in definitions]
    return HEAD + "\n".join([*rest, *definitions])


def _collect(name: str, value: object, pieces: dict[str, tuple[object, str]]) -> None:
    """Add the text that defines a name, and of all that it uses."""
    if name in pieces:
        if pieces[name][0] is not value:
            raise MalformedCheck(f"A scenario uses two different things that are called {name}.")
        return
    if isinstance(value, types.ModuleType):
        pieces[name] = value, f"import {value.__name__} as {name}"
    elif isinstance(value, (types.FunctionType, type)) and value.__module__.startswith(OWN):
        text = _source(value).replace(f" {value.__name__}(", f" {name}(", 1)  # it may be imported under another name
        pieces[name] = value, text
        known = vars(sys.modules[value.__module__])
        for used in _used(value):
            if used in known:  # else it is a builtin
                _collect(used, known[used], pieces)
    elif callable(value):
        pieces[name] = value, f"from {value.__module__} import {getattr(value, '__name__', name)} as {name}"
    else:
        pieces[name] = value, f"{name} = {_literal(name, value)}"
    if isinstance(value, types.ModuleType) and f"{value.__name__}.".startswith(OWN):
        raise MalformedCheck(f"A scenario uses the module {value.__name__}: import from it what it calls.")


@functools.cache
def _used(value: types.FunctionType | type) -> tuple[str, ...]:
    """The names that a definition looks up when it runs, or when it is defined, for defaults."""
    looked_up = _looked_up(value)
    if not (_has_defaults(value) or looked_up & vars(sys.modules[value.__module__]).keys()):
        return ()  # as most scenarios: a walk through the tree is dear
    nodes = list(ast.walk(ast.parse(_source(value))))
    arguments = [node.args for node in nodes if isinstance(node, (ast.FunctionDef, ast.Lambda))]
    defaults = [item for of in arguments for item in (*of.defaults, *of.kw_defaults) if item is not None]
    looked_up |= {node.id for of in defaults for node in ast.walk(of) if isinstance(node, ast.Name)}
    return tuple(dict.fromkeys(node.id for node in nodes if isinstance(node, ast.Name) and node.id in looked_up))


def _has_defaults(value: types.FunctionType | type) -> bool:
    return not isinstance(value, types.FunctionType) or bool(value.__defaults__ or value.__kwdefaults__)


def _looked_up(value: types.FunctionType | type) -> set[str]:
    """What a function, or the methods of a class, look up by name: attributes, and what is no variable of theirs."""
    found = [value] if inspect.isfunction(value) else list(vars(value).values())
    codes = [item.__code__ for item in found if inspect.isfunction(item)]
    names: set[str] = set()
    own: set[str] = set()
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        own.update(code.co_varnames, code.co_cellvars)
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return names - own


@functools.cache
def _source(value: types.FunctionType | type) -> str:
    """The definition without its decorators; all stand at the top level of their modules."""
    lines = linecache.getlines(sys.modules[value.__module__].__file__ or "")
    begins = (f"def {value.__name__}(", f"class {value.__name__}:", f"class {value.__name__}(")
    start = next((number for number, line in enumerate(lines) if line.startswith(begins)), None)
    if start is None:
        raise MalformedCheck(f"The source of {value.__qualname__} is not at the top level of {value.__module__}.")
    rest = range(start + 1, len(lines))
    end = next((number for number in rest if lines[number].strip() and lines[number][0] not in " )"), len(lines))
    return "".join(lines[start:end]).rstrip() + "\n"


def _literal(name: str, value: object) -> str:
    text = repr(value)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError):
        same = False
    if not same or isinstance(value, np.generic):
        raise MalformedCheck(f"A scenario uses {name}, which is no number, word or tuple of them.")
    return text
