"""What people do with the image, in real containers, on this machine's kernel."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.scene import HONEST
from tests.image.conftest import IMAGE, OPTIONS
from tests.image.engine import ROOT, is_podman
from tests.machine.test_starved import FORWARD, bomb, heavy

MOST = 380_000_000  # bytes, on a base of 120 MB
SOMEONE = "12345:12345"  # who has no name in the image
ATTACKS = (
    *("os_exit_0", "fork_bomb", "reads_other_submission", "imports_solutions", "connects_tcp", "io_uring"),
    *("writes_outside", "kills_grader", "memory_bomb", "thread_bomb", "notebook_reads_solutions"),
    "brackets_to_convert",  # needs what converts Python 2
)


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with open(folder / "out" / "grades.csv", encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def scores(folder: Path) -> dict[str, float | None]:
    return {
        name: json.loads((folder / "out" / name / "result.json").read_text("utf-8"))["score"] for name in rows(folder)
    }


def commands(of: str) -> str:
    """The lines that the documentation has for an engine."""
    text = (ROOT / "docs" / "containers.md").read_text("utf-8")
    part = text.partition("<!-- commands")[2].partition("<!-- end of commands")[0]
    return part.partition(of)[2].split("```")[1]


def test_the_image_is_small_and_says_what_it_is(engine):
    """At most 500 MB on the official base; its labels; an unprivileged user."""
    sizes = [int(engine.run("image", "inspect", "--format", "{{.Size}}", name).stdout)
             for name in (IMAGE, engine.image_base)]  # fmt: skip
    assert sizes[0] - sizes[1] < MOST
    config = json.loads(engine.run("image", "inspect", "--format", "{{json .Config}}", IMAGE).stdout)
    assert config["Labels"]["org.opencontainers.image.licenses"] == "MIT"
    assert config["User"] == "grader"
    assert config["StopSignal"] == "SIGINT"
    materials = json.loads(engine.run("run", "--rm", "--entrypoint", "cat", IMAGE, "/opt/grader/sbom.cdx.json").stdout)
    names = {component["name"] for component in materials["components"]}
    assert {"numpy", "numba"} <= names
    assert not {"pip", "jedi", "debugpy", "hatchling"} & names


@pytest.mark.parametrize("user", ["", pytest.param("0:0", marks=pytest.mark.slow), SOMEONE])
def test_doctor_says_that_lockdown_holds_and_what_is_allowed(engine, user):
    """As the image's own user, as root, and as one without a name; with the container's limits."""
    limits = ["--memory", "1g", "--cpuset-cpus", "0"]
    told = engine.run("run", "--rm", *OPTIONS, *limits, *(["--user", user] if user else []), IMAGE, "doctor").stdout
    assert "✓ lockdown" in told
    assert "allowed:" not in told
    assert "`grader grade` and `grader agree` use the level lockdown." in told
    assert "Processors: 1 " in told
    assert "the limit is 1.0 GB, by /sys/fs/cgroup/" in told
    assert max(map(len, told.splitlines())) <= 250
    assert not any(line.endswith(" ") for line in told.splitlines())


@pytest.mark.slow
def test_quotas_of_processors_count(engine):
    """--cpus 1 of more."""
    told = engine.run("run", "--rm", *OPTIONS, "--cpus", "1", IMAGE, "doctor").stdout
    assert "Processors: 1 " in told


@pytest.mark.parametrize("user", [pytest.param("0:0", marks=pytest.mark.slow), SOMEONE])
def test_the_printed_commands_work_as_they_stand(engine, folder, user):
    """For a new folder and for one that is there; whole submissions, with a notebook, and nothing compiled."""
    notebook = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": HONEST}
    plots = notebook | {"source": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()"}
    text = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [notebook, plots]}
    (folder / "submissions" / "cleo.ipynb").write_text(json.dumps(text))
    owner = int(user.split(":")[0])
    os.chown(folder, owner, owner)
    for path in [folder / "submissions", *(folder / "submissions").iterdir()]:
        os.chown(path, owner, owner)
        path.chmod(0o700 if path.is_dir() else 0o600)
    lines = commands("With Docker, and with podman as root:")
    if owner:  # mkdir as that user
        lines = lines.replace("mkdir -p out", f"mkdir -p out; chown {user} out")
    done = engine.shell(lines, folder, user)
    assert done.returncode == 0, done.stderr
    assert "Compiling" not in done.stderr
    assert "3 graded." in done.stdout
    assert "3/3  " in done.stdout, "a line a submission where there is no terminal"
    assert "/out/index.html inside the container" in done.stdout
    run = json.loads((folder / "out/cleo/result.json").read_text())["notebook"]
    assert (run["trouble"], run["executed"], run["errors"]) == (None, 2, [])
    assert (folder / "out" / "grades.csv").stat().st_uid == owner
    again = engine.shell(lines.replace("--out /out", "--out /out --resume -v"), folder, user)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("unchanged") == 3


def test_a_folder_that_may_not_be_written_is_told_with_its_owner_and_the_option(folder, grade):
    """The image's own user meets someone's folder."""
    done = grade(user="10001:10001")
    assert done.returncode == 2
    assert (
        "The output folder /out cannot be written (Permission denied; it belongs to user 0, mode 755, and"
        in done.stderr
    )
    assert "this runs as user 10001: run the container with --user 0:0" in done.stderr


def test_submissions_that_may_not_be_read_are_told_with_their_owner_and_the_option(folder, grade):
    """One of them, and the whole folder: one sentence each."""
    (folder / "submissions" / "cleo").mkdir(mode=0o700)
    (folder / "submissions" / "cleo" / "work.py").write_text(HONEST)
    (folder / "out").mkdir()
    os.chown(folder / "out", 10001, 10001)
    done = grade(user="10001:10001")
    assert done.returncode == 4
    assert rows(folder)["ada"]["status"] == "graded"
    reason = json.loads((folder / "out/cleo/result.json").read_text())["reason"]
    assert reason == (
        "/submissions/cleo cannot be read: Permission denied; it belongs to user 0, mode 700, and this runs as user "
        "10001: run the container with --user 0:0 (with rootless podman or Docker that is you)."
    )
    (folder / "submissions").chmod(0o700)
    done = grade(user="10001:10001")
    assert done.returncode == 2
    assert "/submissions cannot be read: Permission denied; it belongs to user 0" in done.stderr


@pytest.mark.parametrize("options", [(), ("--tmpfs", "/tmp:size=1m")])
def test_without_room_for_temporary_files_the_size_that_is_needed_is_told(engine, options):
    """No tmpfs, or one of 1 MB: a sentence."""
    without = ["--read-only", "--read-only-tmpfs=false"] if is_podman() else ["--read-only"]
    done = engine.run("run", "--rm", *without, *options, IMAGE, "grade", "/opt", "--out", "/out", check=False)
    assert done.returncode == 2
    assert "--tmpfs /tmp:size=1024m" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_memory_limit_costs_honest_students_nothing(folder, grade):
    """2 GB, 3 jobs, an honest submission of 1.2 GB beside two of 0.8 GB: fewer at a time, all with full marks."""
    for name, size in (("ada", 1200), ("ben", 800), ("cleo", 800)):
        (folder / "submissions" / f"{name}.py").write_text(heavy(size, 0.5))
    done = grade("--memory", "2g", more=("--jobs", "3"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "one submission at a time" in done.stderr
    assert scores(folder) == {"ada": 4.0, "ben": 4.0, "cleo": 4.0}


@pytest.mark.slow
def test_who_takes_more_than_the_container_has_is_not_graded_with_the_cause(folder, grade):
    """It is within its own limit: no mark is taken, and nobody else pays."""
    (folder / "submissions" / "ada.py").write_text(heavy(1500, 0))
    done = grade("--memory", "1g")
    assert done.returncode == 3
    assert scores(folder) == {"ada": None, "ben": 4.0}
    assert "memory ran out (the limit is 1.0 GB, by " in done.stderr
    assert "give the container or machine more" in done.stderr


def test_a_limit_of_processes_costs_honest_students_nothing(folder, grade):
    """Beside a bomb of threads."""
    (folder / "submissions" / "ada.py").write_text(bomb(1))
    (folder / "out").mkdir()
    os.chown(folder / "out", 12345, 12345)
    (folder / "submissions" / "cleo.py").write_text(HONEST)
    done = grade("--pids-limit", "64", more=("--jobs", "2"), user=SOMEONE)
    assert done.returncode in (0, 3), done.stderr
    found = scores(folder)
    assert (found["ben"], found["cleo"]) == (4.0, 4.0)


def test_threads_of_the_same_user_in_other_containers_cost_nothing(engine, folder, grade):
    """The kernel counts them; who is locked in beside them still has its own number."""
    waits = "threading.Thread(target=threading.Event().wait).start()"
    busy = f"import threading\nfor _ in range(200): {waits}\nprint('up', flush=True)"
    pool = "from concurrent.futures import ThreadPoolExecutor\n"
    threads = "    with ThreadPoolExecutor(16) as pool:\n        list(pool.map(abs, range(64)))\n"
    (folder / "submissions" / "ada.py").write_text(pool + HONEST.replace(FORWARD, FORWARD + threads))
    (folder / "out").mkdir()
    os.chown(folder / "out", 12345, 12345)
    words = ["run", "--rm", "--name", "busy", "--user", SOMEONE, "--entrypoint", "python", IMAGE, "-c", busy]
    neighbour = engine.start(*words)
    assert neighbour.stdout is not None
    try:
        assert neighbour.stdout.readline() == "up\n"
        done = grade(user=SOMEONE)
    finally:
        engine.run("kill", "busy")
        neighbour.wait()
    assert done.returncode == 0, done.stderr
    assert scores(folder) == {"ada": 4.0, "ben": 4.0}


def test_a_container_that_is_stopped_keeps_what_was_graded(engine, folder, grade):
    """The signal of `docker stop`, and that of Ctrl-C; then --resume goes on."""
    (folder / "submissions" / "cleo.py").write_text(HONEST.replace(FORWARD, f"{FORWARD}    while True: pass\n"))
    (folder / "out").mkdir()
    places = ["--volume", f"{folder}/submissions:/submissions:ro", "--volume", f"{folder}/out:/out"]
    own = ["--out", "/out", "--assignment", "layers", "--only", "relu", "--no-notebook", "--jobs", "1"]
    words = [
        "run",
        "--rm",
        "--name",
        "stopped",
        *OPTIONS,
        "--user",
        "0:0",
        *places,
        IMAGE,
        "grade",
        "/submissions",
        *own,
    ]
    running = engine.start(*words)
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("2/3"):
            engine.run("kill", "--signal", "TERM", "stopped")
            break
    running.stdout.read()
    assert running.wait() == 130
    assert sorted(scores(folder).values()) == [4.0, 4.0]
    (folder / "submissions" / "cleo.py").write_text(HONEST)
    done = grade(more=("--resume", "-v"))
    assert (done.returncode, done.stdout.count("unchanged")) == (0, 2)


@pytest.fixture(scope="session")
def pytest_inside(engine) -> list[str]:
    """The options that bring these tests and pytest, which the image lacks, into a container."""
    place = engine.path("pytest")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", place, "pytest"]
    subprocess.run(install, check=True)
    volumes = [f"{place}:/pytest:ro", f"{ROOT}/tests:/opt/grader/tests:ro"]
    own = ["--env", "PYTHONPATH=/opt/grader:/pytest", "--workdir", "/opt/grader", "--entrypoint", "python"]
    return [*own, *(word for volume in volumes for word in ("--volume", volume))]


def attack(engine, inside: list[str], names: str, user: str) -> None:
    pytest_options = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "ignore",
        "-k",
        names,
        "tests/attacks/test_attacks.py",
    ]
    done = engine.run("run", "--rm", *OPTIONS, "--user", user, *inside, IMAGE, *pytest_options, check=False)
    print(done.stdout[-5000:])
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
def test_attacks_are_held_inside(engine, pytest_inside):
    """A selection, as the image's own user."""
    attack(engine, pytest_inside, f"lockdown and ({' or '.join(ATTACKS)})", "10001:10001")


@pytest.mark.slow
@pytest.mark.parametrize("user", ["10001:10001", "0:0"])
def test_all_attacks_are_held_inside(engine, pytest_inside, user):
    """The whole suite, also started by root."""
    attack(engine, pytest_inside, "lockdown or stand_in", user)


@pytest.mark.slow
@pytest.mark.parametrize("user", ["0:0", SOMEONE])
def test_the_image_for_jobs_has_a_shell_git_and_make(engine, user):
    """GitLab and GitHub run their own commands, as root or as another user, in a folder of a third one's."""
    engine.build("localhost/grader-job", engine.image_base, "--target", "job")
    commands = "git --version && make --version && git init -q /tmp/a && grader doctor"
    told = engine.run("run", "--rm", *OPTIONS, "--user", user, "localhost/grader-job", "sh", "-ec", commands).stdout
    assert "git version" in told
    assert "✓ lockdown" in told
