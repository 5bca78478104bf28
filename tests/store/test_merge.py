"""Shards and sections become one folder of reports, or are refused with the names of who is in two."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.cli import main
from grader.people import Person
from grader.store import ledger
from grader.store.opening import store_to_read
from grader.store.records import Handed
from grader.store.store import Store
from tests.results import result
from tests.store.saved import key, put, store_in


@pytest.fixture
def merge(tmp_path, capsys):
    """Merge folders, by name, into ``out``: the exit code and what is said on stderr."""

    def merge(*names: str) -> tuple[int, str]:
        code = main(["merge", *(str(tmp_path / name) for name in names), "--out", str(tmp_path / "out")])
        return code, capsys.readouterr().err

    return merge


def scores(out: Path) -> dict[str, str]:
    return {row["student"]: row["score"] for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}


def state(store: Store) -> list[list[tuple]]:
    return [store.db.execute(f"select * from {table}").fetchall() for table in ("results", "changes", "runs", "people")]


def test_sections_become_one_class(tmp_path, merge):
    """All rows, reports, runs and the history of each; the table and the page are of all."""
    with store_in(tmp_path / "a", ada=1.0) as store:
        put(store, "ada", 2.0, key(submission="b"), name="Ada")
    with store_in(tmp_path / "b", ben=3.0, zoe=1.5) as store:
        store.override("ben", "", 1.0, "copied")
    assert merge("a", "b") == (0, "")
    out = tmp_path / "out"
    assert scores(out) == {"ada": "2", "ben": "1", "zoe": "1.5"}
    assert "Ada" in (out / "ada" / "report.html").read_text("utf-8")
    assert "copied" in (out / "ben" / "report.html").read_text("utf-8")
    assert all(name in (out / "index.html").read_text("utf-8") for name in ("ada", "ben", "zoe"))
    with store_to_read(out) as store:
        assert store.seed == 5
        assert [run.command for run in store.runs()] == ["merge", "grade", "grade"]
        assert [(change.what, change.old, change.new) for change in ledger.changes(store.db, "ada")] == [
            ("grading", None, 1.0),
            ("grading", 1.0, 2.0),
            ("merge", 2.0, 2.0),
        ]
        assert ledger.changes(store.db, "ada")[-1].why == "taken over from a"
        assert [one.why for one in ledger.all_overrides(store.db)] == ["copied"]
        assert [row.person.name for row in store.rows()] == ["Ada", "", ""]


def test_a_section_joins_a_class_that_is_there(tmp_path, merge):
    """And once more changes nothing."""
    with store_in(tmp_path / "out", ada=1.0):
        pass
    with store_in(tmp_path / "b", ben=3.0):
        pass
    assert merge("b") == (0, "")
    assert scores(tmp_path / "out") == {"ada": "1", "ben": "3"}
    assert merge("b") == (0, "")
    with store_to_read(tmp_path / "out") as store:
        assert len(ledger.changes(store.db, "ben")) == 2


def test_one_who_is_in_two_alike_is_one_row(tmp_path, merge):
    """By what the results are made of, and the marks."""
    for name in ("a", "b"):
        with store_in(tmp_path / name, ada=1.0):
            pass
    assert merge("a", "b") == (0, "")
    assert scores(tmp_path / "out") == {"ada": "1"}


def test_one_who_is_in_two_with_different_results_is_refused_and_named(tmp_path, merge):
    """Nothing is written."""
    with store_in(tmp_path / "a", ada=1.0, ben=1.0, cleo=1.0):
        pass
    with store_in(tmp_path / "b", ada=2.0, cleo=1.0) as store:
        put(store, "ben", 1.0, key(submission="b"))
    with store_in(tmp_path / "out", zoe=1.0):
        pass
    with store_to_read(tmp_path / "out") as store:
        before = state(store)
    code, said = merge("a", "b")
    assert code == 2
    first, second = tmp_path / "a", tmp_path / "b"
    assert f"ada ({first} 1 of 3, {second} 2 of 3) and ben ({first} 1 of 3, {second} 1 of 3); grade them once" in said
    with store_to_read(tmp_path / "out") as store:
        assert state(store) == before


def test_who_handed_in_nothing_gives_way_to_what_was_handed_in(tmp_path, merge):
    """As where each section is graded with the roster of all."""
    nothing = result("ada", None, reason="Nothing was handed in.")
    for name, other in (("a", "ben"), ("c", "cleo")):
        with store_in(tmp_path / name, **{other: 1.0}) as store:
            store.save(Handed(Person("ada"), None), nothing, "", nothing.to_json())
    with store_in(tmp_path / "b", ada=2.0):
        pass
    assert merge("a", "b", "c") == (0, "")
    assert scores(tmp_path / "out") == {"ada": "2", "ben": "1", "cleo": "1"}


@pytest.mark.parametrize(
    ("seed", "assignment", "said"),
    [(6, "layers", "different seeds"), (5, "dropout", "different assignments")],
)
def test_what_is_not_one_class_is_refused(tmp_path, merge, seed, assignment, said):
    """Other inputs, or another assignment."""
    with store_in(tmp_path / "a", ada=1.0):
        pass
    with store_in(tmp_path / "b", seed=seed, ben=1.0) as store:
        store.db.execute("update runs set terms = ?", (f'{{"assignment": "{assignment}"}}',))
    code, words = merge("a", "b")
    assert code == 2
    assert said in words
    assert not (tmp_path / "out" / "grades.csv").exists()


def test_a_key_that_leads_elsewhere_is_refused(tmp_path, merge):
    """A store may come from somebody else; reports are written into folders named by keys."""
    with store_in(tmp_path / "a") as store:
        put(store, "../elsewhere")
    code, said = merge("a")
    assert code == 2
    assert "cannot be the name of a folder" in said
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_given_twice_or_without_a_store_is_refused(tmp_path, merge):
    """With a sentence."""
    with store_in(tmp_path / "a", ada=1.0):
        pass
    assert "is given twice" in merge("a", "a")[1]
    assert "is given twice" in merge("a", "out/../out")[1]
    assert "holds no grades.db" in merge("a", "nowhere")[1]
    assert not (tmp_path / "out").exists()
