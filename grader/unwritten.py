"""Code that is not written yet, told by what comes of it: a starter's None, and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from grader.expectations import UNMARKED, Array, Arrays, NotAnArray
from grader.outcome import Outcome
from grader.program import Program
from grader.records import replace
from grader.spec import Check
from grader.worker.client import Transcript

CALLED = re.compile(r"\b(\w++)\(")


def or_unwritten(
    check: Check, transcript: Transcript, program: Program, needs: Sequence[str], inputs: Arrays
) -> Transcript:
    """The transcript, told to be of code that is not written yet where a starter's None is all that came of it.

    What carries no marks does not count: an argument that is returned to be compared says nothing of the code. Nor does
    what is only zeros, or what was given: starters begin with these. Where more came back, something is written.
    """
    if silent := _silent(check, transcript, program, needs):
        return replace(transcript, outcome=Outcome.RAISED, values={}, error=silent)
    error = transcript.error
    unmarked = {item.name for item in check.expect if isinstance(item, UNMARKED)}
    values = [value for name, value in transcript.values.items() if name not in unmarked]
    none = [isinstance(value, NotAnArray) and value.kind == "None" for value in values]
    if transcript.outcome == Outcome.RETURNED and values:
        left = any(none) and program.left_none() & set(needs)
        if all(none) or (left and all(_is_blank(value, inputs) for value in values)):
            message = "It returns None: it is not written yet, or its return is missing."
            return replace(transcript, outcome=Outcome.UNWRITTEN, values={}, error={"message": message})
        if all(map(_is_zero, values)) and program.left_none() & {f"{name}.loss" for name in needs}:
            message = "It gives only 0, and what the starter sets to None is still None: it is not written yet."
            return replace(transcript, outcome=Outcome.UNWRITTEN, values={}, error={"message": message})
    if transcript.outcome == Outcome.RAISED and "NoneType" in str(error.get("message", "")):
        places = re.findall(r", in (\w+)$", str(error.get("traceback", "")), re.MULTILINE)
        if error.get("scenario") or program.left_none() & set(places):
            return replace(transcript, outcome=Outcome.UNWRITTEN)
    return transcript


def _silent(check: Check, transcript: Transcript, program: Program, needs: Sequence[str]) -> dict[str, object]:
    """What to say where a function that computes returns nothing, so that None is all that the check gets of it."""
    line = str(transcript.error.get("scenario", ""))
    gave_none = [isinstance(value, NotAnArray) and value.kind == "None" for value in transcript.values.values()]
    if not (any(gave_none) or (line and "NoneType" in str(transcript.error.get("message", "")))):
        return {}
    places = {name: place for name, place in program.returning_nothing().items() if name in needs}
    own = getattr(check.scenario, "__code__", None)  # what it calls by itself, and not for a cache
    said = CALLED.findall(line) if line else own.co_names if own else ()
    called = [name for name in places if name in said]
    if len(called) != 1:
        return {}
    lacks = f"{called[0]} computes something and returns nothing: the line with its return is missing."
    return {"type": "NoReturn", "message": lacks, **places[called[0]]}


def _is_zero(value: Array | NotAnArray) -> bool:
    return isinstance(value, np.ndarray) and not value.any()


def _is_blank(value: Array | NotAnArray, inputs: Arrays) -> bool:
    """Whether it is no array, only zeros, or what was given."""
    return isinstance(value, NotAnArray) or not value.any() or any(_same(value, given) for given in inputs.values())


def _same(value: Array, given: Array) -> bool:
    return np.array_equal(value, given, equal_nan=value.dtype.kind == given.dtype.kind == "f")
