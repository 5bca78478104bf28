"""Who handed in what, and when: attempts, groups, and which one counts; nobody is mixed up by the order of paths."""

from __future__ import annotations

import pytest

from grader.errors import Refused
from grader.intake.layouts import open_entries
from tests.intake import classes
from tests.intake.handed import WORK, as_told, both_ways, notebook, people, told, work, write


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
