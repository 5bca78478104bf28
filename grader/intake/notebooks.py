"""The cells of a notebook, code and text, taken from its JSON in bounded time and memory."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from grader.errors import Refused
from grader.limits import MAX_CELLS, MAX_CODE_CELLS, MAX_JSON_DEPTH, MAX_TEXT, MAX_TEXTS, MAX_VALUES
from grader.slips import is_utf_16
from grader.submission import Cell, Prose

CLEAR = "clear its outputs and save it again"
NO_TEXT = re.compile(r"[\ud800-\udfff]")  # what is left of bad UTF-8, or half a pair
CONFLICT = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)
SOME = 50  # bytes, so that there is something to end in the middle
IMAGES = ("image/png", "image/jpeg", "image/svg+xml", "png", "jpeg", "svg")  # outputs of nbformat 4 and 3
PICTURE = re.compile(r"(data:image/[\w.+-]{1,40};base64,)[A-Za-z0-9+/=]{100,}")  # pasted into a text


def notebook_cells(path: Path, data: bytes) -> tuple[tuple[Cell, ...], tuple[Prose, ...]]:
    """The non-empty code cells of a notebook, numbered from 1 as In [n] is after "Restart and run all", and its text.

    Of keys that occur twice the last counts, as in Jupyter. Outputs and text may hold anything; code must be text.
    """
    notebook = _parsed(path, data)
    major = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if type(major) is not int:
        raise Refused(f"{path} is JSON but no notebook (it names no nbformat); hand in the .ipynb file itself.")
    if major == 4 and "cells" not in notebook and "worksheets" in notebook:
        major = 3  # renumbered, not converted
    if major not in (3, 4):
        raise Refused(f"{path} has nbformat {str(major)[:20]}; this grader reads 3 and 4: save it in that format.")
    try:
        cells = _cells(path, notebook, major)
        key = "input" if major == 3 else "source"
        code, prose = _code(cells, key), _prose(cells, key)
    except (AttributeError, TypeError):
        raise Refused(f"{path} is a damaged notebook: its cells are not in the format; save it again.") from None
    if len(code) > MAX_CODE_CELLS:
        raise Refused(f"{path} has {len(code)} code cells, more than {MAX_CODE_CELLS}; hand in your own notebook.")
    for cell in code:
        if NO_TEXT.search(cell.text):
            raise Refused(f"{path}: code cell {cell.number} holds bytes that are no UTF-8 text; type that line anew.")
    return code, prose


def language_of(data: bytes) -> str:
    """The language that a notebook's kernel speaks; "" if it does not say, or is no notebook."""
    with contextlib.suppress(ValueError, RecursionError, AttributeError):
        told = json.loads(data.decode("utf-8", "replace").removeprefix("\ufeff")).get("metadata", {})
        for field, name in (("language_info", "name"), ("kernelspec", "language")):
            language = told.get(field, {}).get(name)
            if isinstance(language, str) and language:
                return language[:30]
    return ""


def as_notebook(cells: Iterable[Cell]) -> str:
    """The text of a notebook, in nbformat 4, that holds these code cells and nothing else."""
    written: list[dict[str, Any]] = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": cell.text}
        for cell in cells
    ]
    return json.dumps({"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def _parsed(path: Path, data: bytes) -> Any:
    if sum(data.count(sign) for sign in (b",", b":", b"[", b"{")) > MAX_VALUES:
        raise Refused(f"{path} holds more than {MAX_VALUES:,} values; {CLEAR}.")
    try:
        # Bad bytes come out as lone surrogates: they matter in code, not in an output.
        notebook = json.loads(data.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        raise Refused(f"{path} is no notebook: {_why_no_json(data, error)}.") from None
    except ValueError:  # too long a whole number
        raise Refused(f"{path} is no notebook: it is not valid JSON; save it again in Jupyter.") from None
    except RecursionError:
        pass
    else:
        if not (isinstance(notebook, (dict, list)) and _is_deep(notebook)):
            return notebook
    raise Refused(f"{path} is no notebook: its JSON is nested deeper than {MAX_JSON_DEPTH} levels; {CLEAR}.")


def _why_no_json(data: bytes, error: json.JSONDecodeError) -> str:
    if not data.strip():
        return "it is empty; save it again in Jupyter"
    if is_utf_16(data):
        return "it is saved as UTF-16; save it again in Jupyter, which writes UTF-8"
    if CONFLICT.search(data):
        return "it holds the markers of a merge (<<<<<<<); resolve the conflict and save it again in Jupyter"
    if error.msg == "Extra data" and error.doc[error.pos :].lstrip()[:1] == "{":
        return f"a second one begins in its line {error.lineno}; hand in each by itself"
    if len(data) > SOME and (error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")):
        return "it is not valid JSON, since it ends in the middle: it was cut off when it was copied or downloaded"
    return "it is not valid JSON; save it again in Jupyter"


def _is_deep(value: Any) -> bool:
    """Whether lists and objects are nested deeper than MAX_JSON_DEPTH; by levels: recursion has limits."""
    level = [value]
    for _ in range(MAX_JSON_DEPTH):
        inside = (item.values() if isinstance(item, dict) else item for item in level)
        level = [child for children in inside for child in children if isinstance(child, (dict, list))]
        if not level:
            return False
    return True


def _cells(path: Path, notebook: dict[str, Any], major: int) -> list[dict[str, Any]]:
    """All cells; nbformat 3 keeps them in worksheets."""
    sheets = notebook.get("worksheets", []) if major == 3 else [notebook]
    cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    if len(cells) > MAX_CELLS:
        raise Refused(f"{path} has {len(cells)} cells, more than {MAX_CELLS}; hand in your own notebook.")
    return cells


def _code(cells: list[dict[str, Any]], key: str) -> tuple[Cell, ...]:
    texts = []
    for cell in cells:
        if cell.get("cell_type") == "code":
            source = cell.get(key, "")
            if not isinstance(source, (str, list)):
                raise TypeError
            text = _lines(source if isinstance(source, str) else "".join(source))
            if text.strip():
                texts.append((text, _image(cell.get("outputs"))))
    return tuple(Cell(number, text, image) for number, (text, image) in enumerate(texts, start=1))


def _image(outputs: Any) -> int:
    """How many characters the largest image among a cell's outputs has; 0 for none, or what is damaged."""
    found = [0]
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data", output) if isinstance(output, dict) else {}  # nbformat 3 has no data
        if isinstance(data, dict):
            found += [len(_text(data.get(kind))) for kind in IMAGES]
    return max(found)


def _prose(cells: list[dict[str, Any]], key: str) -> tuple[Prose, ...]:
    """The text cells, within limits; what is damaged in them is left out, as no mark hangs on it."""
    found, above, room = [], 0, MAX_TEXTS
    for cell in cells:
        if cell.get("cell_type") == "code":
            above += bool(_text(cell.get(key)).strip())
        else:  # markdown, raw, headings in nbformat 3, and what no format knows
            text = PICTURE.sub(r"\1…", _lines(_text(cell.get("source"))))[: min(MAX_TEXT, room)]
            if text.strip():
                found.append(Prose(above, f"# {text}" if cell.get("cell_type") == "heading" else text))
                room -= len(text)
    return tuple(found)


def _text(source: Any) -> str:
    pieces = source if isinstance(source, list) else [source]
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
