"""For whoever waits at a terminal: after repeated time-outs of one cause the other checks get less time.

Only in public runs. What returns within the shorter time is judged as ever; what does not has no marks either way, and
it is said that it was not waited for in full.
"""

from __future__ import annotations

import re
from collections import Counter

from grader.judging import Graded
from grader.model import Note, Status
from grader.places import called
from grader.program import Program
from grader.records import replace
from grader.spec import Check
from grader.words import listing, number

REPEATED = 2  # time-outs of one cause
SHORT = 2.0  # seconds, or a fifth of the limit where that is longer
DEFINED = re.compile(r"\b(?:def|class) (\w+)")
WORD = re.compile(r"\w+")


class Patience:
    """Remembers what the checks called that ran out of time, and what those called that did not.

    What a function calls in its turn counts too, by the words of its text: a helper that hangs is one cause.
    """

    def __init__(self, program: Program) -> None:
        self._uses: dict[str, set[str]] = {}
        for text in [str(cell["text"]) for cells in program.units.values() for cell in cells]:
            _, *pieces = DEFINED.split(text)
            for name, body in zip(pieces[::2], pieces[1::2], strict=True):
                self._uses.setdefault(name, set()).update(WORD.findall(body))
        self._late: dict[str, set[str]] = {}
        self._in_time: set[str] = set()

    def shortened(self, check: Check) -> Check:
        """The check, with a shorter limit if it calls what several called that ran out of time."""
        return replace(check, seconds=_short(check)) if self._causes(check) else check

    def after(self, graded: Graded, check: Check) -> Graded:
        """What came of a check, with a note if it was not waited for; ``check`` has the limit that it had at first."""
        result = graded.result
        if result.status is not Status.TIMED_OUT:
            self._in_time |= self._reached(check)  # also where it raised: it did not hang
            return graded
        causes = self._causes(check)
        before = [name for name, reached in self._late.items() if reached & causes]
        self._late[check.name] = self._reached(check)
        if not causes or _short(check) == check.seconds:
            return graded
        said = (
            f"It was stopped after {number(_short(check))} s instead of {number(check.seconds)} s: {listing(before, 4)}"
            f" had already run out of time, and this check calls {listing(sorted(causes), 3)} too."
        )
        return replace(graded, result=replace(result, notes=(*result.notes, Note("not-waited", said))))

    def _causes(self, check: Check) -> set[str]:
        """The student's functions that a check calls as enough others did that ran out of time."""
        if len(self._late) < REPEATED:
            return set()
        late = Counter(name for reached in self._late.values() for name in reached)
        return {name for name in self._reached(check) - self._in_time if late[name] >= REPEATED}

    def _reached(self, check: Check) -> set[str]:
        """The student's functions that a check calls, and those that these call."""
        found: set[str] = set()
        waiting = [*called(check)]
        while waiting:
            name = waiting.pop()
            if name in self._uses and name not in found:
                found.add(name)
                waiting += self._uses[name]
        return found


def _short(check: Check) -> float:
    return min(check.seconds, max(SHORT, check.seconds / 5))
