"""A policy in ``grader grade``: which file holds, and what it does to the marks of a run."""

from __future__ import annotations

import csv

import pytest

from grader.cli import main
from tests.attacks.scene import HONEST

GRADE = ["grade", "--assignment", "layers", "--only", "relu", "--no-notebook", "--seed", "7", "--isolation", "process"]


def table(out):
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_the_policy_beside_the_class_holds_and_stays(tmp_path, capfd):
    """Also where somebody is graded later from elsewhere; a file that is named goes before it."""
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    for name in ("ada", "ben"):
        (folder / f"{name}.py").write_text(HONEST)
    (folder / "policy.toml").write_text('drop = ["relu/backward"]\nexcused = ["ben", "cy"]')
    assert main([*GRADE, str(folder), "--layout", "class", "--out", str(out)]) == 0
    err = capfd.readouterr().err
    assert f"Policy: {folder / 'policy.toml'}." in err
    assert 'The policy\'s excused names "cy", who is not in the class.' in err
    rows = table(out)
    assert (rows["ada"]["raw_score"], rows["ada"]["max_score"]) == ("2", "2")
    assert rows["ada"]["reason"].startswith("Not counted: ReLU layer – Backward pass")
    assert (rows["ben"]["status"], rows["ben"]["score"], rows["ben"]["relu"]) == ("excused", "", "4")
    assert "Excused" in (out / "ben/report.html").read_text("utf-8")

    (folder / "ada.py").rename(tmp_path / "ada.py")
    assert main([*GRADE, str(tmp_path / "ada.py"), "--out", str(out)]) == 0
    assert f"Policy: the one that {out / 'grades.db'} keeps." in capfd.readouterr().err
    assert table(out)["ada"] == rows["ada"]
    assert table(out)["ben"]["status"] == "excused"

    (tmp_path / "policy.toml").write_text('drop = ["relu/backward"]')
    assert main([*GRADE, str(tmp_path / "ada.py"), "--out", str(out)]) == 0
    assert table(out)["ben"]["score"] == "2"
    assert "Excused" not in (out / "ben/report.html").read_text("utf-8")


def test_a_policy_that_cannot_be_is_refused_before_anything_is_graded(tmp_path, capfd):
    """With the key."""
    (tmp_path / "ada.py").write_text(HONEST)
    (tmp_path / "policy.toml").write_text("late_day = 2")
    assert main([*GRADE, str(tmp_path / "ada.py"), "--out", str(tmp_path / "out")]) == 2
    assert 'late_day is no key of a policy; did you mean "late_days"?' in capfd.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_policy_that_a_student_hands_in_makes_no_marks(tmp_path, capfd):
    """Not even their own."""
    folder = tmp_path / "eve"
    folder.mkdir()
    (folder / "eve.py").write_text(HONEST)
    (folder / "policy.toml").write_text('drop = ["relu/backward"]')
    assert main([*GRADE, str(folder), "--layout", "one", "--out", str(tmp_path / "out")]) == 0
    err = capfd.readouterr().err
    assert f"{folder / 'policy.toml'} was handed in, and is not used" in err
    assert "Policy:" not in err
    assert table(tmp_path / "out")["eve"]["max_score"] == "4"
