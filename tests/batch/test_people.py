"""Groups, attempts and who handed in nothing, from what intake gives to the rows of the class."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.batch.workshop import SWITCH
from grader.intake.layouts import Entry
from grader.people import Attempt, Person
from grader.store.opening import store_to_read
from tests.attacks.scene import HONEST

WRONG = HONEST.replace("(cache > 0)", "1")
ADA, BEN = Person("1", "Ada"), Person("2", "Ben")
FIRST = Attempt("a", 1, "2026-01-01T10:00:00+00:00")
SECOND = Attempt("b", 2, "2026-01-02T10:00:00+00:00")


@pytest.fixture
def grade(tmp_path, shared_box, monkeypatch):
    """Grade entries into a folder: score and reason by key."""
    monkeypatch.setenv(SWITCH, "0")

    def grade(*entries: Entry, **options: object) -> dict[str, tuple[str, str]]:
        usual = {"assignment": "layers", "only": ("relu",), "notebook": None}
        settings = Settings(tmp_path / "out", **(usual | options))
        grade_class(entries, settings, shared_box, lambda result: None)
        rows = csv.DictReader((tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig"))
        return {row["student"]: (row["score"], row["reason"]) for row in rows}

    return grade


@pytest.fixture
def module(tmp_path):
    """Write a module and return its path."""

    def module(name: str, text: str = HONEST) -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        return path

    return module


def missing(person: Person) -> Entry:
    return Entry(person, Path("class"), reason="Nothing was handed in.", on_roster=True)


def test_each_of_a_group_has_the_mark_and_a_report_of_their_own(grade, module, tmp_path):
    """Also one who joins it later, when nothing is graded again."""
    path = module("group")
    assert grade(Entry(ADA, path, attempt=FIRST, attempts=(FIRST,))) == {"1": ("4", "")}
    both = Entry(ADA, path, attempt=FIRST, attempts=(FIRST,), members=(BEN,))
    assert grade(both, resume=True) == {"1": ("4", ""), "2": ("4", "")}
    for key in ("1", "2"):
        assert json.loads((tmp_path / "out" / key / "result.json").read_text("utf-8"))["student"] == key
    path.write_text(WRONG)
    assert grade(both, resume=True) == {"1": ("2", ""), "2": ("2", "")}


def test_what_a_roster_says_later_is_shown_where_nothing_is_graded_again(grade, module, tmp_path):
    """In the table, and in the report."""
    path = module("ada")
    grade(Entry(Person("1"), path, attempt=FIRST, attempts=(FIRST,)))
    grade(Entry(ADA, path, attempt=FIRST, attempts=(FIRST,)), resume=True)
    assert ",Ada," in (tmp_path / "out" / "grades.csv").read_text("utf-8-sig")
    assert "Ada" in (tmp_path / "out" / "1" / "report.html").read_text("utf-8")


def test_the_attempt_that_counts_is_shown_whichever_was_graded_last(grade, module, tmp_path):
    """Its result, its report and its number; the other is listed."""
    old, new = module("old", WRONG), module("new")
    known = (FIRST, SECOND)
    assert grade(Entry(ADA, new, attempt=SECOND, attempts=known))["1"][0] == "4"
    assert grade(Entry(ADA, old, attempt=FIRST, attempts=known))["1"][0] == "4"
    assert json.loads((tmp_path / "out" / "1" / "result.json").read_text("utf-8"))["score"] == 4
    with store_to_read(tmp_path / "out") as store:
        (row,) = store.rows()
        assert (row.attempt, row.attempts) == (SECOND, known)


def test_nothing_handed_in_never_replaces_what_was(grade, module):
    """As where each section is graded with the roster of the whole class."""
    nothing = ("", "Nothing was handed in.")
    ada, ben = Entry(ADA, module("ada"), attempt=FIRST, attempts=(FIRST,)), Entry(BEN, module("ben"), attempts=(FIRST,))
    assert grade(ada, missing(BEN)) == {"1": ("4", ""), "2": nothing}
    assert grade(missing(ADA), missing(BEN)) == {"1": ("4", ""), "2": nothing}
    assert grade(missing(ADA), ben) == {"1": ("4", ""), "2": ("4", "")}
