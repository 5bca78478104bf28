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
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

from grader.errors import MalformedCheck
from grader.mistakes import Mistake, Variant
from grader.parsing import by_itself

MOST_KEPT = 4096  # changed pieces and modules: a long class's memory should not hold all pairs
Edit = tuple[str, str, str]  # the function (or Class.method), the piece, the new piece


@dataclass(frozen=True, slots=True)
class Naive:
    """The naive version: a module in ``file``, which defines functions or classes of the reference by their names.

    ``parts`` are those whose scenarios call them. What the module gets from elsewhere it imports. Where functions hand
    each other something that the reference keeps otherwise, such as a cache, they go ``together``: with a patch of one
    all of them are the naive ones.
    """

    file: Path
    parts: tuple[str, ...]
    together: bool = False

    def wrong(
        self,
        code: str,
        sentence: str,
        hint: str,
        function: str,
        *edits: str,
        also: Iterable[Edit] = (),
        parts: tuple[str, ...] = (),
        about: Collection[str] = (),
        spares: Collection[str] = (),
    ) -> Mistake:
        """Declare a mistake of a ``function`` (or Class.method) by ``edits``: pieces of text, each with the new one.

        Each piece is replaced wherever it stands in the function, and must stand there. ``also`` are edits of other
        functions. ``parts``, ``about`` and ``spares`` are as in Mistake; the sentence says what is wrong, the hint
        where to look, neither gives the solution. MalformedCheck, when it is played, if a piece is not there or what
        comes out does not parse.
        """

        changes = (*((function, old, new) for old, new in zip(edits[::2], edits[1::2], strict=False)), *also)
        if not edits or len(edits) % 2:
            raise MalformedCheck(f"The mistake {code!r} needs pairs: a piece of {function}, and what replaces it.")
        variant = Patch(self.file, changes, self.together)
        return Mistake(code, parts or self.parts, sentence, hint, variant, frozenset(about), frozenset(spares))


@dataclass(frozen=True, slots=True)
class Patch:
    """The variant of a mistake that changes the text of a naive version: (function, piece, new piece) each."""

    file: Path
    changes: tuple[Edit, ...]
    together: bool = False

    def __call__(self, reference: Any) -> Mapping[str, Any]:
        """What the changed module defines that the changes reach: the functions, and all that calls them."""
        return _changed(self.file, self.changes, all_of_it=self.together)

    def module(self) -> Mapping[str, Any]:
        """All that the changed module defines: what a student hands in who makes this mistake."""
        return _changed(self.file, self.changes, all_of_it=True)


def unchanged(part: str, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The naive versions that a part's mistakes change, as they are: one that changes an answer is not right."""
    files = dict.fromkeys(item.variant.file for item in mistakes if isinstance(item.variant, Patch))
    return [Mistake(f"naive/{file.name}", (part,), "", "", Patch(file, (), together=True)) for file in files]


def combined(reference: Any, mistakes: Sequence[Mistake]) -> SimpleNamespace:
    """The reference with these mistakes in it. MalformedCheck if two patches do not go together.

    Those that are patches of one text are made in it together, and first; variants of the others wrap what there is.
    """
    changed = SimpleNamespace(**vars(reference))
    patches: dict[Path, Patch] = {}
    for patch in (item.variant for item in mistakes if isinstance(item.variant, Patch)):
        before = patches[patch.file].changes if patch.file in patches else ()
        patches[patch.file] = replace(patch, changes=tuple(dict.fromkeys((*before, *patch.changes))))  # some share one
    wrapping = [item.variant for item in mistakes if not isinstance(item.variant, Patch)]
    variants: list[Variant] = [*patches.values(), *wrapping]
    for variant in variants:  # each wraps those before it, which stay as they are
        changed = SimpleNamespace(**{**vars(changed), **variant(changed)})
    return changed


@dataclass(frozen=True, slots=True)
class _Piece:
    """A statement at the top of a naive source: a definition, under its name, or anything else, under ""."""

    name: str
    text: str


@functools.cache
def _pieces(file: Path) -> tuple[_Piece, ...]:
    """The statements of a naive source, in order."""
    text = file.read_text("utf-8")
    with by_itself():
        tree = ast.parse(text)
    lines = text.splitlines(keepends=True)
    pieces = []
    for node in tree.body:
        name, first = "", node.lineno
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            name, first = node.name, min(one.lineno for one in (node, *node.decorator_list))
        pieces.append(_Piece(name, "".join(lines[first - 1 : node.end_lineno])))
    return tuple(pieces)


@functools.lru_cache(MOST_KEPT)
def _compiled(file: Path, piece: _Piece, edits: tuple[Edit, ...]) -> tuple[CodeType, frozenset[str]]:
    """A piece with edits made in it, compiled by itself, and the names that it uses: pairs share what they can."""
    text = piece.text
    with by_itself():
        tree = ast.parse(text)
        for function, old, new in edits:
            node = _definition(tree, function)
            if node is None:
                raise MalformedCheck(f"{file.name} defines no {function}.")
            lines = text.splitlines(keepends=True)
            own = "".join(lines[node.lineno - 1 : node.end_lineno])
            if old not in own:
                where = f"{file.parent.name}/{file.name}: {function}"
                raise MalformedCheck(f"{where} has no {old!r}, which a mistake replaces.")
            text = "".join([*lines[: node.lineno - 1], own.replace(old, new), *lines[node.end_lineno :]])
            try:
                tree = ast.parse(text)
            except SyntaxError as error:
                raise MalformedCheck(f"{file.name}: {new!r} in {function} does not parse: {error}.") from None
        code = compile(tree, f"<{file.stem}>", "exec", annotations.compiler_flag, dont_inherit=True)
    return code, frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


@functools.lru_cache(MOST_KEPT)
def _changed(file: Path, changes: tuple[Edit, ...], *, all_of_it: bool) -> Mapping[str, Any]:
    """What the changed module defines: all of it, or what the changes reach."""
    pieces = _pieces(file)
    first = {function: function.partition(".")[0] for function, _, _ in changes}
    for function, name in first.items():
        if name not in (piece.name for piece in pieces):
            raise MalformedCheck(f"{file.name} defines no {function}.")
    module: dict[str, Any] = {"__name__": f"naive_{file.stem}", "__file__": str(file)}
    uses: dict[str, frozenset[str]] = {}
    for piece in pieces:
        edits = tuple(change for change in changes if first[change[0]] == piece.name)
        code, names = _compiled(file, piece, edits)
        exec(code, module)
        if piece.name:
            uses[piece.name] = names
    return {name: module[name] for name in (uses if all_of_it else _reached(uses, first.values()))}


def _definition(tree: ast.Module, function: str) -> ast.FunctionDef | ast.ClassDef | None:
    body: Sequence[ast.stmt] = tree.body
    found: ast.FunctionDef | ast.ClassDef | None = None
    for name in function.split("."):
        found = next(
            (node for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name), None
        )
        body = found.body if found else ()
    return found


def _reached(uses: Mapping[str, frozenset[str]], first: Iterable[str]) -> list[str]:
    """These definitions, and those that use one of them, directly or by way of others."""
    reached = [*dict.fromkeys(first)]
    for name in reached:
        reached += [other for other, used in uses.items() if name in used and other not in reached]
    return reached
