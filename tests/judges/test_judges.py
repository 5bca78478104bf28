"""The unit of work has a process of its own, which can be ended, is locked in, and costs no one else."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from grader.batch.classes import grade_class
from grader.batch.settings import Settings
from grader.intake.layouts import open_entries
from grader.judges import desk, watch
from grader.judges.judge import own_files
from grader.machine.shortage import Shortage
from grader.sandbox import open_box
from grader.sandbox.lockdown import LockdownBox
from grader.sandbox.quota import Quota
from grader.worker import processes
from solutions.jit import cache_directory
from tests.attacks.scene import HONEST
from tests.machine.forged import add_groups, forge, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="judges are forked on Linux only")
LATE = 60.0  # seconds, after which what should have been seen was not
WAITS = "import time\n\n\ndef relu_forward(x):\n    time.sleep(1e6)\n\n\ndef relu_backward(dout, cache): return dout\n"


def judges() -> list[psutil.Process]:
    """The judges of this process: children of its servers."""
    found = []
    for process in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # of another test, and gone
            if "grader.judges.server" in " ".join(process.cmdline()):
                found += process.children()
    return found


def students() -> set[psutil.Process]:
    """The student processes below this process: forked by a clean parent, whose name they have."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            names = [" ".join(one.cmdline()) for one in (process, process.parent()) if one]
            if all("grader.worker" in name for name in names) and process.status() != psutil.STATUS_ZOMBIE:
                found.add(process)
    return found


@pytest.fixture
def grade(tmp_path):
    """Grade a class of modules, doing something meanwhile; the rows of grades.csv and the folder of the results."""

    def grade(texts: dict[str, str], meanwhile=None, **changes):
        folder, out = tmp_path / "class", tmp_path / "out"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.py").write_text(text)
        box = open_box("lockdown")
        settings = Settings(out, "layers", seed=7, only=("relu",), notebook=None, **changes)
        watcher = threading.Thread(target=meanwhile or (lambda: None), daemon=True)
        with open_entries([folder], "class") as entries:
            watcher.start()
            try:
                grade_class(entries, settings, box, lambda result: None)
            finally:
                box.close()
                watcher.join(LATE)
        rows = csv.DictReader((out / "grades.csv").open(encoding="utf-8-sig"))
        return {row["student"]: row for row in rows}, out

    return grade


def when_it_plays(do):
    """What waits until a student process is there for a judge, and then does something to the judges."""
    before = students()  # of other tests in this process; asked before any of ours can be there

    def wait() -> None:
        while not (judges() and students() - before):
            threading.Event().wait(0.02)
        for judge in judges():
            do(judge)

    return wait


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGKILL, "was ended by signal 9"), (signal.SIGTERM, "was ended by signal 15")]
)
def test_a_judge_that_dies_costs_its_own_submission_only(grade, number, said):
    """It is not graded, with the cause; another judge goes on with the others, and nothing is left."""
    before = students()
    rows, out = grade({"ada": WAITS, "ben": HONEST, "cleo": HONEST}, when_it_plays(lambda p: p.send_signal(number)))
    assert {name: row["status"] for name, row in rows.items()} == {
        "ada": "not_graded",
        "ben": "graded",
        "cleo": "graded",
    }
    assert said in json.loads((out / "ada/result.json").read_text())["reason"]
    assert judges() == []
    assert students() <= before


@pytest.mark.slow
def test_a_judge_that_memory_ran_out_for_is_replaced_by_one_that_is_alone(grade, tmp_path, monkeypatch):
    """As the kernel counts it: its submission is graded again, and its result says so."""
    root = forge(tmp_path / "root")
    add_groups(root, 2, "memory", {"": {"memory.events": "oom_kill 0\n"}})
    monkeypatch.setattr(desk, "Shortage", lambda: Shortage(root))

    def starve(judge: psutil.Process) -> None:
        write(root / "sys/fs/cgroup/memory.events", "oom_kill 1\n")
        judge.kill()

    rows, out = grade({"ada": WAITS, "ben": HONEST}, when_it_plays(starve), seconds=4.0)
    assert (rows["ada"]["status"], rows["ben"]["status"]) == ("graded", "graded")
    notes = json.loads((out / "ada/result.json").read_text())["notes"]
    assert [note["sentence"] for note in notes if note["code"] == "again"] == [
        "It was graded again, with nothing beside it: The process that judged it was ended from outside when memory "
        "ran out (the machine has 8.0 GB)."
    ]
    assert judges() == []


def test_who_found_no_thread_is_graded_again(grade):
    """Neighbours of the same user may have had them all; alone, it is its own doing."""
    none = HONEST.replace("return dout * (cache > 0)", 'raise RuntimeError("can\'t start new thread")')
    rows, out = grade({"ada": none, "ben": HONEST})
    assert (rows["ada"]["status"], rows["ben"]["status"]) == ("graded", "graded")
    result = json.loads((out / "ada/result.json").read_text())
    assert {check["slug"]: check["status"] for check in result["parts"][0]["checks"]}["backward"] == "crashed"
    (note,) = [note for note in result["notes"] if note["code"] == "again"]
    assert "no more threads could be started" in note["sentence"]


@pytest.mark.slow
def test_a_judge_that_answers_no_more_is_ended(grade, monkeypatch):
    """One that was stopped, as one that hangs: its submission is not graded, with the time that it had."""
    monkeypatch.setattr(desk, "SLACK_SECONDS", 0.0)
    rows, out = grade(
        {"ada": WAITS, "ben": HONEST}, when_it_plays(lambda p: p.send_signal(signal.SIGSTOP)), seconds=8.0
    )
    assert (rows["ada"]["status"], rows["ben"]["status"]) == ("not_graded", "graded")
    assert "It was not graded within 16 s" in json.loads((out / "ada/result.json").read_text())["reason"]
    assert judges() == []


def test_a_judge_may_not_use_a_processor_for_ever(grade, monkeypatch):
    """What reading and judging takes has a limit of its own, whatever the student processes may take."""
    monkeypatch.setattr(watch, "READING_SECONDS", -1.0)
    rows, out = grade({"ada": HONEST})
    assert rows["ada"]["status"] == "not_graded"
    assert "of processor time" in json.loads((out / "ada/result.json").read_text())["reason"]


@pytest.mark.slow
def test_a_submission_has_a_limit_in_all(grade):
    """What was graded by then counts; the rest is timed out, and says why."""
    slow = HONEST.replace(
        "def relu_backward(", "def relu_backward(*arguments):\n    while True:\n        pass\n\n\ndef other("
    )
    _, out = grade({"ada": slow}, seconds=1.5)
    (part,) = json.loads((out / "ada/result.json").read_text())["parts"]
    statuses = {check["slug"]: check["status"] for check in part["checks"]}
    assert statuses["forward"] == "passed"
    assert statuses["backward"] == "timed_out"
    said = next(check["error"]["message"] for check in part["checks"] if check["slug"] == "backward")
    assert "used up the time that it may take in all" in said


LOCKED = """
import json, sys, tempfile
from grader.judges import judge
from grader.judges.judge import own_files
from grader.lock import memory
from grader.lock.probe import attempt
folder, targets = sys.argv[1], json.loads(sys.argv[2])
import solutions
solutions.warm_up()
trouble = judge.lock(folder, folder)
outcomes = attempt(targets, memory("judge", ["data"]))
open(folder + "/own", "w").close()
print(json.dumps([trouble, outcomes]))
"""


FILLS = """
import numpy as np


def relu_forward(x):
    for number in range(20):
        open(f"{number}", "w").close()
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    return dout * (cache > 0)
"""


def test_what_is_left_in_a_room_shows_to_a_judge_that_cannot_see_it(grade, monkeypatch):
    """Also where every call answers at once, and in the very check that left it."""
    monkeypatch.setattr(processes, "QUOTA", Quota(size=2**20, files=10))
    _, out = grade({"ada": FILLS, "ben": HONEST})
    result = json.loads((out / "ada/result.json").read_text())
    checks = {check["slug"]: check for part in result["parts"] for check in part["checks"]}
    assert {check["status"] for check in checks.values()} == {"violated"}
    assert "It left more than 10 files in its folder." in checks["forward"]["error"]["message"]
    assert json.loads((out / "ben/result.json").read_text())["score"] > 0


def test_a_judge_is_locked_in(tmp_path):
    """It reads the solutions, as it must, and its own folder; nothing else that a student process is denied."""
    box = LockdownBox()
    try:
        arguments = [sys.executable, "-c", LOCKED, str(tmp_path), json.dumps(box.room(tmp_path, "judge")["targets"])]
        os.chown(tmp_path, os.getuid(), os.getgid())
        run = subprocess.run(arguments, capture_output=True, text=True, cwd=Path(__file__).parents[2])
        trouble, outcomes = json.loads(run.stdout)
        reached = box._planted.reached()
    finally:
        box.close()
    assert trouble == ""
    assert {name for name, outcome in outcomes.items() if outcome != "denied"} == {"read the solutions"}
    assert reached == {}


@pytest.mark.slow
def test_the_process_of_the_class_holds_no_reference(tmp_path):
    """It hands out, stores and shows: neither the solutions nor Numba are in it."""
    program = (
        "import sys\nfrom grader.cli import main\n"
        f"code = main(['grade', {str(tmp_path / 'class')!r}, '--layout', 'class', '--only', 'relu', '--no-notebook',"
        f" '--out', {str(tmp_path / 'out')!r}])\n"
        "print(code, sorted({'numba', 'solutions', 'fissix'} & set(sys.modules)))"
    )
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(HONEST)
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert run.stdout.splitlines()[-1] == "0 []", run.stderr


def test_a_judge_may_read_what_the_reference_was_compiled_to():
    """Also where that lies elsewhere, as beside a read-only checkout: else it would compile anew, or fail."""
    assert str(cache_directory()) in own_files()
