"""`grader export` as a teaching assistant meets it."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli import main
from grader.exporters.targets import TARGETS, IntoTheirs
from grader.model import Result
from grader.people import Person
from grader.store.records import Handed, Run
from grader.store.store import Store
from tests.exporters import canvas_server
from tests.exporters.gradebooks import Export
from tests.exporters.hostile import CANVAS, PLAIN
from tests.results import result
from tests.store.saved import key

EXPORT = PLAIN.before.decode()


def stored(folder: Path, *results: Result) -> Path:
    """The folder of a graded class."""
    folder.mkdir()
    with contextlib.closing(Store(folder / "grades.db")) as store:
        store.begin(Run("grade", 5))
        for each in results:
            store.save(Handed(Person(each.student)), each, key(), each.to_json())
        store.end("done")
    return folder


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """Ada with 12.5 of 18, Ben with 7, Chi not graded, and Zoe, whom no gradebook knows."""
    points = {"1001": 12.5, "1002": 7.0, "1003": None, "zoe": 3.0}
    return stored(tmp_path / "graded", *(result(key, score, max_score=18.0) for key, score in points.items()))


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """The teacher's file."""
    path = tmp_path / "export.csv"
    path.write_text(EXPORT)
    return path


def test_a_dry_run_shows_the_difference_and_writes_nothing(graded, exported, tmp_path, capsys):
    """Old and new, whoever is on one side only, and the counts."""
    files = sorted(tmp_path.rglob("*"))
    assert main([*("export", "canvas", "--from", str(graded), "--into", str(exported)), "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "Lovelace, Ada (1001): nothing → 12.5",
        "Bohr, Ben (1002): 9 → 7",
        "Dee, Dora (1004): no result here, left as it is",
        "Eve, Eva (1005): no result here, left as it is",
        "zoe: has a result here, and is not there",
        "“Layers (501)”: 2 marks would change; nothing was written, 0 the same.",
    ]
    assert "Chen, Chi (1003): Not graded: The file is broken." in said.err
    assert sorted(tmp_path.rglob("*")) == files


def test_a_gradebook_is_filled_in(graded, exported, tmp_path, capsys):
    """The column is that of the assignment; the teacher's own file stays."""
    out = tmp_path / "filled.csv"
    assert main([*("export", "canvas", "--from", str(graded), "--into", str(exported), "--out", str(out))]) == 0
    lines = out.read_text().splitlines()
    assert lines[2] == '"Lovelace, Ada",1001,00123,ada@uni.edu,A,12.5,3.5,80.1'
    assert [line for line in lines if line not in EXPORT] == lines[2:4]
    assert exported.read_text() == EXPORT
    assert out.stat().st_mode & 0o077 == 0
    assert "2 marks changed in" in capsys.readouterr().out


def test_what_counts_by_the_policy_is_exported(graded, exported, tmp_path, capsys):
    """Rounded, and excused, each with its sentence."""
    policy = tmp_path / "policy.toml"
    policy.write_text('excused = ["1002"]\n[rounding]\ndecimals = 0\nties = "half-up"\n')
    assert main(["policy", str(graded), "--policy", str(policy)]) == 0
    capsys.readouterr()
    assert main([*("export", "canvas", "--from", str(graded), "--into", str(exported)), "--dry-run"]) == 0
    changes = capsys.readouterr().out.splitlines()[:2]
    assert changes == ["Lovelace, Ada (1001): nothing → 13", "Bohr, Ben (1002): 9 → EX"]
    assert main(["export", "gradescope", "--from", str(graded), "--student", "1001", "--out", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["score"] == 13 and len(told["output"].splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["canva", "--out", "x"], "There is no format canva; do you mean canvas?"),
        (["canvas", "--out", "x"], "canvas needs --into, the file that you exported there, or --url"),
        (["moodle", "--out", "x"], "moodle needs --into, the file that you exported there."),
        (["csv"], "Say with --out where to write"),
        (
            ["csv", "--out", "x", "--into", "{export}", "--column", "A"],
            "--into and --column do not fit csv; leave them out",
        ),
        (["moodle", "--url", "https://x"], "--url is for canvas"),
        (["canvas", "--url", "https://x"], "--url also needs --course-id and --assignment-id"),
        (["canvas", "--url", "https://x", "--column", "A"], "--column does not fit --url"),
        (["canvas", "--url", "https://x", "--course-id", "1", "--assignment-id", "2"], "Set CANVAS_TOKEN"),
        (["canvas", "--into", "{export}", "--out", "{export}"], "is your own export"),
        (["canvas", "--into", "nowhere.csv", "--dry-run"], "nowhere.csv cannot be read"),
        (["canvas", "--into", "{export}", "--dry-run", "--column", "Layer"], "“Layers (501)”"),
        (["junit", "--out", "x", "--student", "1oo1"], "Nobody here has the key '1oo1'; perhaps 1001"),
        (["junit", "--out", "-"], "say with --student"),
        (["classroom50", "--out", "x"], "say with --student"),
        (["csv", "--out", "/proc/x/y"], "cannot be written"),
    ],
)
def test_what_is_amiss_is_said_in_a_sentence(graded, exported, monkeypatch, capsys, arguments, sentence):
    """Nothing is written then."""
    monkeypatch.delenv("CANVAS_TOKEN", raising=False)
    monkeypatch.chdir(graded.parent)
    before = sorted(graded.parent.rglob("*"))
    words = [word.format(export=exported) for word in arguments]
    assert main(["export", *words, "--from", str(graded)]) == 2
    assert sentence in capsys.readouterr().err
    assert sorted(graded.parent.rglob("*")) == before


@pytest.mark.parametrize("text", [None, b"", b"no database"])
def test_a_folder_without_results_is_refused(tmp_path, capsys, text):
    """No traceback of SQLite."""
    if text is not None:
        (tmp_path / "grades.db").write_bytes(text)
    assert main(["export", "csv", "--from", str(tmp_path), "--out", "-"]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_each_person_has_a_file_in_a_folder_by_their_key(tmp_path, capsys):
    """Whatever the key is, it leads nowhere else."""
    graded = stored(tmp_path / "graded", result("ada"), result("../../eve"), result(".."), result("王"))
    out = tmp_path / "out"
    assert main(["export", "gradescope", "--from", str(graded), "--out", str(out)]) == 0
    found = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert found == ["%2E%2E/results.json", "..%2F..%2Feve/results.json", "ada/results.json", "王/results.json"]
    assert sorted(tmp_path.iterdir()) == [graded, out]


OURS = [name for name, target in TARGETS.items() if not isinstance(target, IntoTheirs)]


@pytest.mark.parametrize("name", OURS)
def test_every_other_format_is_written_whole(graded, tmp_path, monkeypatch, name):
    """For one person, or the class."""
    for variable in ("CLASSROOM", "ASSIGNMENT", "COMMIT_URL", "RELEASE_URL", "SUBMISSION_TAG"):
        monkeypatch.setenv(variable, "submit/x")
    out = tmp_path / "deep" / "file"
    assert main(["export", name, "--from", str(graded), "--student", "1001", "--out", str(out)]) == 0
    assert out.stat().st_size > 50
    assert list(out.parent.iterdir()) == [out]


def test_marks_go_to_canvas_and_the_token_nowhere_else(graded, tmp_path, monkeypatch, capsys):
    """Read from the environment; the files of each person are attached."""
    files = tmp_path / "feedback"
    (files / "1001").mkdir(parents=True)
    (files / "1001" / "report.html").write_text("<p>fine</p>")
    monkeypatch.setenv("CANVAS_TOKEN", f" {canvas_server.TOKEN}\n")
    with canvas_server.serving() as canvas:
        canvas.states = ["completed"]
        canvas.add(1001, "Lovelace, Ada")
        canvas.add(1002, "Bohr, Ben", 7.0)
        there = ["--url", canvas.url, "--course-id", "5", "--assignment-id", "9", "--files", str(files)]
        assert main(["export", "canvas", "--from", str(graded), *there, "--dry-run"]) == 0
        assert "Lovelace, Ada (1001): nothing → 12.5" in capsys.readouterr().out and canvas.written == []
        assert main(["export", "canvas", "--from", str(graded), *there]) == 0
        assert canvas.written[0] == {"grade_data[1001][posted_grade]": "12.5"} and len(canvas.uploads) == 1
    said = capsys.readouterr()
    assert "“Layers”: 1 mark changed in Canvas, 1 the same." in said.out
    assert "secret" not in said.out + said.err


def test_hostile_names_give_no_commands_to_a_job(graded, tmp_path, monkeypatch, capsys):
    """GitHub's runner is told to stop listening while names are printed."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    cells = (*CANVAS, ('"::error::x\n::warning::y \x1b[31m"', "9", "", "", "", "", "", ""))
    path = tmp_path / "export.csv"
    path.write_bytes(Export("hostile", "canvas", cells, {}, ()).before)
    assert main(["export", "canvas", "--from", str(graded), "--into", str(path), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("::stop-commands::") and "\x1b" not in out
    assert "\n::error::x ::warning::y (9): no result here" in out


def test_nothing_is_imported_for_the_help():
    """`grader export --help` answers at once."""
    code = (
        "import sys\nfrom grader.commands import parse\ntry: parse(['export', '--help'])\nfinally: print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    *text, loaded = run.stdout.splitlines()
    assert any("--into" in line for line in text)
    assert not {*loaded.split()} & {"numpy", "json", "sqlite3", "requests", "canvasapi"}


@pytest.mark.slow
def test_what_was_graded_is_exported(tmp_path, in_process):
    """The whole way once, with what `grader grade` writes."""
    specimens = Path(__file__).parents[1] / "specimens" / "two_layer_net"
    work = tmp_path / "class"
    for name in ("perfect", "regularisation_factor"):
        shutil.copytree(specimens / name, work / name, ignore=shutil.ignore_patterns("*.json"))
    options = ["--no-notebook", "--jobs", "1", "--seed", "5", "--only", "gradients", "--assignment", "two_layer_net"]
    graded = tmp_path / "graded"
    for command in (
        ["grade", work, "--out", graded, *options],
        ["export", "nbgrader", "--from", graded, "--out", tmp_path / "marks.csv"],
    ):
        run = in_process(*command)
        assert run.returncode == 0, run.stderr
    lines = csv.DictReader((tmp_path / "marks.csv").open())
    assert {line["student_id"]: (line["score"], line["max_score"]) for line in lines} == {
        "perfect": ("6", "6"),
        "regularisation_factor": ("1", "6"),
    }


def test_a_json_export_is_read_by_programs(graded, capsys):
    """On the standard output."""
    assert main(["export", "json", "--from", str(graded), "--out", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["person"]["key"], row["mark"]["score"]) for row in rows] == [
        ("1001", 12.5),
        ("1002", 7.0),
        ("1003", None),
        ("zoe", 3.0),
    ]


def test_the_help_names_every_format(capsys):
    """The table of targets is not imported for it."""
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    told = capsys.readouterr().out
    assert all(name in told for name in TARGETS)
