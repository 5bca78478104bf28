"""Real limits: who is ended for want of memory or processes did nothing wrong, and is graded again alone."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.scene import HONEST
from tests.conftest import notebook_json
from tests.machine.forged import MB, limited

ROOT = Path(__file__).parents[2]
FORWARD = "def relu_forward(x):\n"
HOLDS = """import os
import time
import numpy as np
KEPT = []


def hold():
    if KEPT:
        return
    KEPT.append(np.ones({megabytes} << 17))
    end = time.monotonic() + {seconds}
    while time.monotonic() < end and not os.path.exists({until!r}):
        time.sleep(0.01)


"""
BOMB = """import threading
import time
KEPT = []


def start():
    if KEPT:
        return
    KEPT.append(threading.Event())
    for _ in range({times}):
        try:
            while True:
                threading.Thread(target=KEPT[0].wait, daemon=True).start()
        except RuntimeError:
            time.sleep(0.005)


"""
# Whose work takes a thread now and then, until somebody is told to be graded again: it is there when the bomb goes off.
THREADS = """import os
import threading
import time


def work():
    while not os.path.exists({told!r}):
        thread = threading.Thread(target=time.sleep, args=(0.005,))
        thread.start()
        thread.join()


"""
AGAIN = "it is graded again"
CRASHES = "import os, signal\n\n\ndef relu_forward(x):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
LARGE = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.ones(1 << 28), x\n"
# What ran out, and that somebody is graded again, shows to all as a file: the lock hides no names.
CLASS = """
import sys, threading
from pathlib import Path
from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.limits import NotebookLimits
from grader.intake.layouts import open_entries
from grader.machine.shortage import Shortage
from grader.sandbox import open_box
folder, out, ran_out, told = map(Path, sys.argv[1:])
shortage = Shortage()


def watch():
    while not shortage.cause():
        threading.Event().wait(0.02)
    ran_out.touch()


def tell(sentence):
    print(sentence)
    if "graded again" in sentence:
        told.touch()


threading.Thread(target=watch, daemon=True).start()
notebook = NotebookLimits() if any(folder.glob("*.ipynb")) else None
settings = Settings(out, "layers", seed=7, jobs=2, only=("relu",), notebook=notebook, seconds=600.0, tell=tell)
box = open_box("lockdown")
with open_entries([folder], "class") as entries:
    grade_class(entries, settings, box, lambda graded: None)
box.close()
"""


@dataclass(frozen=True)
class Graded:
    """Each student's row and result, and what was said."""

    status: dict[str, str]
    results: dict[str, dict]
    said: str

    def crash(self, name: str) -> str:
        """The error of the first check, which crashed."""
        (check,) = [one for one in self.results[name]["parts"][0]["checks"] if one["slug"] == "forward"]
        assert check["status"] == "crashed"
        return json.dumps(check["error"])


def grade(place: Path, texts: dict[str, str], controller: str, limit: int) -> Graded:
    """Grade a class in a control group with a limit; in the texts stand the names of ``files``."""
    (place / "class").mkdir()
    for name, text in texts.items():
        (place / "class" / f"{name}.{'ipynb' if text.startswith('{') else 'py'}").write_text(text)
    with contextlib.ExitStack() as stack:
        try:
            group = stack.enter_context(limited(controller, limit))
        except OSError as error:
            pytest.skip(f"LIMITS OF {controller.upper()} NOT TESTED: {error}")
        enter = f'echo $$ > {group}/cgroup.procs && exec "$@"'
        program = [sys.executable, "-c", CLASS, str(place / "class"), str(place / "out"), *files(place).values()]
        command = ["sh", "-c", enter, "sh", *program]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ))
    assert run.returncode == 0, run.stderr
    rows = csv.DictReader((place / "out" / "grades.csv").open(encoding="utf-8-sig"))
    status = {row["student"]: row["status"] for row in rows}
    results = {name: json.loads((place / "out" / name / "result.json").read_text()) for name in texts}
    return Graded(status, results, run.stdout)


def files(place: Path) -> dict[str, str]:
    """The files by which a class says what has happened."""
    return {name: str(place / name) for name in ("ran_out", "told")}


def heavy(megabytes: int, seconds: float, until: str = "") -> str:
    """An honest module that keeps so much memory, for so long or until there is that file."""
    text = HONEST.replace(FORWARD, f"{FORWARD}    hold()\n")
    return HOLDS.format(megabytes=megabytes, seconds=seconds, until=until) + text


def bomb(seconds: float) -> str:
    """An honest module that keeps as many threads as it gets, for about so long."""
    return BOMB.format(times=int(seconds / 0.005)) + HONEST.replace(FORWARD, f"{FORWARD}    start()\n")


def again(result: dict) -> list[str]:
    return [note["sentence"] for note in result["notes"] if note["code"] == "again"]


@pytest.fixture(scope="module")
def crowded(tmp_path_factory) -> Graded:
    """A class that has less memory than it needs."""
    place = tmp_path_factory.mktemp("crowded")
    both = heavy(450, 60.0, files(place)["ran_out"])  # whoever is first waits for the other
    texts = {
        "ada": both,
        "ben": both,
        "cleo": HONEST,
        "dan": heavy(1200, 0.0),
        "eve": json.dumps(notebook_json([HONEST, "import numpy as np\nlarge = np.ones(1200 << 17)"])),
        "fay": CRASHES,
        "gus": LARGE,
    }
    return grade(place, texts, "memory", 1000 * MB)


@pytest.mark.slow
@pytest.mark.xdist_group("crowded")
def test_honest_neighbours_that_do_not_fit_side_by_side_keep_their_marks(crowded):
    """Each fits alone: who was ended for the others' memory is graded again, and its result says so."""
    for name in ("ada", "ben", "cleo"):
        assert (crowded.status[name], crowded.results[name]["score"]) == ("graded", 4.0)
    told = again(crowded.results["ada"]) + again(crowded.results["ben"])
    assert told
    assert all("memory ran out (the limit is 1.0 GB, by " in sentence for sentence in told)
    assert "it is graded again, with nothing beside it." in crowded.said
    assert again(crowded.results["cleo"]) == []


@pytest.mark.slow
@pytest.mark.xdist_group("crowded")
def test_who_does_not_fit_even_alone_is_not_graded(crowded):
    """Less than its own limit, more than the container has: the cause is said, and nobody else pays for it."""
    assert [name for name, status in crowded.status.items() if status != "graded"] == ["dan"]
    assert crowded.status["dan"] == "not_graded"
    assert "memory ran out" in crowded.results["dan"]["reason"]
    assert "give the container or machine more" in crowded.results["dan"]["reason"]


@pytest.mark.slow
@pytest.mark.xdist_group("crowded")
def test_a_notebook_that_does_not_fit_even_alone_costs_no_marks(crowded):
    """Its kernel was ended: that is told as a trouble of ours, and what carries marks is graded."""
    eve = crowded.results["eve"]
    assert (crowded.status["eve"], eve["score"]) == ("graded", 4.0)
    assert "memory ran out" in eve["notebook"]["trouble"]
    assert eve["notebook"]["errors"] == []
    assert again(eve)
    assert len([line for line in crowded.said.splitlines() if line.startswith("eve: ") and AGAIN in line]) == 1


@pytest.mark.slow
@pytest.mark.xdist_group("crowded")
def test_who_ends_itself_did_not_starve(crowded):
    """The same signal, by its own hand: crashed, as ever; and who takes more than its own limit gets its verdict.

    Where its neighbour has nearly used up the memory just then, it is graded again alone, and crashes alone.
    """
    assert crowded.status["fay"] == crowded.status["gus"] == "graded"
    assert "ended by signal 9" in crowded.crash("fay")
    assert "MemoryError" in crowded.crash("gus")


@pytest.mark.slow
def test_beside_a_thread_bomb_nobody_loses_marks(tmp_path):
    """Where the container lets it take the numbers of all processes, its neighbours are graded again alone."""
    texts = {
        "ada": bomb(2.0),  # long after everyone who looks for a thread meanwhile has found none
        "ben": THREADS.format(**files(tmp_path)) + HONEST.replace(FORWARD, f"{FORWARD}    work()\n"),
        "cleo": HONEST,
    }
    graded = grade(tmp_path, texts, "pids", 60)
    for name in ("ben", "cleo"):
        assert (graded.status[name], graded.results[name]["score"]) == ("graded", 4.0)
    assert again(graded.results["ben"])
    for sentence in again(graded.results["ben"]) + again(graded.results["cleo"]):
        assert "no more processes could be started (pids.max is 60)" in sentence
