"""Telling one submission from a class of them, and naming the students."""

from __future__ import annotations

import pytest

from grader.errors import Refused
from grader.intake.layouts import open_entries


def students(*paths, layout="auto", leave_out=None):
    with open_entries(list(paths), layout, leave_out) as entries:
        return [entry.student for entry in entries]


def test_folders_of_students_are_a_class(write_notebook, tmp_path):
    """Each folder is a student, an empty one too: it becomes a row that is not graded."""
    write_notebook("x = 1", name="bob/work.ipynb")
    write_notebook("x = 1", name="alice/work.ipynb")
    (tmp_path / "carol").mkdir()
    assert students(tmp_path) == ["alice", "bob", "carol"]


def test_several_notebooks_are_a_class(write_notebook, tmp_path):
    """student.ipynb each; other files of the teacher's are no submissions."""
    write_notebook("x = 1", name="bob.ipynb")
    write_notebook("x = 1", name="alice.ipynb")
    (tmp_path / "roster.csv").write_text("name\n")
    assert students(tmp_path) == ["alice", "bob"]


@pytest.mark.parametrize(
    "names",
    [
        ["work.ipynb"],
        ["work.ipynb", "helpers.py"],
        ["a.ipynb", "b.ipynb", "cs231n/layers.py"],
        ["a.ipynb", "b.ipynb", "net/__init__.py"],
        ["assignment1/a.ipynb", "assignment2/b.ipynb"],
        ["a.ipynb", "b.ipynb", ".git/config.py"],
        ["layers.py", "fast_layers.py"],
    ],
)
def test_a_students_repository_is_one_submission(write_notebook, tmp_path, names):
    """A lone notebook, a package beside notebooks, assignment folders and clones are one student's."""
    for name in names:
        write_notebook("x = 1", name=f"dana/{name}")
    assert students(tmp_path / "dana") == ["dana"]


@pytest.mark.parametrize(
    "names",
    [
        ["ada/__init__.py", "ada/a.ipynb", "ben/b.ipynb"],
        ["hw/a.ipynb", "ben/b.ipynb"],
        ["ada/a.ipynb", "ben/b.ipynb", ".git/config.py"],
        ["build/a.ipynb", "env/b.ipynb"],
    ],
)
def test_one_odd_folder_does_not_merge_a_class_into_one_student(write_notebook, tmp_path, names):
    """A package, a course name or a version control folder among the submissions changes nothing."""
    for name in names:
        write_notebook("x = 1", name=name)
    assert len(students(tmp_path)) == 2


def test_modules_that_define_the_same_are_a_class(tmp_path):
    """ada.py and ben.py, each with a TwoLayerNet."""
    for name in ("ada", "ben"):
        (tmp_path / f"{name}.py").write_text("class TwoLayerNet: pass\n")
    assert students(tmp_path) == ["ada", "ben"]


def test_the_folder_of_the_results_is_no_submission(write_notebook, tmp_path):
    """Also on the second run, when it is there."""
    write_notebook("x = 1", name="ada/a.ipynb")
    write_notebook("x = 1", name="ben/b.ipynb")
    (tmp_path / "out").mkdir()
    assert students(tmp_path, leave_out=tmp_path / "out") == ["ada", "ben"]


def test_a_linked_folder_keeps_its_own_name(write_notebook, tmp_path):
    """alice -> archive/final is alice's."""
    write_notebook("x = 1", name="archive/final/a.ipynb")
    (tmp_path / "class").mkdir()
    for name in ("alice", "bob"):
        (tmp_path / "class" / name).symlink_to(tmp_path / "archive/final")
    assert students(tmp_path / "class") == ["alice", "bob"]


def test_a_name_that_is_no_text_becomes_one(tmp_path):
    """Unzipped names in another encoding can be saved and printed."""
    (tmp_path / "m\udcff").mkdir()
    (tmp_path / "ok").mkdir()
    assert students(tmp_path) == ["m", "ok"]


def test_the_guess_can_be_overridden(write_notebook, tmp_path):
    """--layout one and --layout class say it outright."""
    write_notebook("x = 1", name="a.ipynb")
    write_notebook("x = 1", name="b.ipynb")
    assert students(tmp_path, layout="one") == [tmp_path.name]
    write_notebook("x = 1", name="assignment1/x.ipynb")
    assert "assignment1" in students(tmp_path, layout="class")


def test_names_are_unique_and_can_be_folders(write_notebook, tmp_path):
    """Equal names are numbered, also where only case differs; reserved names are not taken."""
    paths = [write_notebook("x = 1", name=name) for name in ("1/eve.ipynb", "2/Eve.ipynb", "3/index.html.ipynb")]
    assert students(*paths) == ["eve", "Eve-2", "index.html-2"]


def test_nothing_to_grade_is_refused(tmp_path):
    """An absent path and a class without entries."""
    with pytest.raises(Refused, match="does not exist"):
        students(tmp_path / "absent")
    with pytest.raises(Refused, match="nothing to grade"):
        students(tmp_path, layout="class")
