"""Points that a person sets by hand: shown, never overwritten, and of the attempt that they were set for."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.cli import main
from grader.store import ledger
from grader.store.opening import store_to_read
from tests.store.saved import key, put, store_in


@pytest.fixture
def out(tmp_path) -> Path:
    """A folder of reports: ada has 1.5 of 3 points, all in conv/backward; ben could not be graded."""
    with store_in(tmp_path / "out") as store:
        put(store, "ada", 1.5, name="Ada Doe", login="adoe")
        put(store, "ben", None)
    return tmp_path / "out"


def override(out: Path, *words: str, why: str = "read by hand") -> int:
    return main(["override", str(out), *words, "--why", why])


def score(out: Path, name: str) -> str:
    rows = csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))
    return next(row["score"] for row in rows if row["student"] == name)


def test_the_points_of_a_check_are_set_and_withdrawn(out, capsys):
    """The line says what it was and is; the history keeps all. People are named as in policies, or by their names."""
    assert override(out, "ada", "conv/backward", "2.5") == 0
    assert capsys.readouterr().out == (
        "ada (Ada Doe): 1.5 of 3 → 2.5 of 3. conv/backward set to 2.5 by hand, was 1.5: read by hand\n"
    )
    assert score(out, "ada") == "2.5"
    assert override(out, "adoe", "backward", "none", why="no, as graded") == 0
    assert score(out, "ada") == "1.5"
    assert main(["history", str(out), "Ada Doe"]) == 0
    lines = [line.partition(", ")[2].partition("; by ")[0] for line in capsys.readouterr().out.splitlines()[-3:]]
    assert lines == [
        "ada (Ada Doe): no mark → 1.5 of 3 (grading: graded for the first time",
        "ada (Ada Doe): 1.5 of 3 → 2.5 of 3 (override: conv/backward set to 2.5: read by hand",
        "ada (Ada Doe): 2.5 of 3 → 1.5 of 3 (override: conv/backward as graded again: no, as graded",
    ]


def test_what_could_not_be_graded_has_a_mark_by_hand(out):
    """Out of the class's maximum."""
    assert override(out, "ben", "2") == 0
    with store_to_read(out) as store:
        row = store.row("ben")
        assert (row.mark.raw, row.mark.score, row.mark.max_score) == (None, 2.0, 3.0)
        assert row.mark.adjustments[0].sentence == "Set to 2 by hand, was not graded: read by hand"
    assert score(out, "ben") == "2"


def test_points_by_hand_stay_when_it_is_graded_again_and_end_with_another_attempt(out):
    """Of which the history says that it was handed in."""
    with store_in(out) as store:
        put(store, "cleo", 1.5, attempt="one")
        store.override("cleo", "", 3.0, "shown in person")
        put(store, "cleo", 1.0, key(checks="d"), attempt="one")
        assert store.row("cleo").mark.score == 3.0
        put(store, "cleo", 2.0, attempt="two", number=2)
        assert store.row("cleo").mark.score == 2.0
        changes = ledger.changes(store.db, "cleo")
        assert [(change.raw, change.new) for change in changes] == [(1.5, 1.5), (1.5, 3.0), (1.0, 3.0), (2.0, 2.0)]
        assert changes[-1].why == "another attempt was handed in"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["adda", "2"], "Nobody here has the key 'adda'; perhaps ada."),
        (["Ada Dou", "2"], "Nobody here has the key 'Ada Dou'; perhaps ada."),
        (["ada", "conv/bakward", "2"], "ada has no check 'conv/bakward'; perhaps conv/backward."),
        (["ada", "conv/backward", "3.5"], "conv/backward can have 0 to 3 points, not 3.5"),
        (["ada", "31"], "the whole can have 0 to 3 points, not 31"),
        (["ada", "nan"], "the whole can have 0 to 3 points, not nan"),
        (["ada", "many"], "not many"),
        (["ben", "conv/backward", "1"], "ben has no check 'conv/backward'"),
    ],
)
def test_what_cannot_be_is_refused(out, capsys, words, said):
    """A slip costs nobody a mark."""
    assert override(out, *words) == 2
    assert said in capsys.readouterr().err
    with store_to_read(out) as store:
        assert ledger.all_overrides(store.db) == []
        assert len(ledger.changes(store.db)) == 2


def test_a_reason_is_asked_for(out, capsys):
    """Not an empty one."""
    assert override(out, "ada", "2", why=" ") == 2
    assert "--why is empty" in capsys.readouterr().err


def test_the_history_is_of_runs_and_changes_in_their_order(out, capsys):
    """Each run before what it changed; names of students are one line."""
    with store_in(out) as store:
        put(store, "eve\n::error::x", 1.0)
    assert main(["history", str(out)]) == 0
    lines = [line.partition(", ")[2].rpartition(" (")[0] for line in capsys.readouterr().out.splitlines()]
    assert lines[:4] == [
        "run 1: grader grade",
        "ada (Ada Doe): no mark → 1.5 of 3",
        "ben: no mark",
        "run 2: grader grade",
    ]
    assert len(lines) == 5
    assert main(["history", str(out), "adda"]) == 2
