"""Remarks beside lines of code, as GitHub shows them: the worst ten, at the line, and never a second command."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

from grader.exporters import annotations
from grader.exporters._notebook_lines import lines_of
from grader.model import ErrorInfo, Note, Place, Status
from tests.exporters.test_hostile_text import NAMES
from tests.results import failed_check, result

CELLS = ["import numpy as np\n", "def f(x):\n    y = 'é'\n\n    return y\n", "  \n", "def g(x):\n    return x"]


def of(*checks, **more):
    """A Result with these checks."""
    whole = result(**more)
    part = dataclasses.replace(whole.parts[0], checks=tuple(checks))
    return dataclasses.replace(whole, parts=(part,))


def crashed(line, *, lost=2.0, file="work.ipynb", cell=3, message="boom"):
    error = ErrorInfo("ValueError", message, cell=cell, line=line, file=file)
    check = dataclasses.replace(failed_check(), slug=f"check{line}", error=error, diagnosis=(), findings=())
    return dataclasses.replace(check, status=Status.CRASHED, points=0.0, max_points=lost)


def located(file, cell, line):
    return f"hw/{file}", None if line is None else 100 + line


def test_a_cause_is_one_remark_at_its_line_the_costliest_first():
    """Two checks that fail at one line are one remark, with what they cost together."""
    remarks = annotations.remarks(of(crashed(1), crashed(7), crashed(7)), located)
    assert [(one.kind, one.file, one.line) for one in remarks if one.kind == "error"] == [
        ("error", "hw/work.ipynb", 107),
        ("error", "hw/work.ipynb", 101),
    ]
    assert remarks[0].title.endswith("4 points lost")
    assert "boom (cell 3, line 7)" in remarks[0].message


def test_only_the_worst_ten_of_a_kind_are_shown():
    """GitHub drops the others of a step, whichever they are."""
    notes = tuple(Note("defined-twice", f"note {n}") for n in range(12))
    whole = dataclasses.replace(of(*(crashed(n, lost=float(n)) for n in range(1, 15))), notes=notes)
    remarks = annotations.remarks(whole, located)
    assert [one.line - 100 for one in remarks if one.kind == "error"] == list(range(14, 4, -1))
    assert len([one for one in remarks if one.kind == "warning"]) == 10


def test_a_wrong_answer_is_shown_at_the_function_that_gave_it():
    """There is no line that raised: the definition has to do."""
    check = dataclasses.replace(failed_check(), error=None, place=Place("f", "layers.py", None, 12))
    (remark,) = [one for one in annotations.remarks(of(check), located) if one.kind == "error"]
    assert (remark.file, remark.line) == ("hw/layers.py", 112)


@pytest.mark.parametrize("text", [*NAMES, "x%0A::error::y", "a,line=1::b"])
def test_no_text_of_students_ends_or_begins_a_command(text):
    """One line, one command, and its fields are those that we gave it."""
    for remark in annotations.remarks(of(crashed(1, file=text, message=text)), lambda file, *_: (file, 1)):
        command = remark.command
        assert len(command.splitlines()) == 1
        assert "##[" not in command
        fields = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", command)
        assert fields
        assert {field.partition("=")[0] for field in fields[2].split(",")} <= {"file", "line", "title"}
        assert "%0A::" not in fields[3].replace("%250A", "")


@pytest.mark.parametrize("indent", [1, 4], ids="indent {}".format)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_lines_of_cells_are_found_in_the_json(indent, ascii_only):
    """Empty cells do not count, as in In [n]; outputs and text cells hold the same words and are not taken for code."""
    cells = [{"cell_type": "markdown", "source": CELLS[1].splitlines(keepends=True)}]
    for source in CELLS:
        outputs = [{"output_type": "stream", "text": source.splitlines(keepends=True)}]
        cells.append({"cell_type": "code", "outputs": outputs, "source": source.splitlines(keepends=True)})
    text = json.dumps({"cells": cells, "nbformat": 4}, indent=indent, ensure_ascii=ascii_only)
    found = lines_of(text)
    assert set(found) == {(1, 1), (2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2)}
    rows = text.split("\n")
    for (cell, line), at in found.items():
        source = [one for one in CELLS if one.strip()][cell - 1].split("\n")[line - 1]
        assert json.loads(rows[at - 1].strip().rstrip(",")).rstrip("\n") == source
    last = [n for n, row in enumerate(rows, 1) if "return x" in row]
    assert found[3, 2] == last[-1]  # its source, which stands below the output that says the same


def test_what_is_no_notebook_has_no_lines():
    """Nor one whose code is a single string: all of it is on one line of the file."""
    assert lines_of("{") == lines_of("[]") == lines_of('{"cells": 3}') == {}
    one = json.dumps({"cells": [{"cell_type": "code", "source": "a\nb"}]}, indent=1)
    assert lines_of(one) == {(1, 1): 5, (1, 2): 5}
