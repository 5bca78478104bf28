"""A limit counts the time in which a process had a processor, or did not want one: others' work costs it nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from grader.assignments import find_assignment
from grader.extract import extract
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle
from grader.worker.client import StudentProcess

SLOW = """
import time


def relu_forward(x):
    {waiting}
    return x * (x > 0), x
"""
WORKS = "until = time.process_time() + 0.5\n    while time.process_time() < until:\n        pass"
SLEEPS = "time.sleep(30)"


@pytest.fixture
def neighbours():
    """Two busy programs a processor."""
    with contextlib.ExitStack() as stack:
        for _ in range(2 * (os.cpu_count() or 1)):
            program = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(program.wait)
            stack.callback(program.kill)
        yield


def outcome(box, tmp_path, waiting: str) -> str:
    """How a check of 1.5 seconds ends whose function does that."""
    (tmp_path / "layers.py").write_text(SLOW.format(waiting=waiting))
    layers = find_assignment("layers")
    check = replace(next(one for one in layers.checks if one.name == "relu/forward"), seconds=1.5)
    program = extract(read_submission(tmp_path), layers.needs)
    with StudentProcess(box, program, ["relu"]) as process:
        return process.play(check, LiveOracle(5).inputs(check, check.cases[0])).outcome


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how long a process waited for a processor")
def test_busy_neighbours_do_not_make_a_submission_late(box, tmp_path, neighbours):
    """Half a second of work takes several seconds there, and is within its limit."""
    assert outcome(box, tmp_path, WORKS) == "returned"


def test_time_that_is_slept_away_counts(box, tmp_path, neighbours):
    """Who sleeps waits for no processor."""
    assert outcome(box, tmp_path, SLEEPS) == "timed_out"
