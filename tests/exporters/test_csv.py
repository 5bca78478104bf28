"""grades.csv."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from grader.exporters.csv import Table, grades
from tests.results import result


def rows(*results):
    return list(csv.DictReader(io.StringIO(grades(results))))


def test_a_row_for_each_student_and_a_column_for_each_part():
    """Scores as people write them."""
    (row,) = rows(result("ada", 1.5))
    assert (row["student"], row["assignment"], row["score"], row["max_score"]) == ("ada", "layers", "1.5", "3")
    assert (row["conv"], row["seed"], row["reason"]) == ("1.5", "5", "")


def test_not_graded_is_not_zero():
    """No number stands where no grade was given, also if some parts had been graded."""
    ungraded = result("ben", None, parts=result().parts)
    row = rows(result("ada", 0.0), ungraded)[1]
    assert (row["status"], row["score"], row["conv"]) == ("not_graded", "", "")
    assert row["reason"] == "The file is broken."


def test_formulas_are_neutralised():
    """A name that a spreadsheet would run is text."""
    (row,) = rows(result('=HYPERLINK("http://x")'))
    assert row["student"] == '\'=HYPERLINK("http://x")'


def test_a_table_that_grows_is_the_table_of_what_there_is():
    """Also where a row comes in between, brings a new column, or takes an older one's place."""
    ada, ben = result("ada"), result("ben", None)
    other = replace(ada.parts[0], slug="max_pool")
    eve = result("eve", parts=(other,))
    table = Table()
    for results in ([ben], [ada, ben], [ada, ben, eve], [result("ada", 3.0), ben, eve], [ben, eve]):
        assert table.text(results) == grades(results)
