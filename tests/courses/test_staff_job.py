"""The job of the staff's in docs/ci.md, as it stands: what students get back, and what they gain by editing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from tests.courses.conftest import CLUSTERS
from tests.wheels import ROOT, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]
WORKFLOW = re.compile(r"^```yaml\n(# \.github/workflows/grade\.yml.*?)^```", re.DOTALL | re.MULTILINE)
WRONG = CLUSTERS / "specimens/kmeans/sums/kmeans.ipynb"  # 5 of 8
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}


def git(*words, cwd: Path) -> str:
    command = ["git", "-c", "user.name=s", "-c", "user.email=s@localhost", *map(str, words)]
    return subprocess.run(command, cwd=cwd, env=os.environ | GIT, capture_output=True, text=True, check=True).stdout


def edited(folder: Path) -> None:
    """Leave out the check that fails, give the other all points, and let the job pass whatever comes."""
    asked = folder / ".grader/student_template/kmeans/assignment.toml"
    asked.write_text(
        asked.read_text("utf-8")
        + '\nwithout = ["kmeans/means"]\n[points]\n"kmeans/nearest" = {usual = 100, edges = 100}\n'
    )
    own = run(sys.executable, "-m", "grader", "check", ".", cwd=folder)
    assert "All public checks passed" in own.stdout, own.stderr  # that is what it says to its owner
    (folder / "course.toml").write_text('title = "Mine"\n')
    (folder / "policy.toml").write_text("[deduction]\nper_day = '-50% of max'\n")
    (folder / ".github/workflows/check.yml").write_text(
        "on: push\njobs: {check: {runs-on: x, steps: [{run: exit 0}]}}\n"
    )


@pytest.fixture(scope="module")
def done(teachers, released, tmp_path_factory) -> tuple[Path, dict[str, Path]]:
    """The staff's folder after the job, and the students' repositories: honest, edited, and one that is not there."""
    place = tmp_path_factory.mktemp("staff")
    repositories = {}
    for name in ("ada", "ben"):
        work = Path(shutil.copytree(released, place / f"{name}-work"))
        shutil.copy(WRONG, work)
        if name == "ben":
            edited(work)
        git("init", "--quiet", cwd=work)
        git("add", "--all", "--force", cwd=work)
        git("commit", "--quiet", "--message", "Work", cwd=work)
        repositories[name] = place / f"{name}.git"
        git("clone", "--quiet", "--bare", work, repositories[name], cwd=place)
    staff = place / "staff"
    staff.mkdir()
    lines = [f"{name},file://{path}" for name, path in {**repositories, "eve": place / "absent.git"}.items()]
    (staff / "students.csv").write_text("".join(f"{line}\n" for line in lines))
    text = WORKFLOW.search((ROOT / "docs/ci.md").read_text("utf-8"))[1]
    env = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "GRADER_COURSE": str(teachers)}
    for step in YAML(typ="safe").load(text)["jobs"]["grade"]["steps"]:
        if "run" in step:
            script = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            ran = subprocess.run(
                script, cwd=staff, env=os.environ | GIT | env, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stdout + ran.stderr
    return staff, repositories


def test_who_edits_what_was_released_gains_nothing(done):
    """Same work, same points; the one who is not there has a row, too."""
    rows = (done[0] / "graded/grades.csv").read_text("utf-8-sig").splitlines()
    columns = rows[0].split(",")
    marks = {row.split(",")[0]: dict(zip(columns, row.split(","), strict=False)) for row in rows[1:]}
    assert {name: (mark["score"], mark["max_score"]) for name, mark in marks.items() if name != "eve"} == {
        "ada": ("5", "8"),
        "ben": ("5", "8"),
    }
    assert marks["eve"]["status"] == "not_graded"


def test_students_get_feedback_and_nothing_else(done):
    """On a branch of its own, with the sentence, without seed and paths; their work is as it was."""
    staff, repositories = done
    seed = re.search(r"\"seed\": (\d+)", (staff / "graded/ada/result.json").read_text("utf-8"))[1]
    for repository in repositories.values():
        assert git("ls-tree", "-r", "--name-only", "feedback", cwd=repository).split() == ["report.html"]
        page = git("show", "feedback:report.html", cwd=repository)
        assert "Each centre is the sum of its samples; it is their mean." in page
        assert seed not in page and str(staff) not in page
        assert len(git("log", "--oneline", "HEAD", cwd=repository).splitlines()) == 1


def test_the_workflow_is_valid_against_its_public_schema(tmp_path):
    from check_jsonschema import main as check_jsonschema  # dear to import, in each process that collects

    (tmp_path / "grade.yml").write_text(WORKFLOW.search((ROOT / "docs/ci.md").read_text("utf-8"))[1])
    schema = ["--builtin-schema", "vendor.github-workflows"]
    checked = CliRunner().invoke(check_jsonschema, [*schema, str(tmp_path / "grade.yml")])
    assert checked.exit_code == 0, checked.output
