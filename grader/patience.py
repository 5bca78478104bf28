"""For whoever waits at a terminal: after repeated time-outs of one cause the other checks get less time.

Only in public runs. What returns within the shorter time is judged as ever; what does not has no marks either way, and
it is said that it was not waited for in full.
"""

from __future__ import annotations

import re

from grader.extract import Program
from grader.judging import Graded
from grader.model import Note, Status
from grader.places import called
from grader.records import replace
from grader.spec import Check
from grader.words import listing, number

REPEATED = 2  # time-outs of one cause
SHORT = 2.0  # seconds, or a fifth of the limit where that is longer
DEFINED = re.compile(r"\b(?:def|class) (\w+)")


class Patience:
    """Remembers what the checks called that ran out of time, and what those called that did not."""

    def __init__(self, program: Program) -> None:
        texts = [str(cell["text"]) for cells in program.units.values() for cell in cells]
        self._own = {name for text in texts for name in DEFINED.findall(text)}
        self._late: dict[str, set[str]] = {}
        self._in_time: set[str] = set()

    def shortened(self, check: Check) -> Check:
        """The check, with a shorter limit if it calls what all those called that ran out of time."""
        return replace(check, seconds=_short(check)) if self._causes(check) else check

    def after(self, graded: Graded, check: Check) -> Graded:
        """What came of a check, with a note if it was not waited for; ``check`` has the limit that it had at first."""
        result = graded.result
        if result.status is not Status.TIMED_OUT:
            self._in_time |= called(check)  # also where it raised: it did not hang
            return graded
        causes, before = self._causes(check), list(self._late)
        self._late[check.name] = called(check)
        if not causes or _short(check) == check.seconds:
            return graded
        said = (
            f"It was waited for {number(_short(check))} s instead of {number(check.seconds)} s: {listing(before, 4)} "
            f"had run out of time already, and it calls {listing(sorted(causes), 3)} like them."
        )
        return replace(graded, result=replace(result, notes=(*result.notes, Note("not-waited", said))))

    def _causes(self, check: Check) -> set[str]:
        """What a check has in common with the ones that ran out of time, if those are enough."""
        if len(self._late) < REPEATED:
            return set()
        return self._own.intersection(called(check), *self._late.values()) - self._in_time


def _short(check: Check) -> float:
    return min(check.seconds, max(SHORT, check.seconds / 5))
