"""Real limits: who is ended for want of memory or processes did nothing wrong, and is graded again alone."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.scene import HONEST
from tests.conftest import notebook_json
from tests.machine.forged import MB, limited

ROOT = Path(__file__).parents[2]
FORWARD = "def relu_forward(x):\n"
HOLDS = """import time
import numpy as np
KEPT = []


def hold():
    if KEPT:
        return
    KEPT.append(np.ones({megabytes} << 17))
    begin = time.process_time()
    while time.process_time() - begin < {seconds}:
        pass


"""
BOMB = """import threading
import time
KEPT = []


def start():
    if KEPT:
        return
    KEPT.append(threading.Event())
    begin = time.process_time()
    while time.process_time() - begin < {seconds}:
        try:
            threading.Thread(target=KEPT[0].wait, daemon=True).start()
        except RuntimeError:
            time.sleep(0.001)


"""
CRASHES = "import os, signal\n\n\ndef relu_forward(x):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
CLASS = """
import sys
from pathlib import Path
from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.limits import NotebookLimits
from grader.intake.layouts import open_entries
from grader.sandbox import open_box
folder, out, jobs, seconds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
notebook = NotebookLimits() if any(folder.glob("*.ipynb")) else None
settings = Settings(out, "layers", seed=7, jobs=jobs, only=("relu",), notebook=notebook, seconds=seconds, tell=print)
box = open_box("lockdown")
with open_entries([folder], "class") as entries:
    grade_class(entries, settings, box, lambda graded: None)
box.close()
"""


@pytest.fixture
def grade(tmp_path) -> Callable:
    """Grade a class in a control group with a limit: each student's row and result, and what was said."""

    def grade(texts: dict[str, str], controller: str, limit: int, jobs: int = 2, seconds: float = 600.0):
        (tmp_path / "class").mkdir()
        for name, text in texts.items():
            (tmp_path / "class" / f"{name}.{'ipynb' if text.startswith('{') else 'py'}").write_text(text)
        with contextlib.ExitStack() as stack:
            try:
                group = stack.enter_context(limited(controller, limit))
            except OSError as error:
                pytest.skip(f"LIMITS OF {controller.upper()} NOT TESTED: {error}")
            enter = f'echo $$ > {group}/cgroup.procs && exec "$@"'
            program = [sys.executable, "-c", CLASS, str(tmp_path / "class"), str(tmp_path / "out")]
            command = ["sh", "-c", enter, "sh", *program, str(jobs), str(seconds)]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=dict(os.environ))
        assert run.returncode == 0, run.stderr
        rows = csv.DictReader((tmp_path / "out" / "grades.csv").open(encoding="utf-8-sig"))
        status = {row["student"]: row["status"] for row in rows}
        results = {name: json.loads((tmp_path / "out" / name / "result.json").read_text()) for name in texts}
        return status, results, run.stdout

    return grade


def heavy(megabytes: int, seconds: float) -> str:
    """An honest module that keeps so much memory, and is busy for a while with it."""
    text = HONEST.replace(FORWARD, f"{FORWARD}    hold()\n")
    return HOLDS.format(megabytes=megabytes, seconds=seconds) + text


def bomb(seconds: float) -> str:
    """An honest module that keeps as many threads as it gets, and is busy for a while with them."""
    return BOMB.format(seconds=seconds) + HONEST.replace(FORWARD, f"{FORWARD}    start()\n")


def again(result: dict) -> list[str]:
    return [note["sentence"] for note in result["notes"] if note["code"] == "again"]


@pytest.mark.slow
def test_honest_neighbours_that_do_not_fit_side_by_side_keep_their_marks(grade):
    """Each fits alone: who was ended for the others' memory is graded again, and its result says so."""
    texts = {"ada": heavy(450, 1.5), "ben": heavy(450, 1.5), "cleo": HONEST}
    status, results, said = grade(texts, "memory", 1000 * MB)
    assert set(status.values()) == {"graded"}
    assert {name: result["score"] for name, result in results.items()} == dict.fromkeys(results, 4.0)
    told = again(results["ada"]) + again(results["ben"])
    assert told
    assert all("memory ran out (the limit is 1.0 GB, by " in sentence for sentence in told)
    assert "it is graded again, with nothing beside it." in said
    assert again(results["cleo"]) == []


@pytest.mark.slow
def test_who_does_not_fit_even_alone_is_not_graded(grade):
    """Less than its own limit, more than the container has: the cause is said, and nobody else pays for it."""
    status, results, _ = grade({"ada": heavy(1200, 0), "ben": HONEST}, "memory", 1000 * MB)
    assert status == {"ada": "not_graded", "ben": "graded"}
    assert results["ben"]["score"] == 4.0
    assert "memory ran out" in results["ada"]["reason"]
    assert "give the container or machine more" in results["ada"]["reason"]


@pytest.mark.slow
def test_a_notebook_that_does_not_fit_even_alone_costs_no_marks(grade):
    """Its kernel was ended: that is told as a trouble of ours, and what carries marks is graded."""
    cells = [HONEST, "import numpy as np\nlarge = np.ones(1200 << 17)"]
    text = json.dumps(notebook_json(cells))
    status, results, said = grade({"ada": text, "ben": HONEST}, "memory", 1000 * MB)
    assert status == {"ada": "graded", "ben": "graded"}
    assert results["ada"]["score"] == 4.0
    assert "memory ran out" in results["ada"]["notebook"]["trouble"]
    assert results["ada"]["notebook"]["errors"] == []
    assert again(results["ada"])
    assert said.count("it is graded again") == 1


@pytest.mark.slow
def test_who_ends_itself_did_not_starve(grade):
    """The same signal, by its own hand: crashed, as ever; and who takes more than its own limit gets its verdict.

    Where its neighbour has nearly used up the memory just then, it is graded again alone, and crashes alone.
    """
    large = "import numpy as np\n\n\ndef relu_forward(x):\n    return np.ones(1 << 28), x\n"
    status, results, _ = grade({"ada": CRASHES, "ben": large}, "memory", 3500 * MB)
    assert status == {"ada": "graded", "ben": "graded"}
    for name, words in (("ada", "ended by signal 9"), ("ben", "MemoryError")):
        (check,) = [one for one in results[name]["parts"][0]["checks"] if one["slug"] == "forward"]
        assert check["status"] == "crashed"
        assert words in json.dumps(check["error"])


@pytest.mark.slow
def test_beside_a_thread_bomb_nobody_loses_marks(grade):
    """Where the container lets it take the numbers of all processes, its neighbours are graded again alone."""
    status, results, _ = grade(
        {"ada": bomb(0.3), "ben": HONEST, "cleo": HONEST},
        "pids",
        60,
        seconds=20,
    )
    assert (status["ben"], status["cleo"]) == ("graded", "graded")
    assert results["ben"]["score"] == results["cleo"]["score"] == 4.0
    (told,) = again(results["ben"]) + again(results["cleo"])
    assert "no more processes could be started (pids.max is 60)" in told
