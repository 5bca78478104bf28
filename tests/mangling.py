"""Whole notebooks, mangled as students, editors and version control mangle them: each function gives a new one."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Notebook = dict[str, Any]
Mangling = Callable[[Notebook], Notebook]


def finished(slug: str) -> Notebook:
    """The solution notebook of an assignment, which gets full marks; every source one text."""
    return _read(ROOT / "solutions" / "notebooks" / f"{slug}.ipynb")


def template(slug: str) -> Notebook:
    """The notebook that students begin with."""
    return _read(ROOT / "student_template" / slug / f"{slug}.ipynb")


def _read(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def code(source: str) -> dict[str, Any]:
    """A code cell."""
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}


def place(notebook: Notebook, text: str) -> int:
    """The index of the first code cell that holds a text."""
    cells = enumerate(notebook["cells"])
    return next(index for index, cell in cells if cell["cell_type"] == "code" and text in cell["source"])


def number(notebook: Notebook, text: str) -> int:
    """The number of that cell, as messages have it."""
    return sum(cell["cell_type"] == "code" for cell in notebook["cells"][: place(notebook, text) + 1])


def deleted(text: str) -> Mangling:
    """Without the cell that holds a text."""

    def mangle(notebook: Notebook) -> Notebook:
        del notebook["cells"][place(notebook, text)]
        return notebook

    return _on_a_copy(mangle)


def edited(text: str, edit: Callable[[str], str]) -> Mangling:
    """With the source of one cell changed."""

    def mangle(notebook: Notebook) -> Notebook:
        cell = notebook["cells"][place(notebook, text)]
        cell["source"] = edit(cell["source"])
        return notebook

    return _on_a_copy(mangle)


def repeated(text: str, *sources: str, before: bool = False) -> Mangling:
    """With further cells right after (or before) the one that holds a text; without sources, the same again."""

    def mangle(notebook: Notebook) -> Notebook:
        at = place(notebook, text)
        more = [code(source) for source in sources or (notebook["cells"][at]["source"],)]
        notebook["cells"][at + (not before) : at + (not before)] = more
        return notebook

    return _on_a_copy(mangle)


def moved_to_the_end(text: str) -> Mangling:
    """With the cell that holds a text last."""

    def mangle(notebook: Notebook) -> Notebook:
        notebook["cells"].append(notebook["cells"].pop(place(notebook, text)))
        return notebook

    return _on_a_copy(mangle)


def split(text: str, before: str) -> Mangling:
    """With one cell cut in two, before the line that begins with the words ``before``."""

    def mangle(notebook: Notebook) -> Notebook:
        at = place(notebook, text)
        source = notebook["cells"][at]["source"]
        cut = re.search(rf"^\s*{re.escape(before)}", source, re.MULTILINE)
        assert cut
        start = cut.start() + cut[0].startswith("\n")
        notebook["cells"][at : at + 1] = [code(source[:start]), code(source[start:])]
        return notebook

    return _on_a_copy(mangle)


def turned(text: str, kind: str) -> Mangling:
    """With the cell that holds a text of another kind."""

    def mangle(notebook: Notebook) -> Notebook:
        at = place(notebook, text)
        source = notebook["cells"][at]["source"]
        notebook["cells"][at] = {"cell_type": kind, "metadata": {}, "source": source}
        return notebook

    return _on_a_copy(mangle)


def glued(other: Notebook, *, first: bool = False) -> Mangling:
    """With the cells of another notebook after its own, or before."""

    def mangle(notebook: Notebook) -> Notebook:
        pair = (other, notebook) if first else (notebook, other)
        notebook["cells"] = [copy.deepcopy(cell) for one in pair for cell in one["cells"]]
        return notebook

    return _on_a_copy(mangle)


def _on_a_copy(mangle: Mangling) -> Mangling:
    return lambda notebook: mangle(copy.deepcopy(notebook))


@_on_a_copy
def reversed_cells(notebook: Notebook) -> Notebook:
    """From the last cell to the first."""
    notebook["cells"].reverse()
    return notebook


@_on_a_copy
def merged(notebook: Notebook) -> Notebook:
    """All code in one cell."""
    sources = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    notebook["cells"] = [code("\n\n".join(sources))]
    return notebook


@_on_a_copy
def bare(notebook: Notebook) -> Notebook:
    """Without ids, metadata, outputs and counts."""
    cells = [{"cell_type": cell["cell_type"], "source": cell["source"]} for cell in notebook["cells"]]
    return {"nbformat": 4, "nbformat_minor": 5, "cells": cells}


@_on_a_copy
def with_the_same_ids(notebook: Notebook) -> Notebook:
    """Every cell with the id of the first."""
    for cell in notebook["cells"]:
        cell["id"] = "a"
    return notebook


def with_minor(minor: Any) -> Mangling:
    """Of another nbformat_minor."""
    return lambda notebook: {**notebook, "nbformat_minor": minor}


@_on_a_copy
def in_worksheets(notebook: Notebook) -> Notebook:
    """The cells where nbformat 3 has them, and the number 4."""
    cells = [
        {**{name: value for name, value in cell.items() if name != "source"}, "input": cell["source"]}
        if cell["cell_type"] == "code"
        else cell
        for cell in notebook["cells"]
    ]
    return {"metadata": {}, "nbformat": 4, "nbformat_minor": 0, "worksheets": [{"cells": cells, "metadata": {}}]}


def with_line_ends(end: str) -> Mangling:
    """Lines that end in something else."""

    def mangle(notebook: Notebook) -> Notebook:
        for cell in notebook["cells"]:
            cell["source"] = cell["source"].replace("\n", end)
        return notebook

    return _on_a_copy(mangle)


def indented(source: str) -> str:
    """Four blanks before every line."""
    return "".join(f"    {line}" for line in source.splitlines(keepends=True))


def commented_out(source: str) -> str:
    """A # before every line."""
    return "".join(f"# {line}" for line in source.splitlines(keepends=True))


def in_conflict(source: str) -> str:
    """With the markers that a merge leaves."""
    head, _, last = source.rpartition("\n")
    return f"{head}\n<<<<<<< HEAD\n{last}\n=======\n{last}  # theirs\n>>>>>>> feature\n"
