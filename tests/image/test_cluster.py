"""The services of compose.yaml for several machines, as containers of this one, each as the file has it.

Compose itself is not needed: a service is the options of ``run`` that it stands for. Its network becomes the machine's.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.image.conftest import IMAGE
from tests.image.engine import ROOT, Engine

pytestmark = pytest.mark.slow
CLUSTER = "localhost/grader-cluster"
MOST = 60_000_000  # bytes beside the image without it
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


@pytest.fixture(scope="module")
def cluster(engine) -> str:
    """The image of scheduler, workers and starters."""
    engine.build(CLUSTER, engine.image_base, "--target", "cluster")
    return CLUSTER


def words(service: str, folder: Path, *options: str) -> list[str]:
    """The words of the engine that begin a service of compose.yaml in a folder, as root."""
    told = SERVICES[service]
    assert told["image"] == "grader-cluster" and told["build"]["target"] == "cluster"
    own = ["--network", "host", "--add-host", "scheduler:127.0.0.1", "--user", "0:0"]
    own += ["--read-only"] if told["read_only"] else []
    own += [f"--pids-limit={told['pids_limit']}", *(f"--cap-drop={name}" for name in told["cap_drop"])]
    own += [word for place in told["tmpfs"] for word in ("--tmpfs", place)]
    for volume in told["volumes"]:
        placed = re.sub(r"\$\{\w+:-\./(\w+)\}", rf"{folder}/\1", volume)
        own += ["--volume", placed]
    command = told["command"]
    if "entrypoint" in told:
        entry, *first = told["entrypoint"]
        return ["run", "--rm", *own, *options, "--entrypoint", entry, CLUSTER, *first, *command]
    return ["run", "--rm", *own, *options, CLUSTER, *command]


def test_dask_is_what_the_image_has_more(engine, cluster):
    """The image without it stays below its limit; this one has the same programs in the same layers."""
    sizes = {}
    layers = {}
    for name in (IMAGE, cluster):
        sizes[name] = int(engine.run("image", "inspect", "--format", "{{.Size}}", name).stdout)
        layers[name] = json.loads(engine.run("image", "inspect", "--format", "{{json .RootFS.Layers}}", name).stdout)
    assert layers[cluster][: len(layers[IMAGE])] == layers[IMAGE]
    assert 0 < sizes[cluster] - sizes[IMAGE] < MOST, sizes


def begun(engine: Engine, name: str, service: str, folder: Path, says: str) -> None:
    """Begin a service, and wait until it says so."""
    engine.run(*words(service, folder, "--name", name, "--detach"))
    following = engine.start("logs", "--follow", name, stderr=subprocess.STDOUT)
    assert following.stdout is not None
    said = []
    for line in following.stdout:
        said.append(line)
        if says in line:
            break
    following.terminate()
    following.wait()
    assert said and says in said[-1], said


def test_the_services_grade_a_class(engine, cluster, folder):
    """Certificates once, a scheduler, two workers and a run, with the rights and disks of compose.yaml."""
    for place in ("out", "certificates"):
        (folder / place).mkdir()
    engine.run(*words("certificates", folder))
    names = []
    try:
        for name, service, says in (
            ("scheduler", "scheduler", "Scheduler at:"),
            ("worker-1", "worker", "Works for tls://scheduler:8786: 1 at a time, isolation level lockdown."),
            ("worker-2", "worker", "Works for"),
        ):
            names.append(name)
            begun(engine, name, service, folder, says)
        done = engine.run(*words("grade-on-cluster", folder), "--assignment", "layers", "--no-notebook", check=False)
    finally:
        if names:
            engine.run("rm", "--force", "--time", "0", *reversed(names), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = {name: json.loads((folder / "out" / name / "result.json").read_text()) for name in ("ada", "ben")}
    assert [one["status"] for one in found.values()] == ["graded", "graded"]
