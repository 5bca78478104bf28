"""A class's policy: deadlines, late days, deductions, extensions, which attempt counts, rounding.

It is applied on top of raw scores, and each thing that it changes is a sentence.
"""

from __future__ import annotations

from grader.policy.lateness import IN_TIME, LATE, UNKNOWN, Amount, Deduction
from grader.policy.reading import NAME, find_policy, parse_policy, read_policy
from grader.policy.rules import Extensions, Policy, Rounding

__all__ = [
    "IN_TIME",
    "LATE",
    "NAME",
    "UNKNOWN",
    "Amount",
    "Deduction",
    "Extensions",
    "Policy",
    "Rounding",
    "find_policy",
    "parse_policy",
    "read_policy",
]
