"""``grader ci`` as a job meets it: remarks, summary, reports and exit codes; and the jobs that come with a template."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from grader.release import JOBS

ROOT = Path(__file__).parents[1]
PUBLIC = ROOT / "student_template"
FLOATS = ROOT / "tests/specimens/layers/float_sizes/layers.ipynb"
BIN = Path(sys.executable).parent


@pytest.fixture
def job(tmp_path):
    """A repository and the variables that GitHub's runner gives a step; the command is run in it."""
    repository = tmp_path / "repository"
    repository.mkdir()
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }

    def run(*command, **more):
        environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **variables, **more}
        return subprocess.run(
            [*map(str, command)], capture_output=True, text=True, check=False, cwd=repository, env=environment
        )

    run.repository, run.summary, run.output = repository, tmp_path / "summary.md", tmp_path / "output"
    return run


def test_a_failing_repository_is_explained_at_its_lines(job):
    """Remarks after the stopped commands, a summary, JUnit XML, SARIF and the Result, all of the same checks."""
    name = "hw/::error::x,y.ipynb"
    (job.repository / "hw").mkdir()
    shutil.copy(FLOATS, job.repository / name)
    reports = [word for kind in ("json", "html", "junit", "sarif") for word in (f"--{kind}", f"r.{kind}")]
    run = job("grader", "ci", ".", "max_pool", "--assignment", "layers", *reports)
    assert run.returncode == 1, run.stderr
    stopped, _, remarks = run.stdout.partition(
        f"\n::{run.stdout.splitlines()[0].removeprefix('::stop-commands::')}::\n"
    )
    assert "6 of 10 points. 3 of 10 checks ran." in stopped
    (remark,) = remarks.splitlines()
    shown = re.fullmatch(r"::error file=hw/%3A%3Aerror%3A%3Ax%2Cy.ipynb,line=(\d+),title=([^:]*)::(.*)", remark)
    line = (job.repository / name).read_text("utf-8").split("\n")[int(shown[1]) - 1]
    assert "out = np.zeros((N, C, H_out, W_out))" in line
    assert "(cell 8, line 8)" in shown[3]
    assert "whole number" in job.summary.read_text("utf-8")  # what the TypeError is about
    assert job.output.read_text("utf-8") == "status=graded\nscore=6\nmax-score=10\npercent=60.0\n"
    result = json.loads((job.repository / "r.json").read_text("utf-8"))
    assert (result["score"], result["all_checks"]) == (6, 10)
    suites = ET.parse(job.repository / "r.junit").getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("3", "2")
    found = json.loads((job.repository / "r.sarif").read_text("utf-8"))["runs"][0]["results"]
    places = {one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in found}
    assert places == {int(shown[1])}


def test_from_a_share_of_the_points_on_it_passes(job):
    """6 of 10 points: 60 percent are enough if they are asked for, 61 are not."""
    shutil.copy(FLOATS, job.repository)
    assert job("grader", "ci", ".", "max_pool", "--pass-at", "60").returncode == 0
    assert job("grader", "ci", ".", "max_pool", "--pass-at", "61%").returncode == 1


@pytest.mark.parametrize(
    ("code", "arguments"),
    [("", []), ("x = 1\n", []), ("x = 1\n", ["--assignment", "layers", "affine/forward"])],
    ids=["no code", "of no assignment", "of another assignment"],
)
def test_nothing_to_check_has_an_exit_code_and_leaves_no_stale_report(job, code, arguments):
    """Not a failure of the student's work, nor a pass: 5, a remark, and reports that say so."""
    (job.repository / "work.py").write_text(code)
    (job.repository / "r.json").write_text("stale")
    run = job("grader", "ci", ".", *arguments, "--json", "r.json", "--junit", "r.xml")
    assert run.returncode == 5, run.stdout
    assert "Traceback" not in run.stderr
    result = json.loads((job.repository / "r.json").read_text("utf-8"))
    assert not result["score"]
    assert ET.parse(job.repository / "r.xml").getroot().get("tests") != "0"
    assert "::error " in run.stdout


def test_no_report_is_written_over_students_work(job):
    """A slip at the command line must not cost the notebook."""
    shutil.copy(FLOATS, job.repository)
    run = job("grader", "ci", ".", "affine", "--html", "layers.ipynb")
    assert (run.returncode, (job.repository / "layers.ipynb").read_bytes()) == (2, FLOATS.read_bytes())


@pytest.mark.parametrize(
    ("name", "schema"),
    [("check.yml", "github-workflows"), ("action.yml", "github-actions"), ("gitlab-ci.yml", "gitlab-ci")],
)
def test_jobs_are_valid_against_their_public_schemas(name, schema):
    """Those that check-jsonschema brings along."""
    from check_jsonschema import main as check_jsonschema  # dear to import, in each process that collects

    checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema", f"vendor.{schema}", str(PUBLIC / name)])
    assert checked.exit_code == 0, checked.output


def test_the_steps_of_the_action_run_as_the_runner_runs_them(job, tmp_path):
    """Their own shell and variables: without GRADER it is said what to set; then pip gets it, and reports are there."""
    steps = {step.get("name"): step for step in YAML(typ="safe").load(PUBLIC / "action.yml")["runs"]["steps"]}

    def step(name, **values):
        (tmp_path / "step.sh").write_text(steps[name]["run"])
        return job("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", tmp_path / "step.sh", **values)

    assert set(steps["Install the grader"]["env"]) == {"GRADER"}
    unset = step("Install the grader", GRADER="")
    assert unset.returncode == 1
    assert unset.stdout.startswith("::error title=GRADER is not set::Set the variable GRADER")
    pip = tmp_path / "bin" / "python"
    pip.parent.mkdir()
    pip.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    pip.chmod(0o755)
    address = "git+https://host/course/grader; exit 3"
    installed = step("Install the grader", GRADER=address, PATH=f"{pip.parent}{os.pathsep}{os.environ['PATH']}")
    assert installed.stdout.split("\n")[-2] == address

    assert set(steps["Check"]["env"]) == {"CHECKED", "ASSIGNMENT", "PASS_AT", "REPORTS"}
    shutil.copy(FLOATS, job.repository)
    reports = tmp_path / "with space"
    values = {"CHECKED": "layers.ipynb", "ASSIGNMENT": "", "PASS_AT": "50", "REPORTS": str(reports)}
    checked = step("Check", **values)
    assert checked.returncode == 0, checked.stderr
    assert {path.name for path in reports.iterdir()} == {"result.json", "report.html", "junit.xml", "grader.sarif"}
    assert "percent=" in job.output.read_text("utf-8")


def test_the_script_of_the_gitlab_job_runs(job):
    """As GitLab's runner joins it: each line is a command, and the first that fails ends it."""
    check = YAML(typ="safe").load(PUBLIC / "gitlab-ci.yml")["check"]
    unset = job("sh", "-e", "-c", "\n".join(check["script"]))
    assert unset.returncode == 1
    assert "GRADER is not set" in unset.stdout
    script = "\n".join(line.replace("ASSIGNMENT", "layers affine") for line in check["script"] if "pip" not in line)
    shutil.copy(FLOATS, job.repository)
    run = job("sh", "-e", "-c", script, GRADER="x", GITHUB_ACTIONS="")
    assert run.returncode == 0, run.stderr
    assert (job.repository / check["artifacts"]["reports"]["junit"]).is_file()


def test_the_hook_names_files_that_there_are():
    """It runs before a push, when a notebook or module changed."""
    (hook,) = YAML(typ="safe").load(PUBLIC / "pre-commit-config.yaml")["repos"][0]["hooks"]
    assert hook["entry"].startswith("grader check . --assignment ")
    assert re.search(hook["files"], "a/layers.ipynb") and not re.search(hook["files"], "report.html")
    assert all((PUBLIC / name).is_file() for name in JOBS)


@pytest.mark.slow
def test_a_run_that_is_stopped_leaves_no_report_of_an_earlier_one(job):
    """They are gone before anything is read. Nor does the command hold what the job's environment keeps secret."""
    (job.repository / "work.py").write_text("import time\n\n\ndef relu_forward(x):\n    time.sleep(1e6)\n")
    stale = job.repository / "r.xml"
    stale.write_text("stale")
    command = [BIN / "grader", "ci", ".", "relu/forward", "--assignment", "layers", "--junit", stale]
    environment = {**os.environ, "SECRET_TOKEN": "s3cret"}
    process = subprocess.Popen(
        command, cwd=job.repository, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while stale.exists():
        assert process.poll() is None
    if sys.platform == "linux":
        assert b"s3cret" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    for _ in range(20):  # Python itself swallows one that comes in the middle of an import
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
            break
    assert process.returncode == 130
    assert not stale.exists()
