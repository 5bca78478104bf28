"""Blackboard Learn: the Grade Center's own download (Work Offline) with our marks in one column.

It is UTF-16 with tabs, or CSV. A column is known by the id at the end of its title, ``Quiz 3 [Total Pts: 10 Score]
|664617``; one without an id would become a new column. Totals ("up to") are calculated, and text takes no points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.errors import Refused
from grader.exporters import numbers
from grader.exporters.roundtrip import Columns, column_named, same, value_of
from grader.exporters.sheet import Sheet

TITLE = re.compile(r"\A(?P<title>.*)\[(?P<what>[^\[\]]*)\]\s*\|(?P<id>\d+)")
POINTS = re.compile(r"(?<![\d.,])(?P<number>\d++(?:[.,]\d++)?+)\s*+(?P<kind>\w*+)$")
USERS = "Username|Benutzername|Nombre de usuario|Nom d'utilisateur|Nome utente|Gebruikersnaam|Nome de usuário|用户名"
STUDENTS = "Student ID|Studenten-ID|ID de estudiante|ID d'étudiant|ID studente|Student-ID|ID do aluno|学生 ID"


def columns(sheet: Sheet, wanted: Sequence[str]) -> Columns:
    """Where things stand; ``wanted`` are the names by which the assignment may go. Refused if it is not there."""
    users = _called(sheet, USERS)
    assignments = {column: TITLE.fullmatch(title) for column, title in enumerate(sheet.titles)}
    found = {column: (each[0], each["title"].rstrip(), each["id"]) for column, each in assignments.items() if each}
    if users is None or not found:
        raise Refused(f"{sheet.name} is no download of Blackboard's Grade Center: no Username, or no title with an id.")
    grade = column_named(found, wanted, "column")
    named = assignments[grade]
    assert named, "column_named gives one of those it was given"
    points = POINTS.search(named["what"])
    if "up to" in named["what"] or not points or points["kind"].casefold() == "text":
        raise Refused(
            f"“{named['title'].rstrip()}” takes no points in Blackboard ({named['what']}); name another column."
        )
    maximum = numbers.read(points["number"])
    students = _called(sheet, STUDENTS)
    return Columns(
        grade=grade,
        ids={"login": value_of(users)} | ({} if students is None else {"sis_id": value_of(students)}),
        names=tuple(range(min(users, 2))),  # last and first name stand before it
        people=[line for line in sheet.lines if not line.is_blank],
        highest=lambda line: maximum,
        neighbours=tuple(column for column in found if column != grade),
    )


def _called(sheet: Sheet, words: str) -> int | None:
    names = {same(word) for word in words.split("|")}
    return next((column for column, title in enumerate(sheet.titles) if same(title) in names), None)
