"""Mistakes as patches: the naive version of an exercise, as students write it, with a piece of its text changed.

    conv = Naive("solutions/naive/conv.py", parts=("conv",))

    conv.wrong(
        "conv-bias-not-added",
        "The bias is not added.",
        "What is out where x is 0?",
        "forward",
        " + b[f]", "",
    )

A mistake is found by searching for its sentence, and what it does is seen at once. Since the text changes, whatever
calls the function gets the wrong one too.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from grader.errors import MalformedCheck
from grader.mistakes import Mistake, Variant
from grader.parsing import by_itself


@dataclass(frozen=True, slots=True)
class Naive:
    """The naive version: a module in ``file``, which defines functions or classes of the reference by their names.

    ``parts`` are those whose scenarios call them. What the module gets from elsewhere it imports.
    """

    file: Path
    parts: tuple[str, ...]

    def wrong(
        self,
        code: str,
        sentence: str,
        hint: str,
        function: str,
        *edits: str,
        parts: tuple[str, ...] = (),
        about: Collection[str] = (),
    ) -> Mistake:
        """Declare a mistake of a ``function`` (or Class.method) by ``edits``: pieces of text, each with the new one.

        Each piece is replaced wherever it stands in the function, and must stand there. ``parts`` and ``about`` are as
        in Mistake; the sentence says what is wrong, the hint where to look, neither gives the solution. MalformedCheck,
        when it is played, if a piece is not there or what comes out does not parse.
        """

        changes = tuple((function, old, new) for old, new in zip(edits[::2], edits[1::2], strict=False))
        if not edits or len(edits) % 2:
            raise MalformedCheck(f"The mistake {code!r} needs pairs: a piece of {function}, and what replaces it.")
        return Mistake(code, parts or self.parts, sentence, hint, Patch(self.file, changes), frozenset(about))


@dataclass(frozen=True, slots=True)
class Patch:
    """The variant of a mistake that changes the text of a naive version: (function, piece, new piece) each."""

    file: Path
    changes: tuple[tuple[str, str, str], ...]

    def __call__(self, reference: Any) -> Mapping[str, Any]:
        """What the changed module defines that the changes reach: the functions, and all that calls them."""
        return _changed(self.file, self.changes)


def combined(reference: Any, mistakes: Sequence[Mistake]) -> SimpleNamespace:
    """The reference with these mistakes in it. MalformedCheck if two patches do not go together.

    Those that are patches of one text are made in it together, and first; variants of the others wrap what there is.
    """
    changed = SimpleNamespace(**vars(reference))
    patches: dict[Path, Patch] = {}
    for patch in (item.variant for item in mistakes if isinstance(item.variant, Patch)):
        before = patches[patch.file].changes if patch.file in patches else ()
        patches[patch.file] = Patch(patch.file, (*before, *patch.changes))
    wrapping = [item.variant for item in mistakes if not isinstance(item.variant, Patch)]
    variants: list[Variant] = [*patches.values(), *wrapping]
    for variant in variants:  # each wraps those before it, which stay as they are
        changed = SimpleNamespace(**{**vars(changed), **variant(changed)})
    return changed


@functools.cache
def _changed(file: Path, changes: tuple[tuple[str, str, str], ...]) -> Mapping[str, Any]:
    text, tree = _source(file)
    for function, old, new in changes:
        node = _definition(tree, function)
        if node is None:
            raise MalformedCheck(f"{file.name} defines no {function}.")
        lines = text.splitlines(keepends=True)
        own = "".join(lines[node.lineno - 1 : node.end_lineno])
        if old not in own:
            raise MalformedCheck(f"{file.name}: {function} has no {old!r}.")
        text = "".join([*lines[: node.lineno - 1], own.replace(old, new), *lines[node.end_lineno :]])
        try:
            with by_itself():
                tree = ast.parse(text)
        except SyntaxError as error:
            raise MalformedCheck(f"{file.name}: {new!r} in {function} does not parse: {error}.") from None
    module: dict[str, Any] = {"__name__": f"naive_{file.stem}", "__file__": str(file)}
    exec(compile(text, f"<{file.stem}>", "exec", dont_inherit=True), module)
    reached = dict.fromkeys(name for function, _, _ in changes for name in _reached(tree, function.partition(".")[0]))
    return {name: module[name] for name in reached}


@functools.cache
def _source(file: Path) -> tuple[str, ast.Module]:
    text = file.read_text("utf-8")
    with by_itself():
        return text, ast.parse(text)


def _definition(tree: ast.Module, function: str) -> ast.FunctionDef | ast.ClassDef | None:
    body: Sequence[ast.stmt] = tree.body
    found: ast.FunctionDef | ast.ClassDef | None = None
    for name in function.split("."):
        found = next(
            (node for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name), None
        )
        body = found.body if found else ()
    return found


def _reached(tree: ast.Module, first: str) -> list[str]:
    """The definitions at the top of a module that use one of them, directly or by way of others; it is the first."""
    uses = {
        node.name: {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
        for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    reached = [first]
    for name in reached:
        reached += [other for other, used in uses.items() if name in used and other not in reached]
    return reached
