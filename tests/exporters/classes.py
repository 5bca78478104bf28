"""A class as rows, for exports: people with ids, marks, deductions, and none."""

from __future__ import annotations

from grader.gradebook import Adjustment, Mark, Row
from grader.people import Attempt, Person
from tests.results import result

FULL = 18.0


def row(key: str, score: float | None, name: str = "", *, excused: bool = False, late: float = 0.0, **ids: str) -> Row:
    """Someone with a mark out of 18, or without; ``late`` points were deducted."""
    changed = [Adjustment("late", -late, f"Two days late: {late:g} points less.")] if late else []
    changed += [Adjustment("excused", 0.0, "Excused by the teacher.")] if excused else []
    raw = None if score is None else score + late
    graded = result(key, raw)
    mark = Mark(raw, score, FULL if score is not None else None, tuple(changed))
    return Row(Person(key, name, **ids), Attempt("1", submitted_at="2026-11-05T10:00:00+00:00"), graded, mark)


def canvas_class() -> list[Row]:
    """As Canvas hands it in: the key is the platform's number."""
    return [
        row("1001", 12.5, "Lovelace, Ada", lms_id="1001", login="ada@uni.edu", sis_id="00123"),
        row("1002", 7.0, "Bohr, Ben", lms_id="1002", login="ben", late=2.0),
        row("1003", None, "Chen, Chi", lms_id="1003", login="chi"),
        row("1004", 0.0, "Dee, Dora", lms_id="1004", login="dora"),
        row("1005", None, "Eve, Eva", lms_id="1005", login="eva", excused=True),
    ]


def moodle_class() -> list[Row]:
    """As Moodle hands it in: the key is the number of the participant."""
    names = ("Ada Lovelace", "Ben Bohr", "Chi Chen", "Dora Dee")
    return [
        row(str(401 + place), score, name, lms_id=str(401 + place))
        for place, (name, score) in enumerate(zip(names, (12.5, 7.0, None, 0.0), strict=True))
    ]


def blackboard_class() -> list[Row]:
    """As Blackboard hands it in: the key is the login."""
    people = (("alove", "Lovelace, Ada", 12.5), ("bbohr", "Bohr, Ben", 7.0), ("cchen", "Chen, Chi", None))
    return [row(login, score, name, login=login) for login, name, score in people]
