"""Stores of other versions: older ones are taken over and lose nothing, newer ones are left alone."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from grader.errors import HarnessError, Refused
from grader.store import ledger, schema
from grader.store.opening import store_to_read, store_to_write
from grader.store.store import Store
from tests.results import result
from tests.store.saved import put, store_in

BEFORE_VERSIONS = """
create table results (student text primary key, key text not null, result text, score real, previous real);
create table run (seed integer not null);
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store as it was before there were versions: two graded, one damaged, one who was being graded anew."""
    with contextlib.closing(sqlite3.connect(tmp_path / "grades.db")) as db:
        db.executescript(BEFORE_VERSIONS)
        db.execute("insert into run values (4711)")
        for name, text, score, previous in (
            ("ada", result("ada", 2.0).to_json(), 2.0, 1.5),
            ("ben", result("ben", None).to_json(), None, None),
            ("cleo", "{", 3.0, None),
            ("dan", None, None, 2.5),
        ):
            db.execute("insert into results values (?, 'x|y', ?, ?, ?)", (name, text, score, previous))
        db.commit()
    return tmp_path


def dump(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_an_old_store_is_taken_over_and_a_copy_of_it_stays(old):
    """Results, marks, the seed and the change of a mark; the copy is what there was, for its owner alone."""
    before = dump(old / "grades.db")
    with contextlib.closing(Store(old / "grades.db")) as store:
        assert store.seed == 4711
        rows = {row.person.key: row for row in store.rows()}
        assert [rows[name].result for name in ("ada", "ben")] == [result("ada", 2.0), result("ben", None)]
        assert (rows["cleo"].mark.score, rows["cleo"].result.reason) == (
            None,
            "Its stored result is damaged; grade it again.",
        )
        kept = {change.person: (change.old, change.new, change.new_max) for change in ledger.changes(store.db)}
        assert kept == {
            "ada": (1.5, 2.0, 3.0),
            "ben": (None, None, None),
            "cleo": (None, 3.0, None),
            "dan": (2.5, None, None),
        }
        put(store, "ada", 3.0)
        assert ledger.changes(store.db, "ada")[-1].why == "it is not known what the result before was made of"
    assert dump(old / "grades.db.v0") == before
    if os.name == "posix":
        assert stat.S_IMODE((old / "grades.db.v0").stat().st_mode) == 0o600


def test_a_store_that_cannot_be_taken_over_stays_as_it_is(old, monkeypatch):
    """And is taken over another time; no copy is written over."""
    before = dump(old / "grades.db")
    monkeypatch.setattr(schema, "TABLES", (*schema.TABLES, "create table no such thing"))
    with pytest.raises(sqlite3.OperationalError):
        Store(old / "grades.db")
    assert dump(old / "grades.db") == before
    monkeypatch.undo()
    Store(old / "grades.db").close()
    assert sorted(path.name for path in old.glob("*.v0*")) == ["grades.db.v0", "grades.db.v0-2"]
    assert dump(old / "grades.db.v0") == dump(old / "grades.db.v0-2") == before


def test_an_old_store_can_be_read_without_being_changed(old):
    """In memory."""
    before = (old / "grades.db").read_bytes()
    with store_to_read(old) as store:
        assert [row.person.key for row in store.rows()] == ["ada", "ben", "cleo"]
    assert (old / "grades.db").read_bytes() == before
    assert [path.name for path in old.iterdir()] == ["grades.db"]


def test_a_newer_store_is_refused_and_left_alone(tmp_path):
    """With a sentence, to write and to read."""
    with store_in(tmp_path, ada=1.5) as store:
        store.db.execute(f"pragma user_version = {schema.VERSION + 1}")
    before = (tmp_path / "grades.db").read_bytes()
    for opened in (store_to_write(tmp_path, "grade", print), store_to_read(tmp_path)):
        with pytest.raises(Refused, match=r"newer grader \(store version 2, this one knows 1\)"), opened:
            pass
    assert (tmp_path / "grades.db").read_bytes() == before


@pytest.mark.parametrize("content", ["no database", "another"])
def test_what_is_no_store_is_refused_and_left_alone(tmp_path, content):
    """Text, or another program's tables."""
    path = tmp_path / "grades.db"
    if content == "another":
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("create table theirs (x)")
    else:
        path.write_text(content * 100)
    for opened in (store_to_write(tmp_path, "grade", print), store_to_read(tmp_path)):
        with pytest.raises(Refused, match="no database of this grader"), opened:
            pass
    if content == "another":
        assert dump(path) == ["BEGIN TRANSACTION;", "CREATE TABLE theirs (x);", "COMMIT;"]
    assert [one.name for one in tmp_path.iterdir()] == ["grades.db"]


def test_a_folder_without_a_store_is_refused(tmp_path):
    """Nothing is made in it."""
    for opened in (store_to_write(tmp_path, "override", print), store_to_read(tmp_path)):
        with pytest.raises(Refused, match=r"holds no grades\.db"), opened:
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_a_sentence(tmp_path):
    """What was saved before stays."""
    with store_in(tmp_path, ada=1.5):
        pass

    def fill() -> None:
        with store_to_write(tmp_path, "grade", print) as store:
            (pages,) = store.db.execute("pragma page_count").fetchone()
            store.db.execute(f"pragma max_page_count = {pages}")
            for number in range(100):
                put(store, f"s{number}")

    with pytest.raises(HarnessError, match=r"cannot be written \(database or disk is full\); mend that"):
        fill()
    with store_to_read(tmp_path) as store:
        assert store.load("ada") is not None
        assert len(store.rows()) == len(ledger.changes(store.db))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom modes bind")
def test_a_folder_that_cannot_be_written_can_be_read(tmp_path):
    """As on a stick or in a backup."""
    with store_in(tmp_path, ada=1.5):
        pass
    tmp_path.chmod(0o500)
    try:
        with store_to_read(tmp_path) as store:
            assert len(store.rows()) == 1
    finally:
        tmp_path.chmod(0o700)
