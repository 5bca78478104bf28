"""Code that is not written yet, told by what comes of it: a starter's None, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from grader.expectations import UNMARKED, Array, Arrays, NotAnArray
from grader.extract import Program
from grader.outcome import Outcome
from grader.records import replace
from grader.spec import Check
from grader.worker.client import Transcript


def or_unwritten(
    check: Check, transcript: Transcript, program: Program, needs: Sequence[str], inputs: Arrays
) -> Transcript:
    """The transcript, told to be of code that is not written yet where a starter's None is all that came of it.

    What carries no marks does not count: an argument that is returned to be compared says nothing of the code. Nor does
    what is only zeros, or what was given: starters begin with these. Where more came back, something is written.
    """
    error = transcript.error
    unmarked = {item.name for item in check.expect if isinstance(item, UNMARKED)}
    values = [value for name, value in transcript.values.items() if name not in unmarked]
    none = [isinstance(value, NotAnArray) and value.kind == "None" for value in values]
    zero = [isinstance(value, np.ndarray) and not value.any() for value in values]
    if transcript.outcome == Outcome.RETURNED and values:
        left = any(none) and program.left_none() & set(needs)
        if all(none) or (left and all(_is_blank(value, inputs) for value in values)):
            message = "Nothing comes back: it is not written yet, or a return is missing."
            return replace(transcript, outcome=Outcome.UNWRITTEN, values={}, error={"message": message})
        if all(zero) and program.left_none() & {f"{name}.loss" for name in needs}:
            message = "It gives only 0, and what the starter sets to None is still None: it is not written yet."
            return replace(transcript, outcome=Outcome.UNWRITTEN, values={}, error={"message": message})
    if transcript.outcome == Outcome.RAISED and "NoneType" in str(error.get("message", "")):
        places = re.findall(r", in (\w+)$", str(error.get("traceback", "")), re.MULTILINE)
        if error.get("scenario") or program.left_none() & set(places):
            return replace(transcript, outcome=Outcome.UNWRITTEN)
    return transcript


def _is_blank(value: Array | NotAnArray, inputs: Arrays) -> bool:
    """Whether it is no array, only zeros, or what was given."""
    return isinstance(value, NotAnArray) or not value.any() or any(_same(value, given) for given in inputs.values())


def _same(value: Array, given: Array) -> bool:
    return np.array_equal(value, given, equal_nan=value.dtype.kind == given.dtype.kind == "f")
