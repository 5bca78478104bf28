"""Lines of CSV that a spreadsheet takes as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.exporters.csv import FORMULA
from grader.words import inert


def line(cells: Sequence[str]) -> str:
    """A line of CSV, quoted where that is needed, in which no cell is a formula (OWASP, "CSV Injection")."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(_harmless, cells))
    return text.getvalue()


def _harmless(text: str) -> str:
    clean = inert(text)
    return f"'{clean}" if FORMULA.match(clean) and not _is_number(clean) else clean


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii()
