"""Derivatives by differences: told by how often the forward pass is evaluated at inputs that are moved a little.

Each gradient check that earned something is played once more, on its smallest case, in the student process, which
counts; see grader.worker.evaluations. What it says is a remark for a person to look at, and takes marks only where
the assignment says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.conventions import AROUND
from grader.errors import HarnessError
from grader.expectations import Expectation, Matches
from grader.judging import Graded, Played
from grader.model import Note, Status
from grader.outcome import Outcome
from grader.spec import Check
from grader.worker.client import StudentProcess

CODE = "differences"
FEWEST = 8  # evaluations


def flagged(graded: Sequence[Graded], process: StudentProcess, *, zero: bool) -> list[Graded]:
    """The same, with a note on what was computed by differences, and no points for it if ``zero``."""
    return [_flagged(one, process, zero) if one.result.points and is_gradient(one.check) else one for one in graded]


def is_gradient(check: Check) -> bool:
    """Whether what a check asks for are gradients, or a loss and its gradients."""
    if check.gradient_of or any(word in check.slug for word in ("backward", "gradients", "delta")):
        return True
    names = {item.name for item in check.expect}
    return "dx" in names or any(
        item.name == "loss" and isinstance(_inner(item), Matches) and "W1" in names for item in check.expect
    )


def _inner(item: Expectation) -> Expectation:
    return item.expectation if isinstance(item, AROUND) else item


def _flagged(one: Graded, process: StudentProcess, zero: bool) -> Graded:
    returned = [item for item in one.played if item.transcript.outcome == Outcome.RETURNED]
    if not returned:
        return one
    item = min(returned, key=_size)
    try:
        moved, called = process.count(one.check, item.inputs)
    except HarnessError:  # nothing that was judged gets lost by a remark
        return one
    said = _sentence(item, moved, called)
    if not said:
        return one
    note = Note(CODE, f"Derivatives by differences: {said}.")
    result = replace(one.result, notes=(*one.result.notes, note))
    if zero:
        result = replace(result, status=Status.FAILED, points=0.0, usual_points=0.0, carried_points=0.0)
    return replace(one, result=result)


def _sentence(item: Played, moved: Mapping[str, int], called: Mapping[str, int]) -> str:
    """What shows it: each entry of an input takes a call or two."""
    sizes = {name: value.size for name, value in item.inputs.items() if value.dtype.kind == "f"}
    for name, count in sorted(moved.items(), key=lambda pair: -pair[1]):
        if name in sizes and count >= max(FEWEST, sizes[name]):
            entries = f"({name} has {sizes[name]} entries)"
            return f"in one call it evaluated functions of its own {count} times with {name} moved a little {entries}"
    for name, count in called.items():
        if count >= max(FEWEST, *sizes.values()):
            return f"in one call it evaluated {name} {count} times"
    return ""


def _size(item: Played) -> int:
    return sum(value.size for value in item.inputs.values())
