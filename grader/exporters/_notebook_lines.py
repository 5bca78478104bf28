"""On which line of a notebook's file each line of its code stands: where GitHub can show a remark.

GitHub knows no cells: what it shows beside a change, and what a link leads to, are lines of the JSON.
"""

from __future__ import annotations

import json
from json.decoder import scanstring  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

Lines = dict[tuple[int, int], int]  # (cell as In [n], line of the cell) -> line of the file


class _Placed(str):
    """A string of the JSON, and the position in the text at which it ends."""

    __slots__ = ("end",)
    end: int


def _placed(text: str, begin: int, strict: bool) -> tuple[_Placed, int]:
    found, end = scanstring(text, begin, strict)
    placed = _Placed(found)
    placed.end = end
    return placed, end


def lines_of(text: str) -> Lines:
    """The lines of the code cells of a notebook's text; none where it is no notebook, or its code in one string."""
    text = text.removeprefix("\ufeff")
    decoder: Any = json.JSONDecoder()
    decoder.parse_string = _placed
    decoder.scan_once = py_make_scanner(decoder)
    try:
        notebook = decoder.decode(text)
        cells = [cell for cell in _cells(notebook) if cell["cell_type"] == "code"]
        sources = [cell.get("source", cell.get("input", [])) for cell in cells]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}
    found: Lines = {}
    number, position, line = 0, 0, 1
    for source in sources:
        pieces = [source] if isinstance(source, str) else source
        if not "".join(pieces).strip():
            continue
        number += 1
        within = 1
        for piece in pieces:
            if isinstance(piece, _Placed):
                line += text.count("\n", position, piece.end)
                position = piece.end
                for more in range(piece.count("\n") + (not piece.endswith("\n"))):
                    found.setdefault((number, within + more), line)
                within += piece.count("\n")
    return found


def _cells(notebook: Any) -> list[Any]:
    """All cells; nbformat 3 keeps them in worksheets."""
    sheets = notebook.get("worksheets", [notebook])
    return [cell for sheet in sheets for cell in sheet["cells"]]
