"""What the pages say of a person beside the result: who it is, what was handed in when, and what the policy changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from grader.gradebook import Row, plain
from grader.model import Result
from grader.people import Attempt
from grader.times import moment

ASKED = ("late", "deducted")  # filters of the class's page


def row_of(given: Row | Result) -> Row:
    """The row that is given, or that of a result of which no more is known."""
    return given if isinstance(given, Row) else plain(given)


def counted(row: Row) -> Result:
    """The result under the person's key and with the score that counts: members of a group have the same result.

    Who is excused keeps the result as it is.
    """
    result, mark = row.result, row.mark
    score, top = (result.score, result.max_score) if row.excused else (mark.score, mark.max_score)
    if (result.student, result.score, result.max_score) == (row.person.key, score, top):
        return result
    return replace(result, student=row.person.key, score=score, max_score=top)


def name(row: Row) -> str:
    """What somebody is called."""
    return row.person.name or row.person.key


def beside(row: Row) -> str:
    """What tells somebody from others of the same name: key, section and group; "" if the key is the name."""
    person = row.person
    key = person.key if person.name and person.name != person.key else ""
    return " · ".join(filter(None, (key, person.section, person.group)))


def filters(row: Row) -> list[str]:
    """The words by which the class's page filters, which are ours."""
    return [
        word
        for word, holds in zip(ASKED, (row.late, row.mark.deducted and row.mark.deducted > 0), strict=True)
        if holds
    ]


def handed_in(attempt: Attempt) -> str:
    """When that was; "" if nobody knows."""
    try:
        when = datetime.fromisoformat(attempt.submitted_at)
    except ValueError:
        return attempt.submitted_at[:60]
    return moment(when)


def which(row: Row) -> str:
    """Which attempt counts, of how many; "" if there is one."""
    if row.attempt is None or len(row.attempts) < 2:
        return ""
    return f"attempt {row.attempt.number} of {len(row.attempts)}"


def others(row: Row) -> str:
    """The attempts that do not count, with their times."""
    rest = [one for one in row.attempts if row.attempt is None or one.number != row.attempt.number]
    return ", ".join(f"{one.number} ({when})" if (when := handed_in(one)) else str(one.number) for one in rest)


def lateness(row: Row) -> str:
    """Late, in time, or "" if nobody knows; and which attempt it is."""
    words = {True: "late", False: "in time", None: ""}[row.late]
    return ", ".join(filter(None, (words, which(row))))


def adjusted(rows: Sequence[Row]) -> list[Row]:
    """Those whose mark the policy, or a person, has said something of."""
    return [row for row in rows if row.mark.adjustments]
