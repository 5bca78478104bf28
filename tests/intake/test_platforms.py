"""A class as each platform delivers it: everybody once, with what counts of what they handed in."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import Refused
from grader.intake.layouts import open_entries
from tests.intake import classes
from tests.intake.classes import LAYOUTS, Student, zipped
from tests.intake.handed import KEY, WORK, as_told, both_ways, notebook, people, work, write


@pytest.fixture(scope="module")
def of_sixty(tmp_path_factory):
    """A class of 60 as each layout delivers it, and everybody's own work in it."""
    class_ = [Student(s.number, s.name, s.login, s.email, work(s.number)) for s in classes.students(60)]
    here = tmp_path_factory.mktemp("sixty")
    return class_, {name: build(here / name, class_, {}) for name, build in LAYOUTS.items()}, here


@pytest.mark.slow
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
