"""grades.csv."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from grader.exporters.csv import BOM, FIXED, Table, grades
from grader.gradebook import Adjustment, Mark, Row, plain
from grader.people import Attempt, Person
from tests.policy.made import ADA, BEN, after, graded
from tests.results import failed_check, result

LATE = Adjustment("late", -0.5, "Handed in 1 day after the deadline: 0.5 points deducted.")


def rows(*given):
    text = grades(given)
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))


def test_a_row_for_each_student_and_a_column_for_each_part_and_check():
    """Scores as people write them; of a plain result nobody but the student is known."""
    (row,) = rows(result("ada", 1.5))
    assert list(row) == [*FIXED, "conv", "conv/backward"]
    assert (row["student"], row["assignment"], row["score"], row["max_score"]) == ("ada", "layers", "1.5", "3")
    assert (row["raw_score"], row["deductions"], row["conv"], row["conv/backward"]) == ("1.5", "0", "1.5", "1.5")
    assert (row["name"], row["submitted_at"], row["late"], row["reason"]) == ("", "", "", "")


def test_a_person_a_time_and_a_deduction():
    """Who it is, which attempt counts, raw score and final one, and why they differ."""
    attempt = Attempt("f7", 2, "2026-03-06T23:59:00+01:00", True)
    (row,) = rows(Row(ADA, attempt, graded(30), Mark(30, 29.5, 34, (LATE,))))
    assert [row[name] for name in FIXED] == [
        *("1234", "Ada Lovelace", "ada", "ada@example.org", "A", "Team 1", "2", attempt.submitted_at, "yes"),
        *("layers", "graded", LATE.sentence, "30", "0.5", "29.5", "34"),
    ]


def test_not_graded_is_not_zero():
    """No number stands where no grade was given, also if some parts had been graded."""
    ungraded = result("ben", None, parts=result().parts)
    row = rows(result("ada", 0.0), ungraded)[1]
    assert [row[name] for name in ("raw_score", "deductions", "score", "conv", "conv/backward")] == [""] * 5
    assert (row["status"], row["reason"]) == ("not_graded", "The file is broken.")


def test_nothing_handed_in_and_excused_are_rows_without_a_mark():
    """Neither is 0."""
    excused = Mark(None, None, 34, (Adjustment("excused", 0, "Excused: no mark is asked for."),))
    nobody = Row(ADA, None, result("1234", None, reason="Nothing was handed in."), Mark(None, None, None))
    found = rows(nobody, Row(BEN, after(None), graded(), excused))
    assert [(row["status"], row["score"], row["attempt"]) for row in found] == [
        ("not_graded", "", ""),
        ("excused", "", "1"),
    ]


def test_members_of_a_group_have_a_row_each():
    """With the same points."""
    shared = graded(20)
    found = rows(*(Row(person, after(None), shared, Mark(20, 20, 34)) for person in (ADA, BEN)))
    assert [(row["student"], row["score"], row["conv/forward"]) for row in found] == [
        ("1234", "20", "12"),
        ("99", "20", "12"),
    ]


def test_formulas_are_neutralised():
    """A name that a spreadsheet would run is text, whichever column it is in."""
    bad = '=HYPERLINK("http://x")'
    (row,) = rows(
        Row(Person(*[bad] * 6), Attempt(submitted_at=bad), result(bad, None, reason=bad), Mark(None, None, None))
    )
    asked = ("student", "name", "login", "email", "section", "group", "submitted_at", "reason")
    assert {row[name] for name in asked} == {f"'{bad}"}


def test_a_table_that_grows_is_the_table_of_what_there_is():
    """Also where a row comes in between, brings a new column, takes an older one's place, or has another mark."""
    ada, ben = result("ada"), result("ben", None)
    other = replace(ada.parts[0], slug="max_pool")
    further = replace(ada.parts[0], checks=(failed_check(), replace(failed_check(), slug="forward")))
    eve, late = result("eve", parts=(other,)), replace(plain(ada), mark=Mark(1.5, 1, 3, (LATE,)))
    table = Table()
    for given in (
        [ben],
        [ada, ben],
        [ada, ben, eve],
        [result("ada", 3.0), ben, eve],
        [plain(ada), ben],
        [late, ben],
        [plain(ada), result("ben", parts=(further,))],
        [ben, eve],
    ):
        assert table.text(given) == grades(given)


def test_a_row_is_made_once(monkeypatch):
    """Also where it comes in a new record of the same result: a class of 1,000 is written after each submission."""
    made = []
    monkeypatch.setattr("grader.exporters.csv._cells", lambda row, columns: made.append(row) or [row.person.key])
    table, ada = Table(), result("ada")
    for given in ([plain(ada)], [plain(ada), plain(result("ben"))], [replace(plain(ada), person=Person("ada", "Ada"))]):
        table.text(given)
    assert [row.person.key for row in made] == ["ada", "ben", "ada"]
