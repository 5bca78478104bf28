"""The code cells of a notebook, taken from its JSON in bounded time and memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.errors import Refused
from grader.submission import Cell

MAX_VALUES = 2_000_000  # each costs up to 100 bytes of memory for 3 bytes of file
MAX_DEPTH = 100
MAX_CELLS = 20_000
MAX_CODE_CELLS = 5_000
CLEAR = "clear its outputs and save it again"
NO_TEXT = re.compile(r"[\ud800-\udfff]")  # what is left of bad UTF-8, or half a pair


def notebook_cells(path: Path, data: bytes) -> tuple[Cell, ...]:
    """The non-empty code cells of a notebook, numbered from 1 as In [n] is after "Restart and run all".

    Of keys that occur twice the last counts, as in Jupyter. Outputs and text may hold anything; code must be text.
    """
    notebook = _parsed(path, data)
    major = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if type(major) is not int:
        raise Refused(f"{path} is JSON but no notebook (it names no nbformat); hand in the .ipynb file itself.")
    if major not in (3, 4):
        raise Refused(f"{path} has nbformat {str(major)[:20]}; this grader reads 3 and 4: save it in that format.")
    try:
        texts = [text for text in _code(path, notebook, major) if text.strip()]
    except (AttributeError, TypeError):
        raise Refused(f"{path} is a damaged notebook: its cells are not in the format; save it again.") from None
    if len(texts) > MAX_CODE_CELLS:
        raise Refused(f"{path} has {len(texts)} code cells, more than {MAX_CODE_CELLS}; hand in your own notebook.")
    for number, text in enumerate(texts, start=1):
        if NO_TEXT.search(text):
            raise Refused(f"{path}: code cell {number} holds bytes that are no UTF-8 text; type that line anew.")
    return tuple(Cell(number, text) for number, text in enumerate(texts, start=1))


def _parsed(path: Path, data: bytes) -> Any:
    if sum(data.count(sign) for sign in (b",", b":", b"[", b"{")) > MAX_VALUES:
        raise Refused(f"{path} holds more than {MAX_VALUES:,} values; {CLEAR}.")
    try:
        # Bad bytes come out as lone surrogates: they matter in code, not in an output.
        notebook = json.loads(data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
    except ValueError:  # too long a whole number too
        raise Refused(f"{path} is no notebook: it is not valid JSON; save it again in Jupyter.") from None
    except RecursionError:
        pass
    else:
        if not (isinstance(notebook, (dict, list)) and _is_deep(notebook)):
            return notebook
    raise Refused(f"{path} is no notebook: its JSON is nested deeper than {MAX_DEPTH} levels; {CLEAR}.")


def _is_deep(value: Any) -> bool:
    """Whether lists and objects are nested deeper than MAX_DEPTH; by levels, as recursion has limits of its own."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inside = (item.values() if isinstance(item, dict) else item for item in level)
        level = [child for children in inside for child in children if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def _code(path: Path, notebook: dict[str, Any], major: int) -> Iterator[str]:
    """The text of each code cell; nbformat 3 keeps cells in worksheets and calls their source input."""
    sheets, key = (notebook.get("worksheets", []), "input") if major == 3 else ([notebook], "source")
    cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    if len(cells) > MAX_CELLS:
        raise Refused(f"{path} has {len(cells)} cells, more than {MAX_CELLS}; hand in your own notebook.")
    for cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get(key, "")
            if not isinstance(source, (str, list)):
                raise TypeError
            text = source if isinstance(source, str) else "".join(source)
            yield text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
