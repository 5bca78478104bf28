"""Canvas: the gradebook's own CSV with our marks in one column (what it takes: gradebook_importer.rb of canvas-lms).

It makes a new assignment of a title that it does not know, changes points by the row "Points Possible", reads 1,234 as
1.234, compares two decimals, and leaves columns that are "(read only)" as they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from grader.errors import Refused
from grader.exporters import numbers
from grader.exporters.roundtrip import Columns, column_named, same, value_of
from grader.exporters.sheet import Line, Sheet

IDS = {"id": "ID", "sis_id": "SIS User ID", "login": "SIS Login ID"}
PEOPLE = ("Student", "LastName", "FirstName", *IDS.values(), "Integration ID", "Root Account", "Section")
TOTALS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
TITLE = re.compile(r"\A(?P<title>.*\S)\s*\((?P<id>\d+)\)")
HIDDEN = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
READ_ONLY = re.compile(r"read\s+only", re.IGNORECASE)
NOT_ASSIGNED = "N/A"


def columns(sheet: Sheet, wanted: Sequence[str]) -> Columns:
    """Where things stand; ``wanted`` are the names by which the assignment may go. Refused if it is not there."""
    titles = [same(title) for title in sheet.titles]
    where = {name: titles.index(same(name)) for name in PEOPLE if same(name) in titles}
    ids = {kind: value_of(where[name]) for kind, name in IDS.items() if name in where}
    names = [where[name] for name in ("Student", "LastName", "FirstName") if name in where]
    if not names or "id" not in ids:
        raise Refused(f"{sheet.name} is no gradebook of Canvas: its first row has no Student and ID.")
    points = next((line for line in sheet.lines if "Points Possible" in line.value(0)), None)
    grade = column_named(_assignments(sheet, points, set(where.values())), wanted, "column of an assignment")
    maximum = numbers.read(points.value(grade)) if points else None
    if points and READ_ONLY.search(points.value(grade)):
        raise Refused(f"Canvas takes no change of “{sheet.titles[grade]}”, which is read only; name another column.")
    others = [column for column in range(len(titles)) if column > max(where.values())]
    return Columns(
        grade=grade,
        ids=ids,
        names=tuple(names),
        people=[line for line in sheet.lines if line is not points and not _says_nothing(line)],
        highest=lambda line: maximum,
        neighbours=others,
        excused="EX",
        locked=lambda line: "is not assigned this in Canvas" if line.value(grade) == NOT_ASSIGNED else "",
    )


def _assignments(sheet: Sheet, points: Line | None, people: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The columns of assignments, each with its title and id, its title, and its id."""
    found: dict[int, tuple[str, ...]] = {}
    for column, whole in enumerate(sheet.titles):
        if not whole or column in people or TOTALS.search(whole):
            continue
        named = TITLE.fullmatch(whole)
        if named:
            found[column] = (whole, named["title"], named["id"])
        elif points and numbers.read(points.value(column)) is not None:
            found[column] = (whole,)
    return found


def _says_nothing(line: Line) -> bool:
    """The row of what is hidden, and blank lines."""
    return all(HIDDEN.fullmatch(line.value(column)) for column in range(len(line.fields)))
