"""grades.db keeps results through stops and new runs."""

from __future__ import annotations

import pytest

from grader.batch.store import Store
from grader.model import Result
from tests.results import result


@pytest.fixture
def path(tmp_path):
    """Where the database is."""
    return tmp_path / "grades.db"


def save(store: Store, given: Result, key: str) -> None:
    store.save(given, key, given.to_json())


def test_what_was_saved_is_there_after_closing(path):
    """A stopped run is gone on with from what it had saved, with its seed."""
    store = Store(path)
    store.begin(5, fresh=True)
    save(store, result("ada"), "key")
    store.close()
    again = Store(path)
    saved = again.load("ada")
    assert saved is not None
    assert (again.seed, saved.key, Result.from_dict(saved.fields)) == (5, "key", result("ada"))
    assert again.load("ben") is None


def test_a_resumed_run_keeps_results_and_a_fresh_one_does_not(path):
    """A fresh run grades everyone anew."""
    store = Store(path)
    store.begin(5, fresh=True)
    save(store, result("ada"), "key")
    store.begin(5, fresh=False)
    assert store.load("ada") is not None
    store.begin(6, fresh=True)
    assert store.load("ada") is None
    assert store.seed == 6


def test_the_change_since_the_run_before(path):
    """Known for students who were graded both times; not graded is no change."""
    store = Store(path)
    store.begin(5, fresh=True)
    save(store, result("ada", 1.5), "k")
    save(store, result("ben", 3.0), "k")
    assert store.changes() == {}
    store.begin(6, fresh=True)
    save(store, result("ada", 2.0), "k")
    save(store, result("ben", None), "k")
    save(store, result("cleo", 1.0), "k")
    assert store.changes() == {"ada": 0.5}
