"""Gradients by differences: told to staff, and worth nothing where the assignment says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.assignments import find_assignment, select
from grader.differences import CODE
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle

ATTACKS = Path(__file__).parent / "attacks"
LOOPS = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) + b, (x, w, b)

def add(total, row, column, value):
    total[row, column] += value

def affine_backward(dout, cache):
    x, w, b = cache
    flat, dw = x.reshape(len(x), -1), np.zeros(w.shape)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            add(dw, i, j, flat[:, i].dot(dout[:, j]))
    return dout.dot(w.T).reshape(x.shape), dw, dout.sum(axis=0)
"""


@pytest.fixture
def graded(box):
    """The result of the affine layer's backward check."""

    def grade(file, differences="flag"):
        assignment = replace(find_assignment("layers"), differences=differences)
        checks = select(assignment, ["affine/backward"])
        (check,) = grade_submission(read_submission(file), assignment, checks, LiveOracle(3), box).checks
        return check

    return grade


@pytest.mark.slow
@pytest.mark.parametrize("name", ["differences_of_own_forward", "complex_steps"])
@pytest.mark.parametrize(("differences", "share"), [("flag", 1), ("zero", 0)])
def test_the_assignment_says_what_they_earn(graded, name, differences, share):
    """A note is there in any case."""
    check = graded(ATTACKS / name / "layers.py", differences)
    assert check.points == share * check.max_points
    assert (check.status == "passed") == bool(share)
    assert CODE in [note.code for note in check.notes]


def test_loops_that_call_functions_for_each_entry_are_none(graded, tmp_path):
    """What they change is the result, not an input."""
    (tmp_path / "layers.py").write_text(LOOPS)
    check = graded(tmp_path / "layers.py", "zero")
    assert (check.status, check.points) == ("passed", check.max_points)
    assert CODE not in [note.code for note in check.notes]
