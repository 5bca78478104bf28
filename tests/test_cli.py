"""The command line as its users meet it: output, exit codes, bad input, Ctrl-C."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grader.__main__ import main as command
from grader.cli import main
from grader.commands import module_of
from grader.errors import HarnessError
from grader.sandbox import LEVELS, lockdown, trial
from tests.attacks.scene import HONEST, honest_notebook
from tests.conftest import notebook_json
from tests.intake.zips import write_zip

SPECIMENS = Path(__file__).parent / "specimens"
PERFECT = SPECIMENS / "two_layer_net/perfect/two_layer_net.ipynb"
WORKED = SPECIMENS / "two_layer_net/regularisation_factor/two_layer_net.ipynb"
GRADE = ["grade", "--no-notebook", "--seed", "5", "--only", "scores"]


def grader(*arguments, **options):
    """Run the command line in a process of its own."""
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_check_explains_the_worked_example(tmp_path):
    """Exit code 1, the cause in one sentence, and the Result as JSON and HTML."""
    run = grader("check", WORKED, "--json", tmp_path / "r.json", "--html", tmp_path / "r.html")
    assert run.returncode == 1
    assert "The gradient of the regularisation is missing its factor 2." in run.stdout
    assert "✗ W1 has relative error 8.0e-01" in run.stdout
    result = json.loads((tmp_path / "r.json").read_text())
    statuses = {check["slug"]: check["status"] for check in result["parts"][0]["checks"]}
    assert statuses == {
        "scores": "passed",
        "loss": "passed",
        "gradients": "failed",
        "training": "passed",
        "predict": "passed",
    }
    assert (result["schema"], result["public"], result["status"]) == ("grader/result/v1", True, "graded")
    assert result["parts"][0]["checks"][2]["place"]["code"] == ""  # that is for staff
    page = (tmp_path / "r.html").read_text()
    assert "missing its factor 2" in page
    assert "<dt>Code from</dt><dd>two_layer_net.ipynb</dd>" in page
    assert "\nCode from two_layer_net.ipynb\n" in run.stdout
    assert "Numba" not in page  # nothing of it was used


def test_check_never_says_that_all_passed():
    """All public checks passed: the hidden ones are still to come."""
    run = grader("check", PERFECT)
    assert run.returncode == 0
    assert "All public checks passed; hidden checks run when it is graded." in run.stdout


def test_check_of_chosen_names_runs_those_only(tmp_path):
    """NAME picks parts or checks."""
    run = grader("check", WORKED, "scores", "two_layer_net/loss", "--json", tmp_path / "r.json")
    assert run.returncode == 0
    (part,) = json.loads((tmp_path / "r.json").read_text())["parts"]
    assert [check["slug"] for check in part["checks"]] == ["scores", "loss"]


def test_names_may_stand_behind_options(tmp_path):
    """As people type it; an unknown option is still refused."""
    assert grader("check", WORKED, "--json", tmp_path / "r.json", "scores").returncode == 0
    assert grader("check", WORKED, "--jason", "scores").returncode == 2
    assert grader("assignments", "more").returncode == 2


def test_check_needs_neither_solutions_nor_numba(tmp_path):
    """A student's machine has neither: importing them is made to fail here."""
    (tmp_path / "solutions.py").write_text("raise ImportError('no solutions here')")
    (tmp_path / "numba.py").write_text("raise ImportError('no numba here')")
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"}
    assert grader("check", PERFECT, env=environment, cwd=tmp_path).returncode == 0


def test_the_check_runs_the_notebook_if_asked(tmp_path):
    """Cells that raise are shown, and cost nothing."""
    path = SPECIMENS / "two_layer_net/raising_cell"
    run = grader("check", path, "scores", "--notebook", "--cell-seconds", "20", "--json", tmp_path / "r.json")
    assert run.returncode == 0
    notebook = json.loads((tmp_path / "r.json").read_text())["notebook"]
    assert notebook["trouble"] is None
    assert notebook["errors"] != []
    assert "(no marks)" in run.stdout


def test_a_zip_is_checked_like_the_folder_in_it(tmp_path):
    """Its own path in the result, the same score; the notebook in it runs too, and nothing is left unpacked."""
    path = write_zip(tmp_path / "dana.zip", {"dana/two_layer_net.ipynb": WORKED.read_bytes()})
    (tmp_path / "t").mkdir()
    run = grader(
        *("check", path, "scores", "gradients", "--notebook", "--json", tmp_path / "r.json"),
        env={**os.environ, "TMPDIR": str(tmp_path / "t")},
    )
    assert run.returncode == 1, run.stderr
    result = json.loads((tmp_path / "r.json").read_text())
    assert (result["student"], result["submission"]["path"]) == ("dana", str(path))
    assert "missing its factor 2" in run.stdout
    assert result["notebook"]["trouble"] is None
    assert result["notebook"]["executed"] == result["notebook"]["cells"] > 0
    assert [child.name for child in (tmp_path / "t").iterdir() if child.name.startswith("grader-")] == []


@pytest.mark.slow
def test_zips_of_a_class_are_graded_and_a_hostile_one_costs_no_one(tmp_path, in_process):
    """A folder of zips, and one zip of all: the same rows, the refused one with its sentence."""
    good = {"two_layer_net.ipynb": PERFECT.read_bytes()}
    folder = tmp_path / "class"
    write_zip(folder / "ada.zip", good)
    write_zip(folder / "ben.zip", {"ben/" + name: data for name, data in good.items()})
    write_zip(folder / "eve.zip", {"../../x.py": b"x = 1", **good})
    whole = shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path, "class")
    for source, shown in ((folder, folder), (whole, Path(whole) / "class")):
        out = tmp_path / f"out-{Path(source).name}"
        run = in_process(*GRADE, source, "--out", out)
        assert run.returncode == 4
        rows = {row["student"]: row for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}
        assert {name: row["score"] for name, row in rows.items()} == {"ada": "3", "ben": "3", "eve": ""}
        assert rows["eve"]["reason"].startswith(f"{shown / 'eve.zip'}: '../../x.py' leads out of the folder")
        assert json.loads((out / "ben/result.json").read_text())["submission"]["path"] == str(shown / "ben.zip")


def test_a_refused_zip_is_one_sentence_and_exit_code_2(tmp_path, in_process):
    """The same of check and grade."""
    path = write_zip(tmp_path / "eve.zip", {"/etc/passwd": b"x"})
    for arguments in (["check", path], ["grade", path, "--out", tmp_path / "out"]):
        run = in_process(*arguments)
        assert run.returncode == 2
        assert f"{path}: '/etc/passwd' is an absolute path; pack your own folder again." in run.stderr
        assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_students_give_no_commands_to_githubs_runner(tmp_path):
    """Between the lines that stop and resume them; stderr cannot begin a line with one."""
    name = "::error file=x::owned ##[error]y"
    path = write_zip(tmp_path / "class" / f"{name}.zip", {"two_layer_net.ipynb": PERFECT.read_bytes()})
    (tmp_path / "class" / f"{name}\n::error::z.ipynb").write_bytes(b"{}")
    environment = {**os.environ, "GITHUB_ACTIONS": "true"}
    for arguments in (["check", path, "scores"], [*GRADE, path.parent, "--out", tmp_path / "out"]):
        run = grader(*arguments, env=environment)
        first, *inside, last = run.stdout.strip().splitlines()
        token = first.removeprefix("::stop-commands::")
        assert (len(token), last) == (32, f"::{token}::")
        assert "owned" in "".join(inside)
        assert all(line.startswith("grader: ") and "##[" not in line for line in run.stderr.splitlines())
    assert "not graded" in run.stderr


@pytest.fixture
def sample_class(tmp_path):
    """Two students, one hopeless file, one empty folder."""
    folder = tmp_path / "class"
    for name, source in {"ada": PERFECT, "ben": WORKED}.items():
        (folder / name).mkdir(parents=True)
        shutil.copy(source, folder / name)
    (folder / "cleo.ipynb").write_bytes(b"\x00\xff")
    (folder / "dan").mkdir()
    return folder


def test_a_class_is_graded_whatever_some_hand_in(sample_class, tmp_path, in_process):
    """Refused inputs are rows without a score, the others are graded, and the exit code tells."""
    out = tmp_path / "out"
    run = in_process("grade", "--no-notebook", "--seed", "5", sample_class, "--out", out)
    assert run.returncode == 4
    rows = {row["student"]: row for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}
    assert {name: (row["status"], row["score"]) for name, row in rows.items()} == {
        "ada": ("graded", "18"),
        "ben": ("graded", "13"),
        "cleo": ("not_graded", ""),
        "dan": ("not_graded", ""),
    }
    assert "cleo.ipynb is no notebook" in rows["cleo"]["reason"]
    assert "cleo: not graded:" in run.stderr
    for name in rows:
        result = json.loads((out / name / "result.json").read_text())
        assert (result["student"], result["public"]) == (name, False)
        assert (out / name / "report.html").read_text().startswith("<!")
    assert "The student's <code>TwoLayerNet</code>" in (out / "ben/report.html").read_text()  # what failed, for staff
    assert (out / "index.html").exists()
    assert (out / "grades.db").exists()


def test_of_a_lone_file_that_is_refused_nothing_unknown_is_printed(tmp_path, in_process):
    """Its name and the reason, without an assignment, a seed or a level."""
    (tmp_path / "cleo.ipynb").write_text("{")
    run = in_process("grade", tmp_path / "cleo.ipynb", "--out", tmp_path / "out", "--seed", "5")
    assert run.returncode == 2
    assert run.stdout.lstrip().startswith("cleo\n\nNot graded: ")
    assert "None" not in run.stdout
    page = (tmp_path / "out/cleo/report.html").read_text()
    assert not re.search(r"<dt>(Seed|Isolation|Numba)</dt>|\bNone\b|>none<", page)


def test_the_files_of_a_package_are_named_in_its_folder(tmp_path):
    """Those that functions were taken from, also of a zip, whose own name stands beside them."""
    code = "import numpy as np\n\ndef affine_forward(x, w, b):\n    return x.reshape(len(x), -1) @ w + b, (x, w, b)\n"
    path = write_zip(tmp_path / "dana.zip", {"a2/cs231n/layers.py": code.encode(), "a2/other.py": b"x = 1\n"})
    arguments = ("--assignment", "layers", "affine/forward", "--json", tmp_path / "r.json")
    assert "\nCode from cs231n/layers.py\n" in grader("check", path, *arguments).stdout
    submission = json.loads((tmp_path / "r.json").read_text())["submission"]
    assert (submission["path"], submission["files"]) == (str(path), ["cs231n/layers.py"])


@pytest.mark.slow
def test_a_class_of_a_platform_is_graded_with_its_roster(tmp_path, in_process):
    """A row for everybody: attempts, files that belong together, what cannot be read, and who handed in nothing.

    Who is graded again by one file is the same person.
    """
    relu, stub = HONEST, HONEST.replace("np.maximum(x, 0), x", "x * 0.5, x")
    files = {
        "doeada_4001_70001_layers.ipynb": honest_notebook(),
        "roeben_4002_70002_layers.ipynb": json.dumps(notebook_json([stub])),
        "roeben_4002_80002_layers-1.ipynb": json.dumps(notebook_json(["from net import *"])),
        "roeben_4002_80003_net.py": relu,
        "foxcleo_LATE_4003_70003_essay.pdf": "%PDF",
    }
    folder, out = tmp_path / "submissions", tmp_path / "out"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    (tmp_path / "roster.csv").write_text("ID,Student\n4001,Ada\n4002,Ben\n4003,Cleo\n4004,Dan\n")
    options = ["--out", out, "--no-notebook", "--seed", "5", "--only", "relu", "--assignment", "layers", "--jobs", "2"]
    run = in_process("grade", folder, "--roster", tmp_path / "roster.csv", *options)
    assert run.returncode == 4
    assert "Roster: 1 handed in nothing: 4004 (Dan)." in run.stderr
    assert "4003 (Cleo): not graded: foxcleo_LATE_4003_70003_essay.pdf" not in run.stderr
    assert "4003 (Cleo)  not graded: essay.pdf is a PDF" in run.stdout
    assert "Read as 3 submissions (if" in run.stdout
    assert "4003 (Cleo): not graded: essay.pdf is a PDF, which is not read; hand in the notebook itself" in run.stderr
    rows = {row["student"]: row for row in csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))}
    assert {key: row["status"] for key, row in rows.items()} == {
        "4001": "graded", "4002": "graded", "4003": "not_graded", "4004": "not_graded",
    }  # fmt: skip
    assert rows["4001"]["score"] == rows["4002"]["score"] == rows["4001"]["max_score"]
    assert rows["4004"]["reason"] == "Nothing was handed in."
    result = json.loads((out / "4002" / "result.json").read_text("utf-8"))
    assert "Graded the newest of 2 uploads; earlier: layers.ipynb." in [note["sentence"] for note in result["notes"]]
    one = in_process("grade", folder / "roeben_4002_80003_net.py", *options)
    assert one.returncode == 0
    assert "4002/report.html" in one.stdout
    assert in_process("grade", folder, "--layout", "mooddle", *options).returncode == 2


@pytest.mark.slow
def test_one_submission_is_graded_with_a_secret_seed(tmp_path, in_process):
    """Every run draws another seed, and says which."""
    seeds = []
    for name in ("a", "b"):
        run = in_process("grade", "--no-notebook", "--only", "scores", WORKED, "--out", tmp_path / name)
        assert run.returncode == 0, run.stderr
        seeds.append(json.loads((tmp_path / name / "two_layer_net/result.json").read_text())["seed"])
        assert f"Seed {seeds[-1]}" in run.stdout
    assert seeds[0] != seeds[1]


def test_grading_twice_with_one_seed_gives_the_same_result(tmp_path, in_process):
    """But for the seconds it took."""

    def graded(name):
        in_process("grade", "--no-notebook", "--seed", "7", WORKED, "--out", tmp_path / name)
        result = json.loads((tmp_path / name / "two_layer_net/result.json").read_text())
        for check in result["parts"][0]["checks"]:
            del check["seconds"]
        return result

    assert graded("a") == graded("b")


@pytest.mark.slow
def test_resume_keeps_what_has_not_changed(sample_class, tmp_path, in_process):
    """Only the changed submission is graded again; a fresh run grades all and knows the change of score."""
    out = tmp_path / "out"

    def files():
        return {name: (out / name / "result.json").stat().st_ino for name in ("ada", "ben")}  # written: another file

    in_process(*GRADE, sample_class, "--out", out)
    before = files()
    shutil.copy(PERFECT, sample_class / "ben")
    (sample_class / "ben/extra.py").write_text("x = 1\n")
    in_process(*GRADE, sample_class, "--out", out, "--resume")
    after = files()
    assert after["ada"] == before["ada"]
    assert after["ben"] != before["ben"]


@pytest.mark.slow
def test_resume_goes_on_with_the_seed_and_notices_other_settings(tmp_path, in_process):
    """The class's seed holds, and another is for a fresh run; another choice of checks grades anew."""
    out = tmp_path / "out"
    command = ("grade", "--no-notebook", PERFECT, "--out", out)

    def result(*options):
        run = in_process(*command, *options)
        assert run.returncode == 0, run.stderr
        return json.loads((out / "two_layer_net/result.json").read_text())

    first = result("--only", "scores")
    assert result("--only", "scores", "--resume") == first
    assert [check["slug"] for check in result("--only", "loss", "--resume")["parts"][0]["checks"]] == ["loss"]
    refused = in_process(*command, "--only", "loss", "--resume", "--seed", "9")
    assert refused.returncode == 2
    assert f"seed {first['seed']}, and --seed says 9" in refused.stderr
    assert result("--only", "loss", "--fresh", "--seed", "9")["seed"] == 9


def interrupt_when(process, path):
    """Send Ctrl-C as soon as a file is there."""
    while not path.exists():
        assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=120)


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_graded_and_leaves_no_process(tmp_path):
    """The first is kept, the second, in its endless loop, is stopped at once."""
    out = tmp_path / "out"
    endless = SPECIMENS / "two_layer_net/endless_loop"
    command = [sys.executable, "-m", "grader.cli", "grade", PERFECT, endless, "--layout", "one", "--out", out]
    command += ["--no-notebook", "--jobs", "1", "--only", "predict", "--only", "scores"]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children = psutil.Process(process.pid)
    _, errors = interrupt_when(process, out / "two_layer_net/report.html")
    assert process.returncode == 130
    stopped = out / "endless_loop/result.json"
    assert "1 of 2 submissions were graded and kept" in errors, stopped.exists() and stopped.read_text()
    assert "Traceback" not in errors
    (row,) = csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))
    assert (row["student"], row["score"]) == ("two_layer_net", "6")
    assert (out / "index.html").exists()
    assert not children.is_running()
    assert [p for p in psutil.process_iter(["cmdline"]) if str(out) in " ".join(p.info["cmdline"] or [])] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["check", "absent.ipynb"], "absent.ipynb does not exist"),
        (["check", "garbage.ipynb"], "garbage.ipynb is no notebook"),
        (["check", "five.ipynb"], "has nbformat 5"),
        (["check", "empty"], "holds no notebook or .py file"),
        (["check", "other.py"], "defines no function or class of any assignment"),
        (["check", "net.py", "--assignment", "nothing"], "There is no assignment 'nothing'; there are: "),
        (["check", "net.py", "nothing"], "has no part or check 'nothing'"),
        (["check", "net.py", "gradient_check"], " gradient_check has it: name one with --assignment."),
        (["check", "net.py", "scores", "--json", "absent/r.json"], "absent/r.json cannot be written"),
        (["check", "empty", "--pass-at", "1"], "unrecognized arguments: --pass-at"),
        (["ci", "net.py", "--pass-at", "101"], "it must be a percentage from 0 to 100"),
        (["ci", "net.py", "--junit", "net.py"], "net.py is not written over"),
        (["check", "gradeints"], "nor is there a part or check of that name. Did you mean gradients?"),
        (["check", "net.py", "gradient"], "Did you mean gradients?"),
        (["check", "emty"], "emty does not exist, nor is there a part or check of that name. Did you mean empty?"),
        (["check", "net.py", "--assignment", "two_layers_net"], "Did you mean two_layer_net?"),
        (["check", "net.py", "--jason", "r.json"], "unrecognized arguments: --jason r.json. Did you mean --json?"),
        (["check", "net.py", "--cell-seconds", "-1"], "must be a positive number of seconds"),
        (["grade", "absent", "--out", "out"], "absent does not exist"),
        (["grade", "empty", "--layout", "class", "--out", "out"], "nothing to grade"),
        (["grade", "net.py", "--out", "other.py"], "The output folder other.py cannot be written"),
        (["grade", "net.py", "--out", "out", "--only", "nothing"], "has no part or check 'nothing'"),
        (["grade", "net.py", "--out", "out", "--isolation", "vault"], "There is no isolation level 'vault'"),
        (["grade", "net.py", "--out", "out", "--engine", "there:1"], "There is no engine"),
        (["grade", "net.py", "--out", "out", "--seed", "x"], "the seed must be a whole number"),
        (["grade", "garbage.ipynb", "--out", "out"], "garbage.ipynb is no notebook"),
        (["grade", "net.py"], "the following arguments are required: --out"),
        (["nothing"], "invalid choice: 'nothing'"),
        (["chekc"], "Did you mean check?"),
        (["net.py"], "net.py is a file or folder, and no command. Did you mean grader check net.py?"),
        ([], "check your own work with the public tests"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path, monkeypatch, in_process, arguments, sentence):
    """What, where, what to do; never a traceback."""
    (tmp_path / "garbage.ipynb").write_bytes(b"\x00\xff")
    (tmp_path / "five.ipynb").write_text('{"nbformat": 5, "cells": []}')
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.py").write_text("def unrelated(): pass\n")
    (tmp_path / "net.py").write_text("class TwoLayerNet: pass\n")
    monkeypatch.chdir(tmp_path)
    run = in_process(*arguments)
    assert run.returncode == 2, run.stderr
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_trouble_of_the_grader_is_exit_code_3_and_no_mark(tmp_path, monkeypatch):
    """A student process that cannot start is our fault: not graded, no score, the cause is said."""
    broken = tmp_path / "site"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import sysconfig\n"
        "paths = dict(sysconfig.get_paths(), purelib='/nowhere', platlib='/nowhere')\n"
        "sysconfig.get_paths = lambda: paths\n"
        "import numpy\n"
        "numpy.__file__ = '/nowhere/numpy/__init__.py'\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{broken}{os.pathsep}{Path(__file__).parents[1]}"}
    run = grader("check", PERFECT, "scores", "--json", tmp_path / "r.json", env=environment)
    result = json.loads((tmp_path / "r.json").read_text())
    assert run.returncode == 3
    assert (result["status"], result["score"]) == ("not_graded", None)
    assert "The student process did not start" in result["reason"]
    assert result["parts"][0]["checks"][0]["status"] == "grader_error"
    assert "Not graded" in run.stdout


def test_assignments_lists_what_can_be_graded(in_process):
    """Parts, checks, points, sources and conventions."""
    run = in_process("assignments")
    assert run.returncode == 0
    for word in ("two_layer_net", "layers", "affine", "relu", "conv", "max_pool", "forward, backward", "without 0.5"):
        assert word in run.stdout
    assert not [line for line in run.stdout.splitlines() if line != line.rstrip()]


@pytest.mark.slow
def test_a_stray_bracket_in_the_only_cell_is_said_and_costs_the_checks(write_notebook):
    """The commonest error of all: the file is recognised, and the place is told."""
    run = grader("check", write_notebook("class TwoLayerNet:\n    def loss(self):\n        return 1)\n"))
    assert run.returncode == 1
    assert "cell 1, line 3: TwoLayerNet stands in cell 1, which does not parse: unmatched ')'." in run.stdout


@pytest.mark.slow
def test_a_name_that_is_missing_at_run_time_is_traced_to_its_cell(write_notebook):
    """The helper's cell does not parse, or its definition raised."""
    net = "class TwoLayerNet:\n    def __init__(self, *a, std=1): self.params = {}\n    def loss(self, X): return "
    run = grader("check", write_notebook("def clip(x)\n    return x", net + "clip(X)"), "scores")
    assert "name 'clip' is not defined. clip stands in cell 1, which does not parse" in run.stdout
    run = grader("check", write_notebook("LOW = 1 / 0", net + "X + LOW"), "scores")
    assert "Defining LOW raised ZeroDivisionError: division by zero. (cell 1, line 1)" in run.stdout


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_failed_check(tmp_path):
    """`grader check ... | head -1` still writes its files, and does not say that a check failed."""
    command = (
        f"{sys.executable} -m grader.cli check {PERFECT} --json {tmp_path / 'r.json'} | true; echo ${{PIPESTATUS[0]}}"
    )
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert run.stdout.strip() in ("0", "130")
    assert (tmp_path / "r.json").exists()
    assert "Traceback" not in run.stderr


@pytest.mark.slow
def test_a_terminal_without_unicode_gets_question_marks():
    """A check mark is no reason to fail."""
    run = grader("check", PERFECT, "scores", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert run.returncode == 0
    assert "? scores" in run.stdout


@pytest.mark.slow
def test_piped_output_keeps_its_lines_whole():
    """Scripts that read the output are not given lines broken at 80 columns."""
    run = grader("check", WORKED, "gradients")
    whole = "cases (the usual case and a network with biases), right in the rest."
    assert any(whole in line and "W1" in line for line in run.stdout.splitlines())


def test_help_imports_nothing_heavy():
    """--help answers at once: neither NumPy nor rich is loaded for it."""
    code = (
        "import sys\nfrom grader.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy', 'rich', 'numba', 'jinja2', 'nbclient', 'nbformat'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.rstrip().endswith("[]")


@pytest.mark.slow
def test_doctor_says_what_this_machine_reaches_and_commands_use(tmp_path):
    """Every level; the level that it names for a command is the one that the command's result has."""
    run = grader("doctor")
    assert run.returncode == 0
    assert all(f" {level}" in run.stdout for level in LEVELS)
    assert not [line for line in run.stdout.splitlines() if line != line.rstrip()]
    checked = grader("check", PERFECT, "scores", "--json", tmp_path / "r.json")
    level = json.loads((tmp_path / "r.json").read_text())["isolation"]["level"]
    assert f"`grader check` uses the level {level}." in run.stdout, checked.stderr
    graded = grader(*GRADE, PERFECT, "--out", tmp_path / "out")
    if graded.returncode == 2:
        assert "`grader grade` and `grader agree` refuse to run here" in run.stdout
        return
    level = json.loads((tmp_path / "out/two_layer_net/result.json").read_text())["isolation"]["level"]
    assert f"`grader grade` and `grader agree` use the level {level}." in run.stdout


@pytest.mark.parametrize(
    ("lacking", "graded", "checked"),
    [
        ([], "use the level namespaces.", "lockdown"),
        (["namespaces"], "use the level lockdown.", "lockdown"),
        (["namespaces", "lockdown"], "refuse to run here, unless with --isolation process.", "process"),
    ],
)
def test_doctor_and_commands_choose_alike_on_other_machines(monkeypatch, capsys, lacking, graded, checked):
    """What namespaces or Landlock are missing for."""
    for level in ("namespaces", "lockdown"):
        monkeypatch.setattr(LEVELS[level], "missing", lambda level=level: "it needs more" if level in lacking else "")
    monkeypatch.setattr(trial, "try_out", lambda box: None)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert f"`grader grade` and `grader agree` {graded}\n`grader check` uses the level {checked}." in out


def test_doctor_says_of_a_level_that_does_not_hold_that_nothing_is_graded(monkeypatch, capsys):
    """As `grader grade` does, which takes no weaker one by itself."""

    def fails(box):
        raise HarnessError("It leaks.")

    monkeypatch.setattr(LEVELS["namespaces"], "missing", lambda: "root may not")
    monkeypatch.setattr(LEVELS["lockdown"], "missing", lambda: "")
    monkeypatch.setattr(trial, "try_out", fails)
    assert main(["doctor"]) == 0
    assert "use the level lockdown, which does not hold: nothing is graded." in capsys.readouterr().out


@pytest.mark.slow
def test_a_class_is_not_graded_below_level_1_unless_told_so(tmp_path, capsys, monkeypatch):
    """It fails closed; --isolation process accepts the risk."""
    monkeypatch.setattr(lockdown.lock, "missing", lambda: "it needs Linux")
    arguments = ["grade", str(SPECIMENS / "two_layer_net/perfect"), "--out", str(tmp_path / "out"), "--no-notebook"]
    assert main(arguments) == 2
    assert "cannot lock student code in, so nothing was graded" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main([*arguments, "--isolation", "process"]) == 0
    assert "Isolation level process" in capsys.readouterr().out


def test_a_bug_of_ours_is_no_failed_check(monkeypatch, capsys):
    """Exit code 3 and a sentence that says where; the traceback for whoever asks for it."""

    def broken(options):
        raise KeyError("seed")

    monkeypatch.setattr(module_of("doctor"), "run", broken)
    monkeypatch.setattr(sys, "argv", ["grader", "doctor"])
    assert command() == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "The grader itself failed, in tests/test_cli.py, line" in said
    assert "KeyError: 'seed'" in said
    monkeypatch.setenv("GRADER_TRACEBACK", "1")
    with pytest.raises(KeyError):
        command()
