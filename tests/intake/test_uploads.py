"""One row for every upload: what can be read is, and of the rest it is said why not."""

from __future__ import annotations

import pytest

from tests.intake import classes
from tests.intake.classes import LAYOUTS, Student
from tests.intake.handed import KEY, WORK, both_ways, notebook, work, write
from tests.intake.tars import tarred
from tests.intake.zips import write_zip

UPLOADS = {
    "essay.pdf": "essay.pdf is a PDF, which is not read",
    "essay.docx": "is a Word document",
    "work.html": "is a web page",
    "work.rar": "is an archive that is not read",
    "work": "is no notebook, .py file or archive of them",
}
READ = {
    "work.IPYNB": None, "work.ipynb.txt": None, "work.ipynb.json": None, "NET.PY": None,
    "work.zip": "zip", "work.ZIP": "zip", "work.tar.gz": "gz", "work.tgz": "gz", "work.tar": "",
}  # fmt: skip


@pytest.mark.parametrize("layout", ["canvas", "moodle", "blackboard", "gradescope", "nbgrader", "plain"])
def test_every_upload_has_a_row(tmp_path, layout):
    """What cannot be read is not graded, and it is said why; odd endings and archives are read as what they are."""
    contents = dict.fromkeys(UPLOADS, b"odd")
    for name, packed in READ.items():
        text = WORK.format(5).encode() if name == "NET.PY" else notebook(WORK.format(5))
        if packed == "zip":
            text = write_zip(tmp_path / "inner.zip", {"hw/layers.ipynb": text}).read_bytes()
        elif packed is not None:
            text = tarred({"hw/layers.ipynb": text}, packed)
        contents[name] = text
    odd = {
        name: Student(one.number, one.name, one.login, one.email, {name: contents[name]})
        for name, one in zip(contents, classes.students(30)[1:], strict=False)
    }
    folder = LAYOUTS[layout](tmp_path / "class", [classes.students(1)[0], *odd.values()], work())
    found = both_ways(folder)
    assert len(found) == 1 + len(odd)
    for name, why in UPLOADS.items():
        assert why in found[KEY[layout](odd[name])][1][""]
    for name in READ:
        ((file, text),) = found[KEY[layout](odd[name])][1].items()
        assert "return 5, x" in text
        assert file.rpartition(".")[2] in ("ipynb", "py")


def test_a_student_with_several_uploads_is_one(tmp_path):
    """Flat Canvas: a notebook, a zip and a PDF; flat plain: ada.ipynb, ada.py and ada.pdf."""
    inner = write_zip(tmp_path / "inner.zip", {"code/net.py": b"x = 1\n"}).read_bytes()
    folder = write(tmp_path / "canvas", {
        "doeada_4001_70001_layers.ipynb": notebook(WORK), "doeada_4001_70002_code.zip": inner,
        "doeada_4001_70003_essay.pdf": b"%PDF", "roeben_4002_70004_layers.ipynb": notebook(WORK),
    })  # fmt: skip
    found = both_ways(folder)
    assert found["4001"][1].keys() == {"layers.ipynb", "code/net.py"}
    assert found["4001"][0].attempt.files == ("code.zip", "essay.pdf", "layers.ipynb")
    plain = write(tmp_path / "plain", {
        "ada.ipynb": notebook(WORK), "ada.py": b"x = 1\n", "ada.pdf": b"%PDF", "ben.ipynb": notebook(WORK),
        "ben/ben.ipynb": notebook(WORK), "cleo.zip": inner, "cleo/net.py": b"x = 2\n",
    })  # fmt: skip
    found = both_ways(plain)
    assert found.keys() == {"ada", "ben", "cleo"}
    assert found["ada"][1].keys() == {"ada.ipynb", "ada.py"}
    assert found["cleo"][1] == {"net.py": "x = 2\n"}
    assert found["cleo"][0].notes == ("cleo.zip was not read: the folder cleo beside it was.",)


def test_what_was_typed_in_counts_only_where_there_is_no_file(tmp_path):
    """Moodle's online text and Canvas's text entry: a row with the reason, not a second one."""
    folder = write(tmp_path / "moodle", {
        "Ada Doe_11_assignsubmission_file_/layers.ipynb": notebook(WORK),
        "Ada Doe_11_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
        "Ben_12_34_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        "__MACOSX/._x": b"x", ".DS_Store": b"x", "Cleo_13_assignsubmission_file_/.DS_Store": b"x",
    })  # fmt: skip
    found = both_ways(folder)
    assert found.keys() == {"11", "34", "13"}
    assert found["11"][1].keys() == {"layers.ipynb"}
    assert "typed into Moodle" in found["34"][0].reason
    assert found["34"][0].person.name == "Ben_12"
    assert "holds no notebook" in found["13"][1][""]
    canvas = write(tmp_path / "canvas", {
        "doeada_4001_70001_layers.ipynb": notebook(WORK), "roeben_4002_text.html": b"<p>", "x_LATE_4003_link.html": b"",
    })  # fmt: skip
    found = both_ways(canvas)
    assert found.keys() == {"4001", "4002", "4003"}
    assert "typed into Canvas" in found["4002"][0].reason


def test_a_strange_file_among_a_platforms_has_its_row(tmp_path):
    """Renamed by hand, it is known by its name; a teacher's own files are nobody's."""
    folder = classes.canvas(tmp_path / "class", classes.students(6), work())
    write(folder, {"late one from mail.ipynb": notebook(WORK), "4003.ipynb": notebook(WORK), "grades.csv": b"x"})
    found = both_ways(folder)
    assert len(found) == 8
    assert "late one from mail" in found
    assert sorted(key for key in found if key.startswith("4003")) == ["4003", found_plain(found)]


def found_plain(found) -> str:
    return next(key for key in found if key.startswith("4003-"))
