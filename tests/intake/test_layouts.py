"""Telling one submission from a class of them, and naming the students."""

from __future__ import annotations

import os

import pytest

from grader.errors import Refused
from grader.folders import remove
from grader.intake import reading
from grader.intake.layouts import open_entries
from grader.intake.naming import student_name
from grader.intake.reading import read_submission
from tests.intake.zips import NOTEBOOK, write_zip


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


@pytest.mark.parametrize(("second", "count"), [("activators", 1), ("ben", 2)])
def test_modules_that_are_called_as_the_courses_own_are_one_students(tmp_path, second, count):
    """Also where one repeats what the other defines."""
    folder = tmp_path / "dana"
    folder.mkdir()
    for name in ("cnn", second):
        (folder / f"{name}.py").write_text("class ReluActivator: pass\n")
    assert len(students(folder)) == count


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
    """Unzipped names in another encoding can be saved and printed, and are told apart."""
    for name in ("m\udcff", "m\udcfe", "ok"):
        (tmp_path / name).mkdir()
    assert sorted(students(tmp_path)) == ["m_xfe", "m_xff", "ok"]


def test_the_guess_can_be_overridden(write_notebook, tmp_path):
    """--layout one and --layout class say it outright."""
    write_notebook("x = 1", name="a.ipynb")
    write_notebook("x = 1", name="b.ipynb")
    assert students(tmp_path, layout="one") == [tmp_path.name]
    write_notebook("x = 1", name="assignment1/x.ipynb")
    assert "assignment1" in students(tmp_path, layout="class")


def test_names_are_unique_and_can_be_folders(write_notebook, tmp_path):
    """One name in two places gets the folder's too, also where only case differs; reserved names are not taken."""
    paths = [write_notebook("x = 1", name=name) for name in ("1/eve.ipynb", "2/Eve.ipynb", "3/index.html.ipynb")]
    assert students(*paths) == students(*paths[::-1])[::-1] == ["1-eve", "2-Eve", "index.html_"]


def test_nothing_to_grade_is_refused(tmp_path):
    """An absent path and a class without entries."""
    with pytest.raises(Refused, match="does not exist"):
        students(tmp_path / "absent")
    with pytest.raises(Refused, match="nothing to grade"):
        students(tmp_path, layout="class")


def entries(*paths, layout="auto"):
    """Students with what their paths hold and how people see them, read while zips of classes are open."""
    with open_entries(list(paths), layout) as found:
        return {
            entry.student: (entry.shown, read_submission(entry.path).files[0].cells[0].text.strip()) for entry in found
        }


def test_a_folder_of_zips_is_a_class(tmp_path):
    """student.zip each, also a single one, and beside notebooks if there are more of them."""
    for name in ("ada.zip", "ben.ZIP"):
        write_zip(tmp_path / name, {"work.ipynb": NOTEBOOK})
    assert students(tmp_path) == ["ada", "ben"]
    (tmp_path / "cleo.ipynb").write_bytes(NOTEBOOK)
    assert students(tmp_path) == ["ada", "ben", "cleo"]
    write_zip(tmp_path / "one/dan.zip", {"work.ipynb": NOTEBOOK})
    assert students(tmp_path / "one") == ["dan"]


def test_an_archive_beside_a_notebook_is_no_second_student(write_notebook, tmp_path):
    """The course's own script leaves the zip for handing in where the notebooks are."""
    write_notebook("x = 1", name="dana/work.ipynb")
    write_zip(tmp_path / "dana/submission.zip", {"work.ipynb": NOTEBOOK})
    assert students(tmp_path / "dana") == ["dana"]


@pytest.mark.parametrize(
    ("members", "found"),
    [
        (["work.ipynb"], ["hw"]),
        (["dana/work.ipynb"], ["hw"]),
        (["assignment1/a.ipynb", "assignment1/b.ipynb"], ["hw"]),
        (["hw/ada.ipynb", "hw/ben.ipynb"], ["ada", "ben"]),
        (["ada.ipynb", "ben.ipynb"], ["ada", "ben"]),
        (["ada/a.ipynb", "ben/b.ipynb", "__MACOSX/x"], ["ada", "ben"]),
        (["all/ada/a.ipynb", "all/ben/b.ipynb"], ["ada", "ben"]),
        (["assignment1/a.ipynb", "cs231n/layers.py"], ["hw"]),
    ],
)
def test_a_zip_is_read_as_the_folder_in_it(tmp_path, members, found):
    """One submission or a class, by the same rules."""
    assert students(write_zip(tmp_path / "hw.zip", dict.fromkeys(members, NOTEBOOK))) == found


def test_a_class_in_a_zip_is_graded_under_the_paths_in_it(tmp_path):
    """Notebooks, folders and zips of students; people see the zip's path, not the temporary folder's."""
    inner = write_zip(tmp_path / "inner.zip", {"hw/work.ipynb": NOTEBOOK}).read_bytes()
    path = write_zip(tmp_path / "hw.zip", {"all/ada.zip": inner, "all/ben.zip": inner, "all/cleo.ipynb": NOTEBOOK})
    assert entries(path) == {
        name.split(".")[0]: (path / "all" / name, "def f(x):\n    return x")
        for name in ("ada.zip", "ben.zip", "cleo.ipynb")
    }
    assert students(path, layout="one") == ["hw"]


def test_a_zip_that_cannot_be_taken_costs_no_one_else(tmp_path):
    """It is a row of its own, refused when its turn comes."""
    bad = write_zip(tmp_path / "bad.zip", {"../x.py": b"x = 1"})
    good = write_zip(tmp_path / "good.zip", {"x.py": b"x = 1"})
    assert students(bad, good) == students(bad, good, layout="auto") == ["bad", "good"]
    with open_entries([bad], "class") as (entry,):
        assert entry.path == bad


def test_one_student_with_far_too_many_files_does_not_stop_the_class(write_notebook, tmp_path, monkeypatch):
    """The folder is refused when it is read, not while the layout is guessed."""
    monkeypatch.setattr(reading, "MAX_FILES", 3)
    for name in ("ada/a.ipynb", *(f"ben/{n}.py" for n in range(5))):
        write_notebook("x = 1", name=name)
    assert students(tmp_path) == ["ada", "ben"]


def test_a_folder_deeper_than_recursion_goes_is_read(write_notebook, tmp_path):
    """What lies deeper than anyone's code is left out."""
    write_notebook("x = 1", name="ada/a.ipynb")
    write_notebook("x = 1", name="ben/b.ipynb")
    here = os.getcwd()
    try:
        os.chdir(tmp_path / "ben")
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
    finally:
        os.chdir(here)
    try:
        assert students(tmp_path) == ["ada", "ben"]
        assert len(read_submission(tmp_path / "ben").files) == 1
    finally:
        (tmp_path / "base").mkdir()
        (tmp_path / "ben").rename(tmp_path / "base/content")
        remove(tmp_path / "base")  # pytest's own removal recurses


def test_the_databases_own_files_are_no_students_folders(tmp_path):
    """A folder called grades.db-journal would stop SQLite, and with it the class."""
    for name in ("grades.db-journal.py", "GRADES.DB-wal.py"):
        (tmp_path / name).write_text("x = 1\n")
    assert students(*sorted(tmp_path.iterdir())) == ["GRADES.DB-wal_", "grades.db-journal_"]


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("con", "con_"),
        ("NUL", "NUL_"),
        ("com1.hw", "com1.hw_"),
        ("ada. . .", "ada"),
        ("...", "unnamed"),
        (" ", "unnamed"),
        ("a\nb\tc", "a_b_c"),
        ("a\\b:c*d?e", "a_b_c_d_e"),
        ('<img src="x">', "_img src=_x__"),
        ("..\\..\\x", "_.._x"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066\u200b\ufeffb\u2028c", "ab_c"),
        ("m\udcff", "m_xff"),
        ("é" * 120, "é" * 100),
        ("José María", "José María"),
        ("王小明", "王小明"),
    ],
)
def test_a_students_name_can_be_printed_and_be_a_folder_anywhere(tmp_path, stem, name):
    """Of one line, at most 200 bytes, without what systems or terminals act upon."""
    assert student_name(tmp_path / f"{stem}.zip") == name


@pytest.mark.parametrize("names", [("\u00e9", "e\u0301"), ("eve", "Eve"), ("a:b", "a_b")])
def test_names_that_one_system_takes_for_the_same_stay_apart(tmp_path, names):
    """é in one and in two code points: each gets letters that its own name decides, whichever is read first."""
    for name in names:
        (tmp_path / f"{name}.py").write_text("def relu_forward(x): pass\n")
    found = students(tmp_path)
    assert len({name.casefold() for name in found}) == 2
    paths = sorted(tmp_path.iterdir())
    assert sorted(students(*paths)) == sorted(students(*paths[::-1])) == sorted(found)
