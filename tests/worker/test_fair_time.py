"""A limit counts the time in which a process had a processor, or did not want one: others' work costs it nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from grader.course.assignments import find_assignment
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle
from grader.program import Program
from grader.sandbox import open_box, own_level
from grader.worker.client import StudentProcess

SLOW = """
import time


def relu_forward(x):
    {waiting}
    return x * (x > 0), x
"""
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how long a process waited"),
    pytest.mark.slow,  # they wait for limits, and burn a processor meanwhile
]
WORKS = "until = time.process_time() + 0.15\n    while time.process_time() < until:\n        pass"
SLEEPS = "time.sleep(30)"
BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"  # no longer than these tests
LAYERS = find_assignment("layers")
RELU = next(one for one in LAYERS.checks if one.name == "relu/forward")
CROWDS = """import _thread, hashlib
    data = bytes(100_000_000)
    def burn():
        while time.process_time() < 3:
            hashlib.sha256(data)  # the others may run meanwhile
    for _ in range(30):
        _thread.start_new_thread(burn, ())
    burn()"""


@pytest.fixture
def box():
    """A box with one processor, which is there for student processes before anything else takes its share of it."""
    processors = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        os.sched_setaffinity(0, {min(processors)})
        stack.callback(os.sched_setaffinity, 0, processors)
        box = open_box(own_level())
        stack.callback(box.close)
        with StudentProcess(box, Program({}, {}, []), ["relu"]) as process:
            process.play(RELU, LiveOracle(5).inputs(RELU, RELU.cases[0]))
        yield box


@pytest.fixture
def neighbours(box):
    """Four busy programs on that processor."""
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            # Each a session of its own, as some systems share processors between sessions.
            program = subprocess.Popen([sys.executable, "-I", "-S", "-c", BUSY], start_new_session=True)
            stack.callback(program.wait)
            stack.callback(program.kill)
        yield


def outcome(box, tmp_path, waiting: str, seconds: float = 0.5) -> str:
    """How a check of so many seconds ends whose function does that."""
    (tmp_path / "layers.py").write_text(SLOW.format(waiting=waiting))
    program = extract(read_submission(tmp_path), LAYERS.needs)
    with StudentProcess(box, program, ["relu"]) as process:
        check = replace(RELU, seconds=seconds)
        return process.play(check, LiveOracle(5).inputs(check, check.cases[0])).outcome


def test_busy_neighbours_do_not_make_a_submission_late(box, neighbours, tmp_path):
    """A seventh of a second of work takes longer than half a second there, and is within its limit."""
    assert outcome(box, tmp_path, WORKS) == "returned"


def test_time_that_is_slept_away_counts(box, neighbours, tmp_path):
    """Who sleeps waits for no processor."""
    assert outcome(box, tmp_path, SLEEPS) == "timed_out"


def test_time_that_threads_of_its_own_take_counts(box, tmp_path):
    """A crowd of them keeps the first one waiting, and is no neighbour."""
    assert outcome(box, tmp_path, CROWDS, 1.0) == "timed_out"
