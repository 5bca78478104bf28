"""How playing one case of a check ended in the student process."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """As the student process tells it, but for the last three, which are what the grader saw of it."""

    RETURNED = "returned"
    RAISED = "raised"
    MISSING = "missing"  # there is no such name
    UNWRITTEN = "unwritten"  # NotImplementedError, or a starter's stub
    TIMED_OUT = "timed_out"
    DIED = "died"
    VIOLATED = "violated"  # a rule of the sandbox or of the protocol was broken
