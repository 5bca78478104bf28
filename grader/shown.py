"""What a notebook is asked to show: curves and pictures below the training, which are there and hold an image.

Told by the cells' text and by the images that the notebook held when it was handed in. It carries no marks: whether a
picture shows the right thing is for a person to see.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from grader.cells import CellText
from grader.errors import MalformedCheck
from grader.extract import parsed_cells
from grader.model import Note
from grader.records import dataclass
from grader.submission import SourceFile
from grader.words import plain_text

KNOWN = {"title", "lines", "calls", "after"}
CURVES = {"plot", "semilogx", "semilogy", "loglog"}
ANEW = {"subplot", "subplots", "figure", "add_subplot", "show", "clf", "cla"}  # what is drawn from here on is another
SMALLEST = 500  # characters of an image that holds something


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that is asked for below a cell that calls one of ``after``: curves, ``lines`` in one, or ``calls``."""

    title: str
    lines: int = 0
    calls: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def shown(tables: Any, where: str) -> tuple[Shown, ...]:
    """The pictures of an assignment.toml's ``[[shows]]``; MalformedCheck says what is wrong with them."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise MalformedCheck(f"{where}: shows are tables, [[shows]].")
    return tuple(_shown(table, f"{where}: shows") for table in tables)


def _shown(table: Mapping[str, Any], where: str) -> Shown:
    if unknown := set(table) - KNOWN:
        raise MalformedCheck(f"{where}: unknown {', '.join(sorted(unknown))}.")
    lines, lists = table.get("lines", 0), [table.get(name, []) for name in ("calls", "after")]
    if not (isinstance(table.get("title"), str) and type(lines) is int and bool(lines) != bool(lists[0])):
        raise MalformedCheck(f"{where}: one has a title, and either a number of lines or calls.")
    if not all(isinstance(words, list) and all(isinstance(word, str) for word in words) for words in lists):
        raise MalformedCheck(f"{where}: calls and after are lists of names.")
    return Shown(table["title"], lines, tuple(lists[0]), tuple(lists[1]))


def notes_on_what_is_shown(file: SourceFile | None, wanted: Iterable[Shown]) -> Iterator[Note]:
    """What to say of each picture that is asked for: where it is, or that it is not there."""
    texts = parsed_cells(file)[0] if file else []
    images = {cell.number: cell.image for cell in file.cells} if file else {}
    for one in wanted:
        first = next(
            (at for at, text in enumerate(texts) if not one.after or _names(text) & set(one.after)), len(texts)
        )
        drawn = [text.number for text in texts[first:] if _draws(text, one)]
        there = [number for number in drawn if images.get(number, 0) >= SMALLEST]
        if there:
            said = f"Shown: {one.title} (cell {there[0]}). Whether it is as it should be is for a person to see."
        elif drawn:
            said = (
                f"Not shown: {one.title}. Cell {drawn[0]} draws it, and the notebook holds no image of it: run it "
                "before you hand it in (no marks)."
            )
        else:
            below = "below the training " if one.after else ""
            said = f"Not shown: {one.title}. No cell {below}draws it (no marks)."
        yield Note("shown" if there else "not-shown", plain_text(said))


def _draws(text: CellText, one: Shown) -> bool:
    return bool(_names(text) & set(one.calls)) if one.calls else _most_lines(text) >= one.lines


def _calls(text: CellText) -> list[ast.Call]:
    calls = [node for node in text.nodes if isinstance(node, ast.Call)]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _named(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _names(text: CellText) -> set[str]:
    return set(map(_named, _calls(text)))


def _most_lines(text: CellText) -> int:
    """How many curves a cell draws into one picture, as far as its text tells: in a loop any number."""
    loops = [node for node in text.nodes if isinstance(node, (ast.For, ast.While))]
    repeated = {id(item) for loop in loops for item in ast.walk(loop)}
    most, count = 0, Counter[str]()
    for call in _calls(text):
        if _named(call) in ANEW:
            count.clear()
        elif _named(call) in CURVES and isinstance(call.func, ast.Attribute):
            series = [item for item in call.args if not isinstance(item, ast.Constant)]
            axes = ast.unparse(call.func.value)
            count[axes] += 9 if id(call) in repeated else max(1, len(series) // 2)
            most = max(most, count[axes])
    return most
