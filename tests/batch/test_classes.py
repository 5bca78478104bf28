"""What one submission does to its own result, JSON and page is nobody else's."""

from __future__ import annotations

import csv
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch import work
from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.batch.workshop import SWITCH
from grader.intake.layouts import open_entries
from grader.model import Curve, Result
from grader.store.store import Store
from tests.attacks.scene import HONEST


@pytest.fixture
def grade(tmp_path, box):
    """Grade the modules of a class: the outcome and the folder of the results."""

    def grade(*names: bytes, **options: bool):
        folder, out = tmp_path / "class", tmp_path / "out"
        folder.mkdir(exist_ok=True)
        for name in names:
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_text(HONEST)
        settings = Settings(out, "layers", seed=7, only=("relu",), notebook=None, **options)
        with open_entries([folder], "class") as entries:
            return grade_class(entries, settings, box, lambda result: None), out

    return grade


def rows(out: Path) -> dict[str, str]:
    return {row["student"]: row["status"] for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda result: replace(result, versions={"a": {1}}),  # no JSON
        lambda result: replace(result, student=None),  # no text for a page
        lambda result: spoilt(result, curves=(Curve("loss", ("x",), (), None),)),
    ],
)
def test_a_result_that_cannot_be_shown_costs_its_own_row(grade, monkeypatch, change):
    """It is not graded, with the cause; the neighbours are graded, kept and shown."""
    whole = work.grade_submission

    def grade_submission(submission, *arguments, **options):
        result = whole(submission, *arguments, **options)
        return change(result) if submission.student == "eve" else result

    monkeypatch.setattr(work, "grade_submission", grade_submission)
    monkeypatch.setenv(SWITCH, "0")  # judged here, where it is changed
    outcome, out = grade(b"ada.py", b"eve.py", b"zoe.py")
    assert rows(out) == {"ada": "graded", "eve": "not_graded", "zoe": "graded"}
    assert outcome.failed
    told = json.loads((out / "eve" / "result.json").read_text("utf-8"))
    assert told["reason"].startswith("The grader itself failed: ")
    assert "The grader itself failed" in (out / "eve" / "report.html").read_text("utf-8")


def spoilt(result: Result, **changes: object) -> Result:
    (first, *others) = result.parts[0].checks
    return replace(result, parts=(replace(result.parts[0], checks=(replace(first, **changes), *others)),))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_names_that_are_no_text_stay_apart(grade):
    """Each is graded and can be read; a resumed run knows them again."""
    for options in ({}, {"resume": True}):
        outcome, out = grade(b"m\xff.py", b"m\xfe.py", b"m.py", **options)
        assert rows(out) == {"m": "graded", "m_xff": "graded", "m_xfe": "graded"}
        assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["m", "m_xfe", "m_xff"]
    paths = {result.submission.path.rpartition("/")[2] for result in outcome.results}
    assert paths == {"m.py", r"m\xff.py", r"m\xfe.py"}


@pytest.mark.slow
def test_a_damaged_row_of_the_database_is_graded_anew(grade):
    """Instead of ending the run of all."""
    _, out = grade(b"ada.py", b"ben.py")
    store = Store(out / "grades.db")
    store.db.execute("update results set result = '{' where person = 'ada'")
    store.close()
    outcome, out = grade(resume=True)
    assert rows(out) == {"ada": "graded", "ben": "graded"}
    assert not outcome.failed
