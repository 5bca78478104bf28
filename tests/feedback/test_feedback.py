"""``grader feedback``: reports that students may see, in the layouts that platforms take."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
import zipfile
from pathlib import Path

import pytest

from grader.cli import main
from grader.feedback.cleaning import for_student
from grader.gradebook import Adjustment, Mark, Row
from grader.model import CheckResult, ErrorInfo, Isolation, Note, PartResult, Question, Result, Status, SubmissionInfo
from grader.people import Attempt, Person
from grader.policy import parse_policy
from grader.store.records import Handed, Run
from grader.store.store import Store
from tests.policy.made import DEADLINE
from tests.results import failed_check, result

SEED = 3141592653
ADA = Person("1234", "Ada Lovelace", "ada77", "ada@example.org", "Section-A", "Team-Red", "1234", "s-77001")
BEN = Person("9902", "Ben_Okri", "bokri", "ben@example.org", "Section-B", "Team-Blue", "9902", "s-99002")
CY = Person("5555", "Cy Twombly", "cytw", "cy@example.org", "", "", "5555")
PEOPLE = (ADA, BEN, CY)


def leaky(person: Person, store: Path) -> Result:
    """A result in which every text names the seed and folders of the machine that graded."""
    places = [f"{tempfile.gettempdir()}/grader-abc/judge/work.py", str(store / "grades.db"), f"{Path.home()}/a b/x.py"]
    places += ["/usr/lib/python3.11/ast.py", r"C:\Users\ta\work\x.py", os.getcwd()]
    text = f"seed {SEED}, see {', '.join(places)} and /nix/store/zzz-py/lib/np.py: no"
    error = ErrorInfo("OSError", text, 3, 7, text, "layers.ipynb")
    check = dataclasses.replace(failed_check(), error=error, notes=(Note("sandbox", text),))
    crashed = CheckResult("forward", "Forward pass.", Status.CRASHED, 0, 3, 0.1, error=error)
    parts = (PartResult("conv", "Convolution", 1.5, 6.0, (check, crashed)),)
    questions = (Question("why", "Why?", text, True, text),)
    shown = store.parent / "submissions" / f"{person.name}_{person.lms_id}_assignsubmission_file_"
    return result(
        person.key,
        1.5,
        max_score=6.0,
        seed=SEED,
        isolation=Isolation("namespaces", {"network": "denied"}),
        parts=parts,
        questions=questions,
        notes=(Note("late-import", text),),
        submission=SubmissionInfo(str(shown), "a" * 64, ("layers.ipynb",)),
    )


def upload(person: Person, late: bool = False) -> Attempt:
    name = person.name.replace(" ", "").replace("_", "").lower()
    when = DEADLINE.replace(day=7 if late else 4).isoformat()
    return Attempt(f"8{person.lms_id}", 1, when, late, (f"{name}_{person.lms_id}_8{person.lms_id}_layers.ipynb",))


@pytest.fixture
def graded(tmp_path):
    """Three people, of whom one handed in nothing, in a store with a policy."""
    folder = tmp_path / "graded-of-the-staff"
    folder.mkdir()
    rule = parse_policy(f'deadline = {DEADLINE.isoformat()}\n[deduction]\nper_day = "10% of max"')
    with contextlib.closing(Store(folder / "grades.db", policy=rule)) as store:
        store.begin(Run("grade", SEED, {}, {"assignment": "layers", "recognised": True}, {}))
        store.settle([])
        for person, attempt in ((ADA, upload(ADA, late=True)), (BEN, upload(BEN))):
            one = leaky(person, folder)
            store.save(Handed(person, attempt), one, "{}", one.to_json())
        nothing = result(CY.key, None, reason="Nothing was handed in.", submission=SubmissionInfo("", ""), seed=None)
        store.save(Handed(CY, None), nothing, "{}", nothing.to_json())
        store.end("done")
    return folder


def written(out: Path) -> dict[str, str]:
    """The files of a folder or zip by their paths."""
    if out.suffix == ".zip":
        with zipfile.ZipFile(out) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}
    return {path.relative_to(out).as_posix(): path.read_text("utf-8") for path in out.rglob("*") if path.is_file()}


def feedback(graded: Path, out: Path, layout: str) -> dict[str, str]:
    assert main(["feedback", str(graded), "--out", str(out), "--layout", layout]) == 0
    return written(out)


LAYOUTS = [("folders", "out"), ("moodle", "o.zip"), ("canvas", "o.zip"), ("gradescope", "o.zip"), ("nbgrader", "out")]


@pytest.mark.parametrize(("layout", "out"), LAYOUTS)
def test_no_byte_tells_of_the_seed_the_machine_or_anyone_else(graded, tmp_path, layout, out):
    """Whatever the results' texts hold: no seed, folder, store, class page, result.json, nor another's name or id."""
    files = feedback(graded, tmp_path / out, layout)
    assert len(files) >= 2
    machine = [str(SEED), tempfile.gettempdir(), str(graded), graded.name, str(Path.home()), os.getcwd()]
    machine += [
        "/nix/",
        "/usr/",
        "Users",
        "judge",
        "index.html",
        "result.json",
        "submissions",
        "namespaces",
        "lockdown",
        "seed=",
    ]
    for path, text in files.items():
        (own,) = [person for person in PEOPLE if person.lms_id in path]
        others = [value for other in PEOPLE if other != own for value in dataclasses.astuple(other) if value]
        private = [own.email, own.login, own.sis_id, own.section, own.group]
        found = [word for word in (*machine, *others, *private) if word and word in path + text]
        assert [word for word in found if word not in path] == []


def test_a_report_says_what_its_student_needs(graded, tmp_path):
    """Name, mark, each deduction, what is wrong; and that a place was cut out of a message."""
    page = feedback(graded, tmp_path / "out", "folders")["1234/report.html"]
    for said in (
        "Ada Lovelace",
        "0.3</strong> <span>/ 6",
        "Raw score 1.5 / 6",
        "2 started days at 10 % of the maximum",
    ):
        assert said in page
    assert "The slice is empty." in page
    assert "…/work.py" in page
    assert "cell 3, line 7" in page


def test_what_each_platform_takes(graded, tmp_path, capsys):
    """The names by which it finds the student again; who cannot be found is named."""
    names = {layout: sorted(feedback(graded, tmp_path / f"{layout}-{out}", layout)) for layout, out in LAYOUTS}
    assert names == {
        "folders": ["1234/report.html", "5555/report.html", "9902/report.html"],
        "moodle": [
            "Ada Lovelace_1234_assignsubmission_file_/report.html",
            "Ben Okri_9902_assignsubmission_file_/report.html",
            "Cy Twombly_5555_assignsubmission_file_/report.html",
        ],
        "canvas": ["adalovelace_1234_81234_layers.html", "benokri_9902_89902_layers.html"],
        "gradescope": ["1234/report.html", "5555/report.html", "9902/report.html"],
        "nbgrader": [f"feedback/{key}/layers/{name}.html" for key, name in
                     (("1234", "layers"), ("5555", "report"), ("9902", "layers"))],
    }  # fmt: skip
    out, err = capsys.readouterr()
    assert "Gradescope takes no upload of feedback" in err
    assert "5555 (Cy Twombly): left out, since they handed in nothing." in err
    assert "2 reports in" in out and "3 reports in" in out


def test_the_same_results_give_the_same_zip(graded, tmp_path):
    """Byte by byte."""
    for name in ("one.zip", "two.zip"):
        feedback(graded, tmp_path / name, "folders")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


@pytest.mark.parametrize(
    ("out", "layout", "said"),
    [
        ("out", "moodle", "Moodle takes a zip; name one, such as --out "),
        ("graded-of-the-staff", "folders", "is the folder of the results"),
        ("full", "folders", "is there already and not empty"),
        ("nowhere/o.zip", "canvas", "cannot be written: No such file"),
    ],
)
def test_a_place_that_cannot_be_is_refused(graded, tmp_path, capsys, out, layout, said):
    """Old reports never get among new ones."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full/old.html").touch()
    assert main(["feedback", str(graded), "--out", str(tmp_path / out), "--layout", layout]) == 2
    assert said in capsys.readouterr().err


def test_newer_moodles_have_no_last_underscore():
    """As the class's own folders are; where they are not known, as from 4.1 on."""
    from grader.feedback.layouts import moodle

    row = Row(ADA, Attempt(), result(), Mark(1.5, 1.5, 3))
    assert moodle([row]).paths == {"1234": "Ada Lovelace_1234_assignsubmission_file/report.html"}
    typed = dataclasses.replace(row, person=dataclasses.replace(ADA, lms_id=""))
    assert moodle([typed]).said == ["1234 (Ada Lovelace): left out, since their Moodle participant id is not known."]


def test_a_group_has_the_report_of_who_handed_in_on_canvas():
    """By the user in the file's name; the others are named, and nobody's report goes to another by a wrong name."""
    from grader.feedback.layouts import canvas

    rows = [Row(person, upload(ADA), result(), Mark(1.5, 1.5, 3)) for person in (BEN, ADA)]
    places = canvas(rows)
    assert places.paths == {"1234": "adalovelace_1234_81234_layers.html"}
    assert places.said == ["9902: has the report of 1234, who handed in for the group."]


def test_canvas_ids_are_enough():
    """Where names of files were lost on the way."""
    from grader.feedback.layouts import canvas

    row = Row(BEN, Attempt("89902", 1), result(), Mark(1.5, 1.5, 3))
    assert canvas([row]).paths == {"9902": "Ben Okri_9902_89902_report.html"}


def test_names_are_parts_of_paths_and_nothing_more():
    """Whatever someone is called."""
    from grader.feedback.layouts import LAYOUTS as ALL

    for name in ("../../etc", "a/b", ".hidden", "~x", "C:\\x", "", "\x00", "x" * 20):
        row = Row(Person(name, name, lms_id="7"), upload(CY), result("x"), Mark(1.5, 1.5, 3))
        for layout in ALL.values():
            for path in layout([row]).paths.values():
                assert not path.startswith(("/", ".", "~"))
                assert not {"..", ".", ""} & set(path.split("/"))
                assert not any(part.startswith((".", "~")) for part in path.split("/"))


def test_cleaning_leaves_what_is_not_a_place_of_the_machine():
    """Fractions, relative paths, code and numbers that are no seed."""
    said = "a/b, x / y, cs231n/layers.py, N//2, and/or, 12, http://cs231n.github.io/x, ./tmp/x"
    one = result("ada", None, reason=said, seed=12)
    row = Row(ADA, Attempt(), one, Mark(None, None, None, (Adjustment("override", 0, said),)))
    seen = for_student(row)
    assert (seen.result.reason, seen.result.seed) == (said, None)
    assert seen.mark.adjustments[0].sentence == said


def test_a_folder_that_no_system_has_is_cut_out_too():
    """With blanks in its name, and not where it only begins a longer one."""
    said = "/Kurse/hw 1/graded/x.py, /Kurse/hw 1, and /Kurse/hw 12/y.py"
    row = Row(ADA, Attempt(), result("ada", None, reason=said), Mark(None, None, None))
    assert for_student(row, ["/Kurse/hw 1"]).result.reason == "…/x.py, …, and /Kurse/hw 12/y.py"
