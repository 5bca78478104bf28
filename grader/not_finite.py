"""Which line makes the first NaN or infinity, where that is what comes back: NumPy is told to raise there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.fitting import wrong_names
from grader.judging import Graded, Played
from grader.model import Diagnosis
from grader.outcome import Outcome
from grader.program import Program
from grader.words import plain_text
from grader.worker.client import StudentProcess

CODE = "not-finite-from-line"
SENTENCE = 'The first number that is not finite comes from {where}: "{source}" ({what}).'
HINT = "Print what goes into that line: which value has no result there?"
LONGEST = 120  # characters of a line that are shown
Place = tuple[str, int | None, int, str]  # file, cell, line, what NumPy says


def first_not_finite(one: Graded, program: Program, process: StudentProcess) -> tuple[Diagnosis, ...]:
    """The line of which NumPy complains first in every failed case, and in none that passed; nothing if none is.

    Only where all that is wrong holds numbers that are not finite.
    """
    failed = [item for item in one.played if item.case.name not in one.passed]
    if not failed or not all(_is_not_finite(one, item) for item in failed):
        return ()
    places = {_place(one, item, process) for item in failed}
    place = places.pop() if len(places) == 1 else None
    passed = [item for item in one.played if item.case.name in one.passed]
    if place is None or any(_place(one, item, process) == place for item in passed):
        return ()
    _, cell, line, what = place
    where = f"line {line}" if cell is None else f"line {line} of cell {cell}"
    source = plain_text(_line(program, place).strip(), LONGEST)
    return (Diagnosis(CODE, SENTENCE.format(where=where, source=source, what=plain_text(what, LONGEST)), True, HINT),)


def _is_not_finite(one: Graded, item: Played) -> bool:
    """Whether what is wrong of a case came back with NaN or infinities in it."""
    if item.transcript.outcome != Outcome.RETURNED:
        return False
    with np.errstate(all="ignore"):
        wrong = [item.values.get(name) for name in wrong_names(one.check, item, item.values)]
    arrays = [array for array in wrong if isinstance(array, np.ndarray) and array.dtype.kind in "fc"]
    return bool(wrong) and len(arrays) == len(wrong) and not any(np.isfinite(array).all() for array in arrays)


def _place(one: Graded, item: Played, process: StudentProcess) -> Place | None:
    error = process.play_finite(one.check, item.inputs).error or {}
    if error.get("type") != "FloatingPointError" or not error.get("file") or not error.get("line"):
        return None
    return str(error["file"]), error.get("cell"), int(error["line"]), str(error.get("message"))


def _line(program: Program, place: Place) -> str:
    """The student's line."""
    file, cell, line, _ = place
    text = next((str(one["text"]) for one in program.units.get(file, ()) if one["cell"] == cell), "")
    lines: Sequence[str] = text.split("\n")
    return lines[line - 1] if 0 < line <= len(lines) else ""
