"""What a case that came back earns: the course's own tolerance, and arrays that are graded apart.

All functions here are pure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.expectations import Arrays, Values, Verdict, gate, plain
from grader.spec import Case, Check

PRECISE = "the usual case, to full precision"
MORE_THAN = 0.5  # of the arrays have to be right, so that what is trivial (a zero, a sum) earns nothing by itself


def earned(check: Check, case: Case, verdicts: Mapping[str, Verdict], got: Values, want: Arrays) -> float:
    """The points of a case, by the verdicts on its arrays."""
    right = [said.ok or _is_near(check, case, name, got, want) for name, said in verdicts.items()]
    share = sum(right) / len(right) if right else 1.0
    if share < 1.0 and not (check.apart and share > MORE_THAN):
        share = 0.0
    return case.points * share


def _is_near(check: Check, case: Case, name: str, got: Values, want: Arrays) -> bool:
    """Whether an array of the course's own case is right to the course's tolerance, relative to its largest entry."""
    if not check.own or case.name or gate(name, got, want[name]):
        return False
    off = np.abs(plain(got[name]) - plain(want[name]))
    return bool(np.max(off, initial=0.0) <= check.own * np.max(np.abs(want[name]), initial=0.0))
