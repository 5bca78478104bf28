"""Gradescope's autograder where nothing is but what its image has: Python, apt, and no compiler.

Its own image is taken where a registry is reached. Elsewhere the base of ours stands in for it, Debian's instead of
Ubuntu's, less pip and venv. The image is built as Gradescope builds it: with a network, by ``setup.sh`` alone.
"""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from tests.exporters import schemas
from tests.image.engine import OFFICIAL, PULL_SECONDS, ROOT
from tests.wheels import run

pytestmark = pytest.mark.slow
SPECIMEN = ROOT / "tests/specimens/layers/pad_hard_coded"
THEIRS = "docker.io/gradescope/autograder-base:ubuntu-22.04"
BARE, BUILT = "localhost/grader-bare", "localhost/grader-gradescope"
STRIP = """\
ARG BASE
FROM ${BASE}
RUN apt-get purge -y -qq python-is-python3 python3-pip 'python3.*-venv'
"""
BUILD = """\
ARG BASE
FROM ${BASE}
ADD source /autograder/source
RUN cp /autograder/source/run_autograder /autograder/run_autograder && chmod +x /autograder/run_autograder \\
    && mkdir -p /autograder/submission /autograder/results
RUN apt-get update -qq && bash /autograder/source/setup.sh && apt-get clean && rm -rf /var/lib/apt/lists/*
WORKDIR /autograder
CMD ["/autograder/run_autograder"]
"""


@pytest.fixture(scope="module")
def bare(engine, tmp_path_factory) -> str:
    """An image with what Gradescope's has."""
    if engine.image_base == OFFICIAL:
        pulled = engine.run("pull", "--quiet", THEIRS, check=False, timeout=PULL_SECONDS)
        if pulled.returncode:
            pytest.skip(f"THE AUTOGRADER IS NOT TESTED: {THEIRS} cannot be had ({pulled.stderr[-300:]})")
        return THEIRS
    folder = tmp_path_factory.mktemp("bare")
    (folder / "Dockerfile").write_text(STRIP)
    engine.build(BARE, engine.image_base, context=folder)
    look = "command -v cc gcc pip pip3 || python3 -c 'import ensurepip' 2>&1"
    assert "No module named 'ensurepip'" in engine.run("run", "--rm", BARE, "sh", "-c", look, check=False).stdout
    return BARE


@pytest.fixture(scope="module")
def autograder(engine, bare, tmp_path_factory) -> str:
    """The image that Gradescope makes of the zip; the reference is compiled in it."""
    folder = tmp_path_factory.mktemp("gradescope")
    command = ("export", "gradescope-autograder", "--assignment", "layers", "--seed", "77")
    made = run(sys.executable, "-m", "grader", *command, "--out", folder / "a.zip")
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(folder / "a.zip") as archive:
        archive.extractall(folder / "source")
    (folder / "Dockerfile").write_text(BUILD)
    engine.build(BUILT, bare, context=folder)
    return BUILT


def graded(engine, image: str, submission: Path, results: Path) -> dict:
    """What one container makes of a submission, without a network and with the room that Gradescope gives."""
    results.mkdir()
    volumes = (f"{submission}:/autograder/submission:ro", f"{results}:/autograder/results")
    places = [word for volume in volumes for word in ("--volume", volume)]
    ran = engine.run("run", "--rm", "--network", "none", "--memory", "3g", *places, image, check=False)
    print(ran.stdout, ran.stderr)
    told = json.loads((results / "results.json").read_text("utf-8"))
    jsonschema.validate(told, schemas.GRADESCOPE)
    return told


def test_a_submission_is_graded_where_nothing_else_is(engine, autograder, tmp_path):
    """By hidden checks, and with its cause; what holds no work has a sentence and no score."""
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(SPECIMEN / "layers.ipynb", work)
    told = graded(engine, autograder, work, tmp_path / "results")
    failed = [test["name"] for test in told["tests"] if test.get("status") == "failed"]
    assert failed == ["conv/backward: Backward pass: the gradients of x, w and b."]
    assert "A border of 1 is cut off dx, whatever the padding is." in json.dumps(told)
    assert 30 < told["score"] < 34
    (tmp_path / "nothing").mkdir()
    (tmp_path / "nothing" / "notes.txt").write_text("I could not do it.")
    told = graded(engine, autograder, tmp_path / "nothing", tmp_path / "none")
    assert "score" not in told and "holds no notebook or .py file" in told["output"]
