"""The rows that are exported: of a class, as ``grades.db`` keeps it, or of one Result; and what is said of each."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from grader.errors import Refused
from grader.gradebook import Mark, Row
from grader.model import Result
from grader.people import Attempt, Person
from grader.words import inert, number


def row_of(result: Result) -> Row:
    """A row of a Result alone: its student is the key, and what grading gave is the mark."""
    graded = result.status == "graded"
    score = result.score if graded else None
    return Row(Person(result.student), Attempt(), result, Mark(score, score, result.max_score if graded else None))


def rows_of(folder: Path) -> list[Row]:
    """The rows of the class whose results lie in a folder; Refused if it holds none."""
    path = folder / "grades.db"
    if not path.is_file():
        raise Refused(f"{folder} holds no grades.db; give the folder that `grader grade` wrote with --out.")
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            texts = database.execute("select result from results where result is not null order by student").fetchall()
        finally:
            database.close()
        rows = [row_of(Result.from_dict(json.loads(text))) for (text,) in texts]
    except (sqlite3.DatabaseError, ValueError, TypeError, KeyError) as error:
        raise Refused(f"{path} cannot be read as results of this grader ({error}).") from None
    if not rows:
        raise Refused(f"{path} holds no result yet; grade the class first.")
    return rows


def is_excused(row: Row) -> bool:
    """Whether nothing was asked of them: there is no mark, and it is not 0."""
    return row.mark.score is None and any(adjustment.code == "excused" for adjustment in row.mark.adjustments)


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
        return inert(f"Not graded: {row.result.reason or 'there is no mark.'}")
    of = "" if row.mark.max_score is None else f" of {number(row.mark.max_score)}"
    return f"{number(row.mark.score)}{of} points."


def deductions(row: Row) -> list[str]:
    """Why the mark is another than what grading gave, a sentence each."""
    return [inert(adjustment.sentence) for adjustment in row.mark.adjustments]
