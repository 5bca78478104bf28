"""A class as each platform delivers it: everybody once, with what counts of what they handed in."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import Refused
from grader.intake.layouts import open_entries
from grader.intake.reading import open_submission
from tests.conftest import notebook_json
from tests.intake import classes
from tests.intake.classes import LAYOUTS, Student, zipped
from tests.intake.tars import tarred
from tests.intake.zips import write_zip

WORK = "def relu_forward(x):\n    return {}, x\n"


def notebook(text: str) -> bytes:
    return json.dumps(notebook_json([text])).encode()


def work(number: int = 0) -> dict[str, bytes]:
    """A notebook and a module."""
    return {"layers.ipynb": notebook(WORK.format(number)), "net.py": b"x = 1\n"}


def write(folder: Path, files) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def told(entry) -> dict[str, str]:
    """What is read of an entry: the text of its files by name; the refusal as that of the file ""."""
    if entry.reason:
        return {"": entry.reason}
    try:
        with open_submission(entry.path, entry.student, entry.shown, follow=entry.named) as submission:
            return {file.path: "".join(cell.text for cell in file.cells) for file in submission.files}
    except Refused as error:
        return {"": str(error)}


def people(*paths, every=1, **options):
    """Each person's key, with the rest of their entry and what is read of it, or of some of them."""
    with open_entries(list(paths), **options) as entries:
        found = {entry.student: (entry, told(entry) if at % every == 0 else {}) for at, entry in enumerate(entries)}
        assert len(found) == len(entries), "nobody has two entries"
        return found


def both_ways(folder: Path, **options):
    """The people of a folder, which are those of a zip of it."""
    found = people(folder, **options)
    in_zip = people(zipped(folder), **options)
    assert as_told(in_zip, folder) == as_told(found, folder)
    return found


def as_told(found, folder):
    """All of the entries but their paths."""
    return {
        key: (
            entry.person, entry.attempt, entry.attempts, entry.members, entry.notes, entry.on_roster,
            {name: text.replace(f"{folder.name}.zip", folder.name) for name, text in read.items()},
        )
        for key, (entry, read) in found.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def of_sixty(tmp_path_factory):
    """A class of 60 as each layout delivers it, and everybody's own work in it."""
    class_ = [Student(s.number, s.name, s.login, s.email, work(s.number)) for s in classes.students(60)]
    here = tmp_path_factory.mktemp("sixty")
    return class_, {name: build(here / name, class_, {}) for name, build in LAYOUTS.items()}, here


KEY = {
    "canvas": lambda student: student.lms_id,
    "canvas_anonymous": lambda student: f"anon_aB{student.number}",
    "moodle": lambda student: student.lms_id,
    "blackboard": lambda student: student.login,
    "gradescope": lambda student: student.sis_id,
    "nbgrader": lambda student: student.login,
    "plain": lambda student: student.login,
    "clones": lambda student: student.login,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_sixty_people_are_sixty_in_each_layout(of_sixty, name):
    """Each with their own work, under the key that the layout knows, from a folder and from a zip of it."""
    class_, folders, _ = of_sixty
    found = both_ways(folders[name], every=6)
    assert found.keys() == {KEY[name](student) for student in class_}
    for student in class_:
        entry, read = found[KEY[name](student)]
        assert not read or (f"return {student.number}, x" in read["layers.ipynb"] and read["net.py"] == "x = 1\n")
        assert set(entry.attempt.files) - {"timestamp.txt"} == {"layers.ipynb", "net.py"}
        assert entry.attempts == (entry.attempt,)
        if name in ("moodle", "blackboard", "gradescope"):
            assert entry.person.name == student.name
        if name == "gradescope":
            assert entry.person.email == student.email
        if name in ("gradescope", "nbgrader"):
            assert entry.attempt.submitted_at == f"2026-03-01T12:00:{student.number:02}+00:00"


def test_a_roster_gives_the_same_sixty_people_in_each_layout(of_sixty):
    """All fields, whatever the layout knows of them; only the anonymous ones are nobody's."""
    class_, folders, here = of_sixty
    roster = classes.roster(here / "roster.csv", class_)
    wanted = [(s.lms_id, s.name, s.login, s.email, "A" if s.number % 2 else "B", s.sis_id) for s in class_]
    for name, folder in folders.items():
        if name == "canvas_anonymous":
            continue
        with open_entries([folder], roster=roster) as entries:
            people_ = [entry.person for entry in entries]
            assert all(entry.on_roster for entry in entries)
        got = [(p.key, p.name, p.login, p.email, p.section, p.sis_id) for p in people_]
        assert sorted(got) == sorted(wanted), name


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("around", ["course", "course/export/here"])
def test_a_class_is_found_below_folders_that_hold_nothing_else(tmp_path, name, around):
    """One level too high, or three."""
    folder = LAYOUTS[name](tmp_path / around / "class", classes.students(3), work())
    assert as_told(people(tmp_path / "course"), folder) == as_told(people(folder), folder)
    assert people(zipped(tmp_path / "course")).keys() == people(folder).keys()


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True])
def test_two_sections_are_two_classes(tmp_path, name, packed):
    """A/ and B/, or A.zip and B.zip: everybody by themselves, with their section."""
    class_ = classes.students(5)
    for section, members in (("A", class_[:3]), ("B", class_[3:])):
        folder = LAYOUTS[name](tmp_path / "sections" / section, members, work())
        if packed:
            zipped(folder)
            folder.rename(tmp_path / section)
    found = both_ways(tmp_path / "sections")
    assert {key: entry.person.section for key, (entry, _) in found.items()} == {
        KEY[name](student): "A" if student.number < 3 else "B" for student in class_
    }


@pytest.mark.parametrize("name", [*LAYOUTS])
def test_one_of_a_class_that_is_graded_alone_is_the_same_person(tmp_path, name):
    """So that a regrade of one finds the right row: the platform's names say who it is."""
    folder = LAYOUTS[name](tmp_path / "class", classes.students(4), {"layers.ipynb": work()["layers.ipynb"]})
    for key, (entry, read) in people(folder).items():
        path = entry.shown or entry.path
        found = people(path)
        assert found.keys() == {key}
        assert found[key][0].person == entry.person
        assert found[key][1] == read


def test_a_folder_of_folders_with_several_works_each_is_refused_with_both_readings(tmp_path):
    """Half of them hold two students, so to speak: nobody knows, and both ways can be said."""
    folder = write(tmp_path / "class", {
        "A/ada.ipynb": notebook(WORK), "A/ben.ipynb": notebook(WORK), "cleo/layers.ipynb": notebook(WORK),
    })  # fmt: skip
    with pytest.raises(Refused, match=r"can be read as 2 students \(A and cleo\), or as 2 sections with 3 students"):
        people(folder)
    assert people(folder, layout="class").keys() == {"A", "cleo"}
    assert people(folder, layout="sections").keys() == {"ada", "ben", "layers"}
    lone = write(tmp_path / "lone", {"ada/layers.ipynb": notebook(WORK), "ada/layers_old.ipynb": notebook(WORK)})
    with pytest.raises(Refused, match=r"as one student \(ada\) or as several \(layers.ipynb and layers_old.ipynb\)"):
        people(lone)


def test_students_with_several_folders_are_no_sections(tmp_path):
    """The same names in each, or one student among many with two versions."""
    names = ("first/a.ipynb", "second/a.ipynb")
    files = {f"{student}/{name}": notebook(WORK) for student in ("ada", "ben") for name in names}
    folder = write(tmp_path / "class", files)
    assert both_ways(folder).keys() == {"ada", "ben"}
    write(folder, {f"{student}/layers.ipynb": notebook(WORK) for student in ("cleo", "dan", "eve")})
    assert people(folder).keys() == {"ada", "ben", "cleo", "dan", "eve"}


def test_the_course_folder_of_nbgrader_and_several_assignments_in_it(tmp_path):
    """What lies beside submitted/ is not read; of two assignments one has to be named, which can be done."""
    folder = classes.nbgrader(tmp_path / "course", classes.students(2), work())
    write(folder, {"autograded/login0/hw1/a.ipynb": notebook(WORK), "gradebook.db": b"x", "nbgrader_config.py": b"c=1"})
    assert both_ways(folder).keys() == {"login0", "login1"}
    write(folder, {"submitted/login0/hw2/layers.ipynb": notebook(WORK.format(2))})
    with pytest.raises(Refused, match=r"several assignments \(hw1 and hw2\); give one of them, as .*\*/hw1"):
        people(folder)
    found = people(*sorted((folder / "submitted").glob("*/hw1")))
    assert found.keys() == {"login0", "login1"}


def test_the_exchange_of_nbgrader_keeps_each_attempt(tmp_path):
    """inbound/student+assignment+time+random: the newest counts."""
    folder = write(tmp_path / "inbound", {
        f"{who}+hw1+2026-03-0{day} 12:00:00 UTC+{day}ab/layers.ipynb": notebook(WORK.format(day))
        for who, day in (("ada", 1), ("ada", 3), ("ada", 2), ("ben", 1))
    })  # fmt: skip
    found = both_ways(folder)
    entry, read = found["ada"]
    assert "return 3, x" in read["layers.ipynb"]
    assert [attempt.submitted_at[:10] for attempt in entry.attempts] == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert entry.attempt.number == 3
    assert entry.notes == ("Graded the newest of 3 uploads; earlier: layers.ipynb and layers.ipynb.",)


def test_members_of_a_group_each_get_the_mark(tmp_path):
    """Gradescope lists them all; who is in two submissions has the newer one."""
    folder = write(tmp_path / "class", {
        f"submission_{n}/layers.ipynb": notebook(WORK.format(n)) for n in (101, 102)
    })  # fmt: skip
    metadata = """---
submission_101:
  :submitters:
  - :name: Ada
    :sid: '007'
    :email: ada@x.edu
  - :name: Ben
    :sid:
    :email: ben@x.edu
  :created_at: 2026-03-01 12:00:00.5 Z
submission_102:
  :submitters:
  - :name: Cleo
    :sid: ''
    :email: cleo@x.edu
  - :name: Ben
    :sid: null
    :email: ben@x.edu
  :created_at: 2026-03-02 12:00:00.5 Z
submission_103:
  :submitters:
  - :name: Dan
    :sid: 9
    :email: dan@x.edu
"""
    write(folder, {"submission_metadata.yml": metadata.encode()})
    found = both_ways(folder)
    assert {key: [member.key for member in entry.members] for key, (entry, _) in found.items()} == {
        "007": [], "ben@x.edu": ["cleo@x.edu"], "9": [],
    }  # fmt: skip
    assert "return 102, x" in found["ben@x.edu"][1]["layers.ipynb"]
    assert "submission_103 is not in the export" in found["9"][0].reason
    (folder / "submission_metadata.yml").write_text("a: [")
    with pytest.raises(Refused, match=r"submission_metadata.yml is no YAML \(line \d\)"):
        people(folder)
    (folder / "submission_metadata.yml").unlink()
    found = people(folder)
    assert found.keys() == {"submission_101", "submission_102"}
    assert "lies beside no submission_metadata.yml" in found["submission_101"][0].notes[0]


ATTEMPTS = {
    "canvas, -1": {
        "doeada_4001_70001_layers.ipynb": 1, "doeada_4001_70002_net.py": 1, "doeada_4001_80001_layers-1.ipynb": 2,
        "roeben_4002_70003_layers.ipynb": 1,
    },
    "canvas, a new file id": {
        "doeada_4001_80001_layers.ipynb": 2, "doeada_4001_70001_layers.ipynb": 1, "roeben_4002_70003_layers.ipynb": 1,
    },
    "canvas, late": {
        "doeada_4001_70001_layers.ipynb": 1, "doeada_LATE_4001_80001_final.ipynb": 2,
        "roeben_4002_70003_layers.ipynb": 1,
    },
    "canvas, -1 and -2 alone": {
        "doeada_4001_70001_layers-1.ipynb": 1, "doeada_4001_80001_layers-2.ipynb": 2,
        "roeben_4002_70003_layers.ipynb": 1,
    },
    "canvas, anonymous": {
        "anon_Ab1_70001_layers.ipynb": 1, "anon_Ab1_80001_layers-1.ipynb": 2, "LATE_anon_Cd2_70003_layers.ipynb": 1,
    },
    "blackboard": {
        "HW 1_ada_attempt_2026-03-01-10-00-00_layers.ipynb": 1, "HW 1_ada_attempt_2026-03-01-10-00-00.txt": 1,
        "HW 1_ada_attempt_2026-03-02-09-00-00_layers.ipynb": 2, "HW 1_ada_attempt_2026-03-02-09-00-00.txt": 2,
        "HW 1_ben_attempt_2026-03-01-10-00-00_layers.ipynb": 1,
    },
    "plain": {"ada.ipynb": 1, "ada (1).ipynb": 2, "ben.ipynb": 1},
}  # fmt: skip


@pytest.mark.parametrize("files", ATTEMPTS.values(), ids=ATTEMPTS)
def test_of_two_attempts_the_newest_counts(tmp_path, files):
    """One student, whichever is read first; the earlier one is listed, and can be had."""
    folder = write(tmp_path / "class", {name: notebook(WORK.format(number)) for name, number in files.items()})
    found = both_ways(folder)
    assert len(found) == 2
    (entry, read), other = sorted(found.values(), key=lambda pair: len(pair[0].attempts), reverse=True)
    assert any("return 2, x" in text for text in read.values())
    assert not any("return 1, x" in text for text in read.values())
    assert [attempt.number for attempt in entry.attempts] == [1, 2]
    assert entry.attempt == entry.attempts[-1]
    assert entry.notes[0].startswith("Graded the newest of 2 uploads; earlier: ")
    assert len(other[0].attempts) == 1
    with open_entries([folder], attempts="all") as entries:
        own = [one for one in entries if one.student == entry.student]
        assert [one.attempt for one in own] == list(entry.attempts)
        assert any("return 1, x" in text for text in told(own[0]).values())


@pytest.mark.parametrize("with_texts", [True, False])
def test_underscores_in_logins_merge_nobody(tmp_path, with_texts):
    """a_doe and b_doe are two people: the texts say the logins, else what all names begin with is the assignment."""
    files = {}
    for number, login in enumerate(["a_doe", "b_doe", "roe"]):
        start = f"HW_1_{login}_attempt_2026-03-01-10-00-0{number}"
        files[f"{start}_layers.ipynb"] = notebook(WORK.format(number))
        if with_texts:
            files[f"{start}.txt"] = f"Name: Some One ({login})\r\nAssignment: HW_1\r\n".encode()
    found = both_ways(write(tmp_path / "class", files))
    assert found.keys() == {"a_doe", "b_doe", "roe"}
    assert {entry.person.name for entry, _ in found.values()} == {"Some One" if with_texts else ""}


def test_parts_with_numbers_are_no_attempts(tmp_path):
    """part-1 and part-2 of one upload, in which each defines something else, are both graded."""
    folder = write(tmp_path / "class", {
        "doeada_4001_70001_part-1.ipynb": notebook(WORK),
        "doeada_4001_70002_part-2.ipynb": notebook("def affine_forward(x, w, b):\n    return x\n"),
        "roeben_4002_70003_layers.ipynb": notebook(WORK),
    })  # fmt: skip
    entry, read = people(folder)["4001"]
    assert read.keys() == {"part-1.ipynb", "part-2.ipynb"}
    assert len(entry.attempts) == 1


def test_the_second_download_of_a_class_joins_the_first(tmp_path):
    """Whichever path is given first: new file ids are attempts, equal files are the same one."""
    first = classes.canvas(tmp_path / "first", classes.students(3), work(1))
    second = classes.canvas(tmp_path / "second", classes.students(2), work(1))
    write(second, {"zhangwei_4001_90001_layers-1.ipynb": notebook(WORK.format(2))})
    found = people(first, second)
    assert as_told(found, first) == as_told(people(second, first), first)
    assert {key: len(entry.attempts) for key, (entry, _) in found.items()} == {"4000": 1, "4001": 2, "4002": 1}
    assert "return 2, x" in found["4001"][1]["layers.ipynb"]


def test_two_works_of_one_person_without_a_time_are_not_guessed_between(tmp_path):
    """Moodle keeps one upload a participant: of two different ones neither is graded, and both are named."""
    first = classes.moodle(tmp_path / "first", classes.students(2), work(1))
    second = classes.moodle(tmp_path / "second", classes.students(1), work(2))
    found = people(second, first)
    assert found.keys() == {"4000", "4001"}
    assert "hold different work of the same student" in found["4000"][0].reason
    assert str(first) in found["4000"][0].reason and str(second) in found["4000"][0].reason
    assert not found["4001"][0].reason
    assert people(first, first).keys() == {"4000", "4001"}


def test_the_order_of_paths_changes_nobody(tmp_path):
    """The same name in two folders is two people, each with the folder's name; given as two, or as one around them."""
    class_ = {"A/Wei Zhang/a.ipynb": 1, "A/ada/a.ipynb": 2, "B/Wei Zhang/a.ipynb": 3, "B/ben/a.ipynb": 4}
    folder = write(tmp_path / "class", {name: notebook(WORK.format(n)) for name, n in class_.items()})
    paths = [folder / "A", folder / "B"]
    found = people(*paths)
    assert as_told(found, folder) == as_told(people(*paths[::-1]), folder)
    assert {key: read["a.ipynb"].split()[-2].strip(",") for key, (_, read) in found.items()} == {
        "A-Wei Zhang": "1", "ada": "2", "B-Wei Zhang": "3", "ben": "4",
    }  # fmt: skip
    assert people(folder).keys() == found.keys()
    write(tmp_path / "other", {"A/Wei Zhang/a.ipynb": notebook(WORK)})
    with pytest.raises(Refused, match=r"both hold Wei Zhang; give one of them"):
        people(*paths, tmp_path / "other" / "A", layout="class")


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


NAMES = st.one_of(
    st.sampled_from(classes.HARD_NAMES),
    st.sampled_from([
        "a_1_2_b", "_", "anon_1", "LATE_1_2", "x_assignsubmission_file_", "con", "NUL.txt", "..", "-", "\u202eevil",
        "a\u0301", "e" * 120, "submission_1", "x_attempt_2026-01-01-00-00-00", "Mr. Dot.", "hw1", "submitted", "1",
    ]),
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20),
)  # fmt: skip


@settings(max_examples=12, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(names=st.lists(NAMES, min_size=3, max_size=5), layout=st.sampled_from(list(LAYOUTS)))
def test_whatever_people_are_called_nobody_is_lost_or_merged(tmp_path_factory, names, layout):
    """In folders and zips alike, in any order of reading; keys can be folders anywhere."""
    names = [name if name.strip(". ") and len(name.encode()) < 150 else "dot" for name in names]
    class_ = [Student(n, name, f"login{n}", f"l{n}@x.edu", work(n)) for n, name in enumerate(names)]
    folder = LAYOUTS[layout](tmp_path_factory.mktemp("hard") / "class", class_, {})
    found = both_ways(folder)
    assert found.keys() == {KEY[layout](student) for student in class_}
    for student in class_:
        assert f"return {student.number}, x" in found[KEY[layout](student)][1]["layers.ipynb"]


@settings(max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(names=st.lists(NAMES, min_size=3, max_size=5, unique=True))
def test_plain_folders_of_any_name_stay_apart(tmp_path_factory, names):
    """Each has a key of its own that can be a folder on any system, the same from a zip."""
    names = [name for name in names if name.strip(". ~") and not name.startswith((".", "~$")) and "\\" not in name]
    folder = tmp_path_factory.mktemp("plain") / "class"
    folder.mkdir()
    for number, name in enumerate(names):
        with contextlib.suppress(FileExistsError):
            write(folder / name, {"work.ipynb": notebook(WORK.format(number))})
    if not names:
        return
    found = people(folder, layout="plain")
    assert len({key.casefold() for key in found}) == len(found) == len(list(folder.iterdir()))
    assert people(zipped(folder), layout="plain").keys() == found.keys() or any(
        "C" in name[:1] and name[1:2] == ":" for name in names
    )
