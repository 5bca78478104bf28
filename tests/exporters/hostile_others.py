"""Hostile gradebooks of Moodle and Blackboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tests.exporters.classes import blackboard_class, moodle_class
from tests.exporters.gradebooks import Cells, Export, changed_cells, quoted

MOODLE: Cells = (
    (
        "Identifier",
        "Full name",
        "Email address",
        "Status",
        "Grade",
        "Maximum grade",
        "Grade can be changed",
        "Last modified (submission)",
        "Last modified (grade)",
        "Feedback comments",
    ),
    ("Participant 401", "Ada Lovelace", "ada@uni.edu", "Submitted for grading - ", "", "18.00", "Yes", "-", "-", ""),
    (
        "Participant 402",
        "Ben Bohr",
        "ben@uni.edu",
        "Submitted for grading - ",
        "9.00",
        "18.00",
        "Yes",
        "-",
        '"Thursday, 5 November 2026, 10:00 AM"',
        '"<p>Well, ""almost""\r\n</p>"',
    ),
    ("Participant 403", "Chi Chen", "chi@uni.edu", "No submission", "", "18.00", "Yes", "-", "-", ""),
    ("Participant 404", "Dora Dee", "dora@uni.edu", "No submission", "", "18.00", "Yes", "-", "-", ""),
)
MARKS = {(1, 4): "12.50", (2, 4): "7.00", (4, 4): "0.00"}
SHEET = Export("moodle", "moodle", MOODLE, MARKS, moodle_class(), bom=b"\xef\xbb\xbf", said=("graded anew",))


def _moodle(name: str, values: Mapping[tuple[int, int], str] | None = None, **changes) -> Export:
    return replace(SHEET, name=name, cells=changed_cells(changes.pop("cells", MOODLE), values or {}), **changes)


def _headers(*titles: str) -> Cells:
    return (titles, *MOODLE[1:])


GERMAN = changed_cells(
    _headers(
        "ID",
        "Vollständiger Name",
        "E-Mail-Adresse",
        "Status",
        "Bewertung",
        "Bestwertung",
        "Bewertung kann geändert werden",
        "Zuletzt geändert (Abgabe)",
        "Zuletzt geändert (Bewertung)",
        "Feedback als Kommentar",
    ),
    {(y, 0): f"Teilnehmer/in{400 + y}" for y in range(1, 5)}
    | {(y, 5): '"18,00"' for y in range(1, 5)}
    | {(y, 6): "Ja" for y in range(1, 4)}
    | {(2, 4): '"9,00"', (2, 8): '"Donnerstag, 5. November 2026, 10:00"', (4, 6): "Nein"},
)
MOODLE_FILES = [
    SHEET,
    _moodle(
        "Moodle in German, one locked",
        cells=GERMAN,
        changed={(1, 4): '"12,50"', (2, 4): '"7,00"'},
        said=("not in English", "is locked"),
    ),
    _moodle(
        "Moodle in Japanese",
        cells=_headers(
            "ID",
            "フルネーム",
            "メールアドレス",
            "ステータス",
            "評点",
            "最大評点",
            "評点変更可",
            "最終更新日時 (提出)",
            "最終更新日時 (評定)",
            "フィードバックコメント",
        ),
    ),
    _moodle(
        "Moodle in a language that is not known",
        cells=_headers(*(f"ꦲ{place}" for place in range(10))),
        said=("which grades are locked",),
    ),
    _moodle(
        "blind marking",
        cells=tuple((line[0], *line[3:]) for line in MOODLE),
        changed={(y, x - 2): cell for (y, x), cell in MARKS.items()},
    ),
    _moodle(
        "more than Moodle takes",
        {(1, 5): "10.00"},
        changed={at: to for at, to in MARKS.items() if at[0] != 1},
        said=("more than the 10",),
    ),
    _moodle(
        "comments, where there is none",
        comments=True,
        changed=MARKS | {(1, 9): "12.5 of 18 points.", (4, 9): "0 of 18 points."},
    ),
]
BLACKBOARD: Cells = quoted(
    (
        (
            "Last Name",
            "First Name",
            "Username",
            "Student ID",
            "Last Access",
            "Availability",
            "Layers [Total Pts: 18 Score] |664617",
            "Total [Total Pts: up to 38 Score] |664600",
        ),
        ("Lovelace", "Ada", "alove", "", "2026-11-05 10:00:00", "Yes", "", "3"),
        ("Bohr", "Ben", "bbohr", "", "", "Yes", "Needs Grading", ""),
        ("Chen", "Chi", "cchen", "", "", "Yes", "4.00", ""),
        ("Fox", "Flo", "ffox", "", "", "No", "5.00", ""),
    )
)
CENTER = Export(
    "blackboard",
    "blackboard",
    BLACKBOARD,
    {(1, 6): '"12.50"', (2, 6): '"7.00"'},
    blackboard_class(),
    "Layers",
    delimiter="\t",
    encoding="utf-16-le",
    bom=b"\xff\xfe",
    end="\r\n",
    said=("“4.00” stays",),
    unknown=1,
)
BLACKBOARD_FILES = [
    CENTER,
    replace(CENTER, name="Blackboard as CSV", delimiter=",", encoding="utf-8", bom=b"\xef\xbb\xbf", end="\n"),
]
