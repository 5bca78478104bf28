"""grades.db keeps results, people and every change of what counts, through stops and new runs."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
from dataclasses import replace

import pytest

from grader.people import Attempt, Person
from grader.store import ledger
from grader.store.records import Handed, Run
from grader.store.store import Store
from tests.results import result
from tests.store.saved import key, person, put, store_in


def test_what_was_saved_is_there_after_closing(tmp_path):
    """A stopped run is gone on with from what it had saved, with its seed."""
    with store_in(tmp_path, ada=1.5):
        pass
    with contextlib.closing(Store(tmp_path / "grades.db")) as again:
        saved = again.load("ada")
        assert saved is not None
        assert (again.seed, saved.key, saved.result) == (5, key(), result("ada"))
        assert again.load("ben") is None


def test_results_stay_through_new_runs_until_they_are_made_anew(tmp_path):
    """Also where a run begins with another seed: nobody is dropped meanwhile."""
    with store_in(tmp_path, ada=1.5, ben=2.0):
        pass
    with store_in(tmp_path, seed=6, ada=3.0) as store:
        assert store.seed == 6
        assert [(row.person.key, row.mark.score) for row in store.rows()] == [("ada", 3.0), ("ben", 2.0)]


def test_the_change_since_the_run_before(tmp_path):
    """Known for who was graded both times; not graded is no change, and who was not graded has none."""
    with store_in(tmp_path, ada=1.5, ben=3.0, dan=1.0, eve=2.0) as store:
        assert store.changes() == {}
    with store_in(tmp_path, seed=6, ada=2.0, ben=None, cleo=1.0, dan=1.0) as store:
        assert store.changes() == {"ada": 0.5, "dan": 0.0}


def test_changes_of_a_run_that_was_stopped_are_shown_by_the_next(tmp_path):
    """That goes on with it."""
    with store_in(tmp_path, ada=1.0, ben=1.0):
        pass
    with contextlib.closing(Store(tmp_path / "grades.db")) as store:
        store.begin(Run("grade", 5))
        put(store, "ada", 2.0)  # and then it is killed
    with store_in(tmp_path, ben=3.0) as store:
        assert store.changes() == {"ada": 1.0, "ben": 2.0}


def whys(store: Store, name: str) -> list[str]:
    return [change.why for change in ledger.changes(store.db, name)]


def test_every_change_has_a_reason_by_the_names_of_what_changed(tmp_path):
    """The same mark once more is no change."""
    with store_in(tmp_path, ada=1.0) as store:
        put(store, "ada", 1.0, key(checks="d"))
        put(store, "ada", 2.0, key(checks="e", numpy="2.1"))
        put(store, "ada", 2.5, key(submission="b", checks="e", numpy="2.1"))
        put(store, "ada", None, "")
        put(store, "ada", 3.0, key())
        assert whys(store, "ada") == [
            "graded for the first time",
            "the checks and NumPy (2.0 → 2.1) changed",
            "what was handed in changed",
            "not graded: The file is broken.",
            "it could not be graded before",
        ]
        marks = [(change.old, change.new) for change in ledger.changes(store.db, "ada")]
        assert marks == [(None, 1.0), (1.0, 2.0), (2.0, 2.5), (2.5, None), (None, 3.0)]
        assert {change.by for change in ledger.changes(store.db)} != {""}


def test_another_attempt_is_the_same_person(tmp_path):
    """The latest counts by when it was handed in, whichever was graded last; the others are listed."""
    times = {"one": "2026-01-01T10:00:00+00:00", "two": "2026-01-02T10:00:00+00:00"}
    with store_in(tmp_path) as store:
        put(store, "ada", 3.0, attempt="two", number=2, submitted_at=times["two"])
        put(store, "ada", 1.0, attempt="one", number=1, submitted_at=times["one"])
        (row,) = store.rows()
        assert row.attempt == Attempt("two", 2, times["two"])
        assert (row.mark.score, [attempt.id for attempt in row.attempts]) == (3.0, ["one", "two"])
        put(store, "ada", 2.0, attempt="three", number=3, submitted_at="2026-01-03T10:00:00+00:00")
        assert [row.mark.score for row in store.rows()] == [2.0]
        assert whys(store, "ada")[-1] == "another attempt was handed in"


def test_who_handed_in_nothing_has_a_row_until_they_do(tmp_path):
    """An earlier "nothing" gives way to what is handed in."""
    nothing = result("ada", None, reason="Nothing was handed in.")
    with store_in(tmp_path) as store:
        store.save(Handed(Person("ada", "Ada"), None), nothing, "", nothing.to_json())
        (row,) = store.rows()
        assert (row.attempt, row.attempts, row.person.name, row.mark.score) == (None, (), "Ada", None)
        assert not store.has_handed_in("ada")
        put(store, "ada", 2.0, attempt="7")
        (row,) = store.rows()
        assert (row.attempt.id, row.mark.score, row.person.name) == ("7", 2.0, "Ada")
        assert store.db.execute("select count(*) from results").fetchone() == (1,)


def test_what_is_known_of_a_person_grows_and_changes_are_kept(tmp_path):
    """Empty fields and names of files are no news; what a roster corrects is a line of the history, the mark stays."""
    with store_in(tmp_path) as store:
        put(store, "ada", 2.0, name="Ada", email="ada@example.org")
        put(store, "ada", 2.0, login="al")
        (row,) = store.rows()
        assert row.person == Person("ada", "Ada", "al", "ada@example.org")
        store.meet(person("ada", name="student101"))  # as a file is called, in a later run without the roster
        assert store.rows()[0].person.name == "Ada"
        store.meet(replace(person("ada", email="lovelace@example.org"), by_roster=True))
        last = ledger.changes(store.db, "ada")[-1]
        assert (last.what, last.old, last.new) == ("identity", 2.0, 2.0)
        assert last.why == "email was 'ada@example.org' and is 'lovelace@example.org'"


@pytest.mark.parametrize("table", ["changes", "overrides", "policy"])
def test_what_happened_is_only_ever_added_to(tmp_path, table):
    """The database itself refuses anything else."""
    with store_in(tmp_path, ada=1.5) as store:
        ledger.add_override(store.db, "ada", "", "", 2.0, "by hand")
        ledger.add_policy(store.db, "text")
        for statement in (
            f"update {table} set at = ''",
            f"delete from {table}",
            f"insert or replace into {table} select * from {table}",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only ever added"):
                store.db.execute(statement)


def test_a_save_that_fails_half_way_leaves_nothing(tmp_path):
    """Neither the result without its change nor the other way round."""
    with store_in(tmp_path, ada=1.5) as store:
        store.db.execute("create trigger full before insert on changes begin select raise(abort, 'disk full'); end")
        with pytest.raises(sqlite3.IntegrityError, match="disk full"):
            put(store, "ada", 3.0)
        assert [row.mark.score for row in store.rows()] == [1.5]
        store.db.execute("drop trigger full")
        put(store, "ada", 3.0)
        assert [row.mark.score for row in store.rows()] == [3.0]


@pytest.mark.skipif(os.name != "posix", reason="files have no modes here")
def test_the_files_that_hold_the_seed_are_for_their_owner_alone(tmp_path):
    """Also those that SQLite writes beside the database."""
    before = os.umask(0o022)
    try:
        with store_in(tmp_path, ada=1.5):
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"grades.db": 0o600, "grades.db-wal": 0o600, "grades.db-shm": 0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["grades.db"]


def test_readers_do_not_wait_for_the_writer_and_write_nothing(tmp_path):
    """They see what was saved."""
    with store_in(tmp_path, ada=1.5) as store, store.transaction():
        store.db.execute("delete from results")
        with contextlib.closing(Store(tmp_path / "grades.db", writable=False)) as reader:
            assert [row.mark.score for row in reader.rows()] == [1.5]
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.db.execute("delete from results")


def test_a_store_at_rest_is_one_file_that_reading_leaves_as_it_is(tmp_path):
    """While it is written it is more."""
    with store_in(tmp_path, ada=1.5):
        assert (tmp_path / "grades.db-wal").exists()
    before = (tmp_path / "grades.db").read_bytes()
    with contextlib.closing(Store(tmp_path / "grades.db", writable=False)) as reader:
        assert len(reader.rows()) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["grades.db"]
    assert [path.name for path in tmp_path.iterdir()] == ["grades.db"]
    assert (tmp_path / "grades.db").read_bytes() == before


@pytest.mark.slow
def test_saving_reads_no_other_results(tmp_path, monkeypatch):
    """So that the thousandth costs what the first did."""
    with store_in(tmp_path, **{f"s{number}": 1.0 for number in range(30)}) as store:
        read = []
        monkeypatch.setattr("grader.store.rows.read", lambda text, person: read.append(person))
        steps = []
        store.db.set_progress_handler(lambda: steps.append(1) and None, 1)
        put(store, "s0", 2.0)
        few = len(steps)
        store.db.set_progress_handler(None, 1)
        monkeypatch.undo()
        for number in range(30, 300):
            put(store, f"s{number}", 1.0)
        steps.clear()
        store.db.set_progress_handler(lambda: steps.append(1) and None, 1)
        put(store, "s1", 2.0)
    assert read == []
    assert len(steps) < 1.2 * few


def test_runs_are_kept_with_what_they_were_given(tmp_path):
    """So that it can be graded again alike."""
    given = Run("grade --only relu", 7, {"numpy": "2"}, {"assignment": "layers"}, {"paths": ["/x"], "layout": "auto"})
    with store_in(tmp_path, seed=None) as store:
        assert store.begin(given) == 1
        store.end("stopped", (3, 2, 1))
        (run,) = store.runs()
        assert (run.command, run.seed, run.versions, run.terms, run.given) == (
            *("grade --only relu", 7),
            *({"numpy": "2"}, {"assignment": "layers"}, {"paths": ["/x"], "layout": "auto"}),
        )
        assert (run.id, run.outcome, run.counts) == (1, "stopped", (3, 2, 1))
        assert json.dumps(given.terms) == json.dumps(store.terms)
