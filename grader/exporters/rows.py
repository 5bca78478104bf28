"""What is said of a row wherever it is exported to."""

from __future__ import annotations

from grader.gradebook import Row
from grader.words import inert, number


def is_excused(row: Row) -> bool:
    """Whether nothing was asked of them: there is no mark, and it is not 0."""
    return row.excused and row.mark.score is None


def status(row: Row) -> str:
    """How it ended, in a word: graded, not_graded or excused."""
    if is_excused(row):
        return "excused"
    return "not_graded" if row.mark.score is None else "graded"


def verdict(row: Row) -> str:
    """The mark as a sentence."""
    if is_excused(row):
        return "Excused."
    if row.mark.score is None:
        return inert(f"Not graded: {row.result.reason or row.reason or 'there is no mark.'}")
    of = "" if row.mark.max_score is None else f" of {number(row.mark.max_score)}"
    return f"{number(row.mark.score)}{of} points."


def deductions(row: Row) -> list[str]:
    """Why the mark is another than what grading gave, a sentence each."""
    return [inert(adjustment.sentence) for adjustment in row.mark.adjustments]
