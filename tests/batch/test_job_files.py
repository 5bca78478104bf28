"""The job files of docs/scaling.md as Slurm, Kubernetes and GitHub run them, but one after the other, on this machine.

What is put in for the queue is its variables, its folders and its placeholders; what is run is the shell of each file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.attacks.scene import HONEST
from tests.batch.test_shards import blocks, results

SEED = "70107"
# Of a shard's program only what keeps these tests short is added, behind what the file says. What was graded before by
# the same words into another folder is copied from there.
GRADER = """#!{python} -SE
import pathlib, shutil, subprocess, sys

words, short = sys.argv[1:], ["--layout", "class", "--only", "relu", "--no-notebook", "-q"]
if words[0] != "grade":
    sys.exit(subprocess.call([{python!r}, "-m", "grader", *words]))
place = words.index("--out") + 1
same = sorted({{*words[:place], *words[place + 1 :]}} - {{"--resume", "--log", "/dev/null"}})
kept = pathlib.Path(__file__).with_name("-".join(same).replace("/", "of"))
if not kept.exists():
    code = subprocess.call([{python!r}, "-m", "grader", *words, *short])
    shutil.copytree(words[place], kept)
    (kept / "code").write_text(str(code))
else:
    shutil.copytree(kept, words[place], ignore=lambda folder, names: ["code"])
sys.exit(int((kept / "code").read_text()))
"""


def ran(command: list[str], folder: Path, variables: dict[str, str]) -> int:
    """Run a command with the programs of ``folder/bin`` first; its exit code."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path, **variables}, check=False).returncode


def shell(script: str, folder: Path, **variables: str) -> int:
    """Run a script as a job's."""
    return ran(["bash", "-c", script], folder, variables)


def program(folder: Path, text: str) -> None:
    """Put a program in the place of ``grader``."""
    (folder / "bin").mkdir(exist_ok=True)
    file = folder / "bin" / "grader"
    file.write_text(text)
    file.chmod(0o755)


def slurm() -> str:
    """The script of the array, of as many tasks as there are shards: two here."""
    (script,) = blocks("bash")
    (array,) = [line for line in script.splitlines() if line.startswith("#SBATCH --array=1-")]
    return fewer(script, int(array.rpartition("-")[2]))


def fewer(script: str, shards: int) -> str:
    """The script with two shards in the place of so many."""
    assert script.count(f"/{shards}") == 1
    return script.replace(f"/{shards}", "/2")


def kubernetes() -> tuple[list[str], dict[str, str]]:
    """The command of an index and its variables."""
    spec = yaml.safe_load(blocks("yaml")[0])["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    script = fewer(container["args"][0], spec["completions"]).replace("/dev/stderr", os.devnull)
    assert {"/class", "/shards"} < {mount["mountPath"] for mount in container["volumeMounts"]}
    for place in ("/class", "/shards"):
        script = script.replace(f" {place}", f" {place[1:]}")  # below the folder that it runs in
    values = {one["name"]: one.get("value", SEED) for one in container["env"]}
    return [*container["command"], script], values


def matrix() -> tuple[str, str]:
    """The step of a shard, and the step that merges."""
    jobs = yaml.safe_load(blocks("yaml")[1])["jobs"]
    steps = {name: [step["run"] for step in jobs[name]["steps"] if "grader " in step.get("run", "")] for name in jobs}
    shards = jobs["shard"]["strategy"]["matrix"]["shard"]
    return fewer(steps["shard"][0], len(shards)), steps["merge"][0]


@pytest.mark.slow
@pytest.mark.xdist_group("job files")
def test_shards_by_each_file_and_merged_are_what_one_run_gives(tmp_path):
    """Of three students one cannot be read: that shard ends with 4, and its job is done all the same."""
    students = tmp_path / "class"
    students.mkdir()
    for name in ("ada", "bob"):
        (students / f"{name}.py").write_text(f"{HONEST}\n# {name}\n")
    (students / "eve.ipynb").write_text("{")
    program(tmp_path, GRADER.format(python=sys.executable))
    whole = f"grader grade class --out whole --assignment layers --seed {SEED}"
    assert shell(whole, tmp_path) == 4
    expected = results(tmp_path / "whole")
    assert sorted(expected) == ["ada", "bob", "eve"]

    own = {"CLASS": "class", "SHARDS": "of-slurm", "ASSIGNMENT": "layers", "SEED": SEED}
    for task in ("1", "2"):
        assert shell(slurm(), tmp_path, SLURM_ARRAY_TASK_ID=task, **own) == 0
    assert shell("grader merge of-slurm/* --out slurm", tmp_path) == 0

    (tmp_path / "shards").mkdir()
    command, variables = kubernetes()
    for index in ("0", "1"):
        assert ran(command, tmp_path, {"JOB_COMPLETION_INDEX": index, **variables}) == 0
    assert shell("grader merge shards/* --out kubernetes", tmp_path) == 0

    step, merge = matrix()
    (tmp_path / "downloaded").mkdir()
    for shard in ("1", "2"):
        assert shell(f"set -e; {step.replace('${{ matrix.shard }}', shard)}", tmp_path, SEED=SEED) == 0
        (tmp_path / f"shard-{shard}").rename(tmp_path / "downloaded" / f"shard-{shard}")
    assert shell(merge.replace("shards/*", "downloaded/*").replace("graded", "matrix"), tmp_path) == 0

    for way in ("slurm", "kubernetes", "matrix"):
        assert results(tmp_path / way) == expected


@pytest.mark.parametrize("code", [0, 2, 3, 4, 130])
def test_a_job_fails_where_a_second_try_may_help_alone(tmp_path, code):
    """Not for a submission that is not graded (3) or cannot be read (4): that is in its row."""
    program(tmp_path, f"#!/bin/sh\nexit {code}\n")
    expected = 0 if code in (0, 3, 4) else code
    own = {"CLASS": "c", "SHARDS": "s", "ASSIGNMENT": "a", "SEED": "1"}
    assert shell(slurm(), tmp_path, SLURM_ARRAY_TASK_ID="1", **own) == expected
    command, variables = kubernetes()
    assert ran(command, tmp_path, {"JOB_COMPLETION_INDEX": "0", **variables}) == expected
    assert (shell(f"set -e; {matrix()[0].replace('${{ matrix.shard }}', '1')}", tmp_path) == 0) == (expected == 0)
