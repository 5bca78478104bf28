"""The archive of a class: limits, faults and clashes are one student's, and cost nobody else."""

from __future__ import annotations

import os
import stat
import zipfile

import pytest

from grader.intake import archives
from grader.intake.layouts import open_entries
from tests.intake import classes
from tests.intake.handed import WORK, notebook, people, work
from tests.intake.tars import spoilt, tarred
from tests.intake.zips import link, patched, special, write_zip

WORKS = notebook(WORK)
FAULTS = {
    "a way out": ([("ben/../../x.py", b"x = 1")], "leads out of the folder"),
    "a backslash": ([("ben/a\\b.py", b"x = 1")], "has a backslash in its name"),
    "a name of 256 bytes": ([("ben/" + "x" * 253 + ".py", b"x = 1")], "has too long a name"),
    "a link": ([(link("ben/x.py"), b"/etc/passwd")], "is a symbolic link"),
    "a device": ([(special("ben/x.py", stat.S_IFCHR), b"")], "is a special file"),
    "a clash": ([("ben/a.py", b"1"), ("ben/A.py", b"2")], "twice"),
    "a file that is a folder": ([("ben/a", b"1"), ("ben/a/x.py", b"2")], "is a file and a folder|as a file and as a"),
    "an inner zip with a way out": ([("ben/x.zip", None)], "leads out of the folder"),
    "a bomb": ([("ben/a.npy", bytes(60 << 20))], "as zip bombs do"),
}


@pytest.mark.parametrize(("members", "sentence"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_one_students_files_costs_that_student(tmp_path, members, sentence):
    """The row says what; the neighbours are read, and nothing is written outside."""
    inner = write_zip(tmp_path / "inner.zip", {"../x.py": b"x = 1"}).read_bytes()
    # A student with nothing but a zip has no notebook beside it.
    own = [] if members[0][1] is None else [("ben/layers.ipynb", WORKS)]
    bad = [(name, inner if content is None else content) for name, content in members]
    path = write_zip(tmp_path / "class.zip", [("ada/layers.ipynb", WORKS), *own, *bad, ("cleo/layers.ipynb", WORKS)])
    found = people(path)
    assert found.keys() == {"ada", "ben", "cleo"}
    text = found["ben"][1][""]
    assert any(part in text for part in sentence.split("|"))
    for name in ("ada", "cleo"):
        assert found[name][1]["layers.ipynb"]
    assert not (tmp_path / "x.py").exists()


def test_the_same_of_a_flat_layout_and_of_a_tar(tmp_path):
    """A Canvas file with a name that leads out has its row; a link in a tar costs its student."""
    files = {"doeada_4001_70001_layers.ipynb": WORKS, "roeben_4002_70002_layers.ipynb": WORKS}
    path = write_zip(tmp_path / "canvas.zip", [*files.items(), ("../doe_4003_70003_x.ipynb", WORKS)])
    found = people(path)
    assert found.keys() == {"4001", "4002", "4003"}
    assert "leads out of the folder" in found["4003"][0].reason
    change = lambda info: spoilt(type=b"2", linkname="/etc", size=0)(info) if info.name.endswith("x.py") else info  # noqa: E731
    data = tarred({"ada/layers.ipynb": WORKS, "ben/x.py": b"", "cleo/layers.ipynb": WORKS}, change=change)
    (tmp_path / "class.tar.gz").write_bytes(data)
    found = people(tmp_path / "class.tar.gz")
    assert {key: "is a link" in read.get("", "") for key, (_, read) in found.items()} == {
        "ada": False, "ben": True, "cleo": False,
    }  # fmt: skip


def test_members_that_share_their_bytes_cost_those_who_have_them(tmp_path):
    """Two names for one member are how bombs are made; whoever has neither is read."""
    path = write_zip(tmp_path / "class.zip", {f"{who}/layers.ipynb": WORKS for who in ("ada", "ben", "cleo")})
    with zipfile.ZipFile(path) as archive:
        offset = archive.infolist()[0].header_offset
    data = path.read_bytes()
    at = [where for where in range(len(data)) if data.startswith(b"PK\x01\x02", where)][1]
    path.write_bytes(data[: at + 42] + offset.to_bytes(4, "little") + data[at + 46 :])
    found = people(path)
    assert found.keys() == {"ada", "ben", "cleo"}
    assert "share their bytes" in found["ben"][1][""]
    assert "layers.ipynb" in found["cleo"][1]
    bad = patched(write_zip(tmp_path / "b.zip", {"ada/a.py": b"1", "ben/b.py": b"2"}), (6, 8, "<H", 1))
    assert "is encrypted" in people(bad)["ada"][1][""]


@pytest.mark.parametrize("name", list(classes.LAYOUTS))
def test_a_class_may_be_larger_than_a_student_may(tmp_path, monkeypatch, name):
    """Each is measured by themselves, and only what is too much is not read: of size, of files, of folders."""
    class_ = classes.students(6)
    heavy = classes.Student(9, "Heavy", "login9", "h@x.edu", {**work(), "data.npy": os.urandom(9000)})
    folder = classes.LAYOUTS[name](tmp_path / "class", [*class_, heavy], work())
    path = classes.zipped(folder)
    monkeypatch.setattr(archives, "MAX_UNPACKED", 5000)
    monkeypatch.setattr(archives, "MAX_MEMBER", 5000)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 6)
    monkeypatch.setattr(archives, "MAX_FOLDERS", 3)
    with open_entries([path]) as entries:
        refused = [entry.person for entry in entries if entry.reason]
        assert len(entries) == 7
        if "canvas" in name or name == "blackboard":  # of several files one is left out, and it is said
            assert not refused
            assert ["is larger than" in note for entry in entries for note in entry.notes] == [True]
        else:
            assert [person.key[-1] for person in refused] == ["9"]


def test_what_has_too_many_files_for_a_class_is_refused(tmp_path, monkeypatch):
    """The list of members is read in one piece, so it has an end."""
    path = write_zip(tmp_path / "class.zip", {f"{n}/a.py": b"" for n in range(20)})
    monkeypatch.setattr(archives, "CLASS_MEMBERS", 10)
    monkeypatch.setattr(archives, "MAX_MEMBERS", 10)
    assert "holds 20 files, more than 10" in people(path)["class"][1][""]


def test_nothing_is_left_behind(tmp_path, monkeypatch):
    """What was unpacked and joined is gone in the end."""
    import tempfile

    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    for name in ("canvas", "moodle"):
        path = classes.zipped(classes.LAYOUTS[name](tmp_path / name, classes.students(3), work()))
        assert people(path)
    assert list(room.iterdir()) == []
