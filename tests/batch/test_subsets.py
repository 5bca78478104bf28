"""A run of some updates the rows of those, and of nobody else; a class keeps its seed and its assignment."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.batch.workshop import SWITCH
from grader.cli import main
from grader.errors import Refused
from grader.intake.layouts import open_entries
from grader.store import ledger
from grader.store.opening import store_to_read
from tests.attacks.scene import HONEST

WRONG = HONEST.replace("(cache > 0)", "1")
SHOWN = ("grades.csv", "index.html", "grades.db")


@pytest.fixture
def grade(tmp_path, shared_box, monkeypatch):
    """Grade some modules of a class into its folder: the rows of grades.csv by student."""
    monkeypatch.setenv(SWITCH, "0")  # one process for all: it is quicker

    def grade(*paths: Path, **options: object) -> dict[str, str]:
        usual = {"assignment": "layers", "only": ("relu",), "notebook": None}
        settings = Settings(tmp_path / "out", **(usual | options))
        with open_entries(list(paths), "class" if all(path.is_dir() for path in paths) else "auto") as entries:
            grade_class(entries, settings, shared_box, lambda result: None)
        return rows(tmp_path / "out")

    return grade


def rows(out: Path) -> dict[str, str]:
    return {row["student"]: row["score"] for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}


def module(folder: Path, name: str, text: str = HONEST) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    return folder / f"{name}.py"


def seeds(out: Path) -> set[int]:
    return {json.loads(path.read_text("utf-8"))["seed"] for path in out.glob("*/result.json")}


def test_one_of_a_class_is_graded_again_and_the_others_stay(grade, tmp_path):
    """With the class's seed, in the table and on the page; the history has the one change."""
    folder, out = tmp_path / "class", tmp_path / "out"
    for name in ("ada", "ben", "zoe"):
        module(folder, name)
    assert grade(folder) == {"ada": "4", "ben": "4", "zoe": "4"}
    (seed,) = seeds(out)
    untouched = {name: (out / name / "result.json").stat().st_ino for name in ("ada", "zoe")}
    assert grade(module(folder, "ben", WRONG)) == {"ada": "4", "ben": "2", "zoe": "4"}
    assert seeds(out) == {seed}
    assert {name: (out / name / "result.json").stat().st_ino for name in ("ada", "zoe")} == untouched
    page = (out / "index.html").read_text("utf-8")
    assert all(f'href="{name}/report.html"' in page for name in ("ada", "ben", "zoe"))
    with store_to_read(out) as store:
        assert [change.why for change in ledger.changes(store.db, "ben")] == [
            "graded for the first time",
            "what was handed in changed",
        ]
        assert store.changes() == {"ben": -2.0}


def test_a_section_joins_another(grade, tmp_path):
    """Whatever order they come in."""
    module(tmp_path / "B", "ben")
    module(tmp_path / "A", "zoe")
    module(tmp_path / "A", "ada")
    assert list(grade(tmp_path / "B")) == ["ben"]
    assert list(grade(tmp_path / "A")) == ["ada", "ben", "zoe"]
    assert len(seeds(tmp_path / "out")) == 1


def test_a_class_has_one_seed(grade, tmp_path):
    """Another is refused, naming both; a fresh run is of all, and changes everyone's."""
    folder = tmp_path / "class"
    ada = module(folder, "ada")
    module(folder, "ben")
    grade(folder, seed=7)
    with pytest.raises(Refused, match=r"graded with the seed 7, and --seed says 8; .* --fresh"):
        grade(ada, seed=8)
    with pytest.raises(Refused, match=r"--fresh begins a new seed .* also holds results of ben; give all of them"):
        grade(ada, seed=8, fresh=True)
    assert seeds(tmp_path / "out") == {7}
    assert grade(folder, seed=8, fresh=True) == {"ada": "4", "ben": "4"}
    assert seeds(tmp_path / "out") == {8}
    grade(ada)
    assert seeds(tmp_path / "out") == {8}


def test_a_folder_of_reports_holds_one_assignment(grade, tmp_path):
    """Another would replace marks by those of something else."""
    ada = module(tmp_path / "class", "ada")
    grade(ada)
    with pytest.raises(Refused, match=r"holds marks of layers, and this is dropout; choose another --out"):
        grade(ada, assignment="dropout", only=())
    module(tmp_path / "class", "ben")
    other = "def dropout_forward(x, p):\n    return x, p\n\n\ndef dropout_backward(dout, cache):\n    return dout\n"
    for name in ("ada", "ben"):
        module(tmp_path / "class", name, other)
    with pytest.raises(Refused, match=r"holds marks of layers, and this is dropout"):
        grade(tmp_path / "class", assignment=None, only=())
    assert rows(tmp_path / "out") == {"ada": "4"}


def test_one_who_handed_in_another_assignment_is_graded_by_the_classs(grade, tmp_path):
    """Also where they come alone: else they would be graded by an easier one."""
    module(tmp_path / "class", "ada")
    grade(tmp_path / "class")
    other = "def dropout_forward(x, p):\n    return x, p\n\n\ndef dropout_backward(dout, cache):\n    return dout\n"
    assert grade(module(tmp_path / "class", "ben", other), assignment=None) == {"ada": "4", "ben": "0"}


def test_what_did_not_change_is_kept_on_resume_and_graded_anew_without(grade, tmp_path):
    """The others stay in both."""
    folder, out = tmp_path / "class", tmp_path / "out"
    ada = module(folder, "ada")
    module(folder, "ben")
    grade(folder)

    def files():
        return {name: (out / name / "result.json").stat().st_ino for name in ("ada", "ben")}

    first = files()
    grade(ada, resume=True)
    assert files() == first
    grade(ada)
    assert files()["ada"] != first["ada"]
    assert files()["ben"] == first["ben"]
    with store_to_read(out) as store:
        assert len(ledger.changes(store.db)) == 2, "the same mark is no change"


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(tmp_path, grade, capsys):
    """For a new folder, and for one with results; what the run would refuse it refuses."""
    folder, out = tmp_path / "class", tmp_path / "out"
    ada = module(folder, "ada")
    command = ["grade", "--dry-run", "--layout", "class", "--out", str(out)]
    assert main([*command, str(folder)]) == 0
    assert capsys.readouterr().out == f"ada: new ({ada})\n{out} holds no results yet.\n"
    assert not out.exists()
    grade(folder, seed=7)
    module(folder, "ben")
    shutil.copytree(out, before := tmp_path / "before")
    assert main(["grade", "--dry-run", "--resume", "--out", str(out), str(folder / "ben.py")]) == 0
    said = capsys.readouterr()
    assert said.out == f"ben: new ({folder / 'ben.py'})\nada in {out} would stay as they are.\n"
    assert said.err == "grader: Nothing was written.\n"
    assert main([*command, "--resume", str(folder)]) == 0
    assert f"ada: graded again if anything has changed ({ada})\n" in capsys.readouterr().out
    assert main([*command, "--seed", "8", str(folder)]) == 2
    assert sorted(path.name for path in out.iterdir()) == sorted(path.name for path in before.iterdir())
    assert all((out / name).read_bytes() == (before / name).read_bytes() for name in SHOWN)


def test_a_second_run_into_the_same_folder_is_refused_and_changes_nothing(tmp_path, capsys):
    """It says who writes."""
    out = tmp_path / "out"
    out.mkdir()
    code = "import sys, pathlib; from grader.store.lock import writing\n" + (
        "with writing(pathlib.Path(sys.argv[1]), 'grade --resume', print): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(out)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        given = str(module(tmp_path / "class", "ada"))
        assert main(["grade", given, "--out", str(out), "--no-notebook", "--only", "relu"]) == 2
        said = capsys.readouterr().err
        other.communicate("")
    assert f"is being written by `grader grade --resume`, process {other.pid} on " in said
    assert list(out.iterdir()) == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom modes bind")
def test_a_folder_that_cannot_be_written_is_refused(grade, tmp_path):
    """Before anything is graded."""
    (tmp_path / "out").mkdir(mode=0o500)
    with contextlib.ExitStack() as undo:
        undo.callback((tmp_path / "out").chmod, 0o700)
        with pytest.raises(Refused, match="cannot be written"):
            grade(module(tmp_path / "class", "ada"))
