"""Python 2's syntax and modules as Python 3's, by fissix, the kept fork of the lib2to3 that Python 3.13 dropped."""

from __future__ import annotations

import functools
import logging
import re
from typing import Any

from grader.compat.masking import expand_tabs
from grader.errors import Refused
from grader.parsing import parse

SYNTAX = ("except", "exec", "funcattrs", "ne", "numliterals", "paren", "raise", "repr", "throw", "tuple_params")
# Names and modules that moved; what lists and numbers mean is for grader.compat.python2.
MODULES = (
    *("getcwdu", "imports", "itertools", "itertools_imports", "metaclass", "methodattrs", "nonzero", "renames"),
    *("sys_exc", "types", "urllib"),
)
NEEDED = "Converting Python 2 needs the package fissix: `python -m pip install fissix` installs it."
UNPACKED = re.compile(r"^[ \t]*+(\(?[\w, ()]+\)? = xxx_todo_changeme\d*)\n[ \t]*(?=\S)", re.MULTILINE)
BLOCK = re.compile(r"(?:if|for|while|try|with|def|class|@)(?:\b|$)")


def to_python3(text: str) -> str:
    """The text with Python 3's syntax; SyntaxError if it is neither."""
    try:
        parse(text)
        return _refactored(text, SYNTAX + MODULES, prints=False)
    except SyntaxError:
        pass
    text = expand_tabs(text)
    for prints in (True, False):  # `print(x, file=f)` is no statement
        try:
            new = _refactored(text, SYNTAX + MODULES, prints=prints)
            parse(new)
        except SyntaxError:
            continue
        return new
    parse(text)  # Python 3's own words on what is wrong
    return text


def _refactored(text: str, fixers: tuple[str, ...], *, prints: bool) -> str:
    tool = _tool((*fixers, "print") if prints else fixers, prints)
    try:
        tree = tool.refactor_string(text if text.endswith("\n") else f"{text}\n", "")
    except RecursionError:
        raise
    except Exception as error:  # its parser's, tokenizer's and fixers' own kinds
        raise SyntaxError(f"not Python 2 either ({error})") from None
    new = str(tree)
    new = new if text.endswith("\n") else new.removesuffix("\n")
    if new.count("\n") != text.count("\n"):
        new = UNPACKED.sub(_joined, new)
    if new.count("\n") != text.count("\n") and len(fixers) > len(SYNTAX):
        return _refactored(text, SYNTAX, prints=prints)
    return new


def _joined(found: re.Match[str]) -> str:
    """The unpacking of a tuple parameter, on the line of the statement behind it where that can share one."""
    if BLOCK.match(found.string, found.end()):
        return found[0]
    indent = found[0][: len(found[0]) - len(found[0].lstrip())]
    return f"{indent}{found[1]}; "


@functools.cache
def _tool(fixers: tuple[str, ...], prints: bool) -> Any:
    try:
        from fissix.refactor import RefactoringTool
    except ImportError:
        raise Refused(NEEDED) from None
    logging.getLogger("RefactoringTool").setLevel(logging.CRITICAL)  # it says that fixers' order changed nothing
    names = [f"fissix.fixes.fix_{name}" for name in fixers]
    return RefactoringTool(names, {"print_function": not prints})
