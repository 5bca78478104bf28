"""What was graded is graded again from where it was read: what moves is shown first, and nothing is lost by a stop."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from grader.batch import regrading
from grader.batch.workshop import SWITCH
from grader.cli import main
from grader.errors import Refused
from grader.sandbox import own_level
from grader.store import ledger
from grader.store.opening import store_to_read, store_to_write
from tests.attacks.scene import HONEST

WRONG = HONEST.replace("(cache > 0)", "1")
SHOWN = ("grades.csv", "index.html", "grades.db")


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a command in this process: its exit code, and the lines of its output that are about marks."""
    monkeypatch.setenv(SWITCH, "0")  # judged in one process: it is quicker

    def run(*words: object) -> tuple[int, list[str]]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, [line for line in (said.out + said.err).splitlines() if " → " in line or line[:6] == "Marks:"]

    return run


@pytest.fixture
def graded(tmp_path, run) -> Path:
    """A class of three, two of them wrong, graded into ``out``."""
    folder = tmp_path / "class"
    folder.mkdir()
    for name, text in {"ada": HONEST, "ben": WRONG, "zoe": WRONG}.items():
        (folder / f"{name}.py").write_text(text)
    options = ("--only", "relu", "--no-notebook", "--isolation", own_level(), "--seed", "7", "--layout", "class")
    assert run("grade", folder, "--out", tmp_path / "out", "--assignment", "layers", *options)[0] == 0
    return tmp_path / "out"


def scores(out: Path) -> dict[str, str]:
    return {row["student"]: row["score"] for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}


@pytest.mark.slow
def test_only_what_changed_is_graded_again_by_the_terms_of_then(graded, tmp_path, run):
    """A dry run shows the same and writes nothing; afterwards nothing is left to do."""
    (tmp_path / "class" / "ben.py").write_text(HONEST)
    before = {name: (graded / name).read_bytes() for name in SHOWN}
    report = (graded / "ben" / "report.html").read_bytes()
    shown = ["ben: 2 of 4 → 4 of 4 (what was handed in changed)", "Marks: 1 to move, 2 unchanged."]
    assert run("regrade", graded, "--changed", "--dry-run") == (0, shown)
    assert {name: (graded / name).read_bytes() for name in SHOWN} == before
    assert run("regrade", graded, "--changed") == (0, shown)
    assert scores(graded) == {"ada": "4", "ben": "4", "zoe": "2"}
    result = json.loads((graded / "ben" / "result.json").read_text("utf-8"))
    assert (result["score"], result["seed"], [part["slug"] for part in result["parts"]]) == (4, 7, ["relu"])
    assert (graded / "ben" / "report.html").read_bytes() != report
    with store_to_read(graded) as store:
        last = ledger.changes(store.db)[-1]
        assert (last.person, last.what, last.old, last.new) == ("ben", "regrade", 2.0, 4.0)
        assert last.why == "what was handed in changed"
    assert run("regrade", graded, "--changed") == (0, ["Marks: 3 unchanged."])
    assert run("regrade", graded) == (0, ["Marks: 3 as before."])


def test_what_is_gone_is_named_and_nothing_is_graded(graded, tmp_path, capsys):
    """One submission, or the folder of all."""
    (tmp_path / "class" / "ben.py").unlink()
    assert main(["regrade", str(graded)]) == 2
    assert f"What ben handed in is no longer in {tmp_path / 'class'}; put it back" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "class")
    assert main(["regrade", str(graded)]) == 2
    assert f"Gone since it was graded: {tmp_path / 'class'}; put it back" in capsys.readouterr().err


@pytest.mark.slow
def test_where_it_was_read_from_stands_in_the_store_only(graded, tmp_path):
    """Not in what is given to others."""
    (tmp_path / "class").rename(tmp_path / "moved")
    assert str(tmp_path).encode() in (graded / "grades.db").read_bytes()
    assert all(str(tmp_path) not in (graded / name).read_text("utf-8") for name in ("grades.csv", "index.html"))


@pytest.mark.slow
def test_a_regrade_that_was_stopped_goes_on(graded, tmp_path, shared_box, monkeypatch):
    """What it had made is there; no mark moved, and none is lost or written twice."""
    monkeypatch.setenv(SWITCH, "0")
    for name in ("ben", "zoe"):
        (tmp_path / "class" / f"{name}.py").write_text(HONEST)
    made = []

    def stop_after_ben(one) -> None:
        made.append((one.result.student, one.answer.known))
        if one.result.student == "ben":
            raise KeyboardInterrupt

    def again(on_result):
        with store_to_write(graded, "regrade", print) as store:
            found = regrading.sources(store, graded)
            with regrading.opened(found, graded) as read:
                options = {"jobs": 1, "only_changed": True, "stage": True, "tell": print}
                return regrading.make_again(
                    store, read, shared_box, **options, on_result=on_result, on_start=lambda student: None
                )

    with pytest.raises(KeyboardInterrupt):
        again(stop_after_ben)
    assert scores(graded) == {"ada": "4", "ben": "2", "zoe": "2"}
    with store_to_read(graded) as store:
        assert [row.mark.score for row in store.rows()] == [4.0, 2.0, 2.0]
    made.clear()
    done = again(lambda one: made.append((one.result.student, one.answer.known)))
    assert sorted(made) == [("ada", True), ("ben", True), ("zoe", False)]
    assert [one.line.partition(" (")[0] for one in done.moved] == ["ben: 2 of 4 → 4 of 4", "zoe: 2 of 4 → 4 of 4"]
    with store_to_write(graded, "regrade", print) as store:
        regrading.write_again(store, done.moved, "regrade", graded)
        assert store.pending() == []
    assert scores(graded) == {"ada": "4", "ben": "4", "zoe": "4"}
    with store_to_read(graded) as store:
        assert [change.person for change in ledger.changes(store.db) if change.what == "regrade"] == ["ben", "zoe"]


def test_a_store_of_before_paths_were_kept_says_so(graded):
    """It can be graded anew."""
    with contextlib.closing(sqlite3.connect(graded / "grades.db")) as db:
        db.execute("update results set source = null where person = 'ben'")
        db.commit()
    with store_to_read(graded) as store, pytest.raises(Refused, match=r"the work of ben in .* is not known"):
        regrading.sources(store, graded)


def test_a_regrade_of_nothing_is_refused(tmp_path, capsys):
    """With a sentence."""
    assert main(["regrade", str(tmp_path)]) == 2
    assert "holds no grades.db" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []
