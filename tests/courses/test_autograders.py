"""The autograders of docs/autograders.md, in folders laid out as the systems lay them out."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import jsonschema
import pytest

from tests.courses.conftest import CLUSTERS
from tests.exporters import schemas
from tests.exporters.golden_files import JOB
from tests.wheels import PACKAGES, ROOT, environment, run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]
WRONG = CLUSTERS / "specimens/kmeans/sums/kmeans.ipynb"  # 5 of 8
SENTENCE = "Each centre is the sum of its samples; it is their mean."


def shown(system: str) -> str:
    """The script that the docs have for a system."""
    text = (ROOT / "docs/autograders.md").read_text("utf-8").partition(f"<!-- {system}:")[2]
    return re.search(r"^```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE)[1]


@pytest.fixture(scope="module")
def autograder(teachers, tmp_path_factory) -> Path:
    """/autograder as Gradescope builds it; instead of what setup.sh installs, the packages are lent from here."""
    place = tmp_path_factory.mktemp("gradescope")
    command = ("export", "gradescope-autograder", "--course", teachers, "--assignment", "kmeans", "--seed", "77")
    made = run(sys.executable, "-m", "grader", *command, "--out", place / "a.zip")
    assert made.returncode == 0, made.stderr
    assert (place / "a.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(place / "a.zip") as archive:
        assert {name for name in archive.namelist() if "/" not in name} == {"setup.sh", "run_autograder", "image.lock"}
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
        archive.extractall(place / "source")
    venv.create(place / "source/venv", with_pip=False)
    (site,) = (place / "source/venv").glob("lib/python*/site-packages")
    (site / "packages.pth").write_text("\n".join([*filter(PACKAGES.search, sys.path), str(place / "source/engine")]))
    (place / "submission").mkdir()
    return place


def test_gradescope_gets_results_of_hidden_checks(autograder):
    """By a run_autograder that is given nothing but the folder; the seed and the solutions are in none of it."""
    shutil.copy(WRONG, autograder / "submission")
    (autograder / "submission_metadata.json").write_text('{"users": [{"id": 1, "name": "Ada"}]}')
    environment = {"AUTOGRADER": str(autograder), "PATH": "/usr/bin:/bin"}
    script = autograder / "source/run_autograder"
    ran = run("bash", script, cwd=autograder, env=environment)
    results = json.loads((autograder / "results/results.json").read_text("utf-8"))
    jsonschema.validate(results, schemas.GRADESCOPE)
    assert (results["score"], len(results["tests"])) == (5, 2), ran.stdout + ran.stderr
    assert SENTENCE in json.dumps(results) and "77" not in json.dumps(results)
    notebook = json.loads(WRONG.read_text("utf-8"))
    notebook["cells"][-1]["source"] = "def update(X, labels, k):\n    while True:\n        pass\n"
    (autograder / "submission" / WRONG.name).write_text(json.dumps(notebook), "utf-8")
    hurried = script.read_text("utf-8").replace("--student-seconds 200", "--student-seconds 2")
    assert hurried != script.read_text("utf-8")
    ran = run("bash", "-c", hurried, cwd=autograder, env=environment)
    results = json.loads((autograder / "results/results.json").read_text("utf-8"))
    assert "used up the time that it may take in all" in json.dumps(results), ran.stdout + ran.stderr
    assert results["score"] == 4
    (autograder / "source/engine/grader/batch/work.py").write_text("raise SystemExit(9)\n")
    run("bash", script, cwd=autograder, env=environment)
    results = json.loads((autograder / "results/results.json").read_text("utf-8"))
    jsonschema.validate(results, schemas.GRADESCOPE)
    assert "score" not in results and "not your fault" in results["output"]


def test_an_autograder_needs_the_whole_course(released, tmp_path):
    """What students have is not enough, and an option that only it takes fits nothing else."""
    command = ("export", "gradescope-autograder", "--assignment", "kmeans", "--out", tmp_path / "a.zip")
    refused = run(sys.executable, "-m", "grader", *command, cwd=released)
    assert (refused.returncode, "has no folder solutions" in refused.stderr) == (2, True)
    assert not (tmp_path / "a.zip").exists()


def test_classroom_50_gets_the_public_checks(released, tmp_path):
    """Exit code 0 for a failing grade; where nothing can be checked there is no file and another code."""
    work = Path(shutil.copytree(released, tmp_path / "work"))
    shutil.copy(WRONG, work)
    script = re.sub(r"^subprocess\.run\(\[.*\n", "", shown("classroom50"), flags=re.MULTILINE)
    assert script != shown("classroom50")
    ran = run(sys.executable, "-c", script, cwd=work, env=environment() | JOB)
    assert ran.returncode == 0, ran.stderr
    result = json.loads((work / "result.json").read_text("utf-8"))
    jsonschema.validate(result, schemas.CLASSROOM50)
    assert (result["score"], result["max-score"], result["classroom"]) == (500, 800, JOB["CLASSROOM"])
    (work / "kmeans.ipynb").unlink()
    assert run(sys.executable, "-c", script, cwd=work, env=environment() | JOB).returncode != 0
    assert not (work / "result.json").exists()


def test_prairielearn_gets_results(teachers, tmp_path):
    """By the entry point as it stands, but for the assignment."""
    (tmp_path / "student").mkdir()
    shutil.copy(WRONG, tmp_path / "student")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"GRADE": str(tmp_path), "GRADER_COURSE": str(teachers), "PATH": path}
    script = ["bash", "-c", shown("prairielearn").replace("layers", "kmeans")]
    ran = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    results = json.loads((tmp_path / "results/results.json").read_text("utf-8"))
    jsonschema.validate(results, schemas.PRAIRIELEARN)
    assert (results["gradable"], results["score"]) == (True, 0.625), ran.stdout + ran.stderr
    assert SENTENCE in json.dumps(results)
