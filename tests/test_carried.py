"""Error carried forward: a backward pass that is the gradient of a wrong forward pass, and one that is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.carried import CODE
from grader.course.assignments import find_assignment, select
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.oracle.live import LiveOracle

LAYER = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) {forward} + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    flat = x.reshape(len(x), -1)
    return dout.dot(w.T).reshape(x.shape) {backward}, flat.T.dot(dout) {backward}, dout.sum(axis=0)
"""


@pytest.fixture
def graded(tmp_path, box):
    """The result of the affine layer's backward check, its two passes changed as told."""

    def grade(forward, backward, share=0.5):
        file = tmp_path / "layers.py"
        file.write_text(LAYER.format(forward=forward, backward=backward))
        assignment = replace(find_assignment("layers"), carried=share)
        result = grade_submission(read_submission(file), assignment, select(assignment, ["affine"]), LiveOracle(3), box)
        return next(check for check in result.checks if check.slug == "backward")

    return grade


def codes(check):
    return [item.code for item in check.diagnosis]


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_the_gradient_of_a_wrong_forward_pass_earns_the_assignments_share(graded, share):
    """The check is failed all the same, and the student is told to mend the forward pass."""
    check = graded("* 1.5", "* 1.5", share)
    assert check.status == "failed"
    assert check.carried_points == pytest.approx(check.max_points * share, abs=0.01)
    assert check.points == pytest.approx(check.carried_points)
    assert CODE in codes(check)


def test_a_backward_pass_that_fits_neither_earns_nothing(graded):
    """It is wrong for the right forward pass and for the student's own."""
    check = graded("* 1.5", "* 1.50001")
    assert (check.points, check.carried_points) == (0, 0)
    assert CODE not in codes(check)


def test_where_the_forward_pass_is_right_nothing_is_carried(graded):
    """There is no error that could be."""
    check = graded("", "* 1.5")
    assert (check.points, check.carried_points) == (0, 0)
    assert CODE not in codes(check)


def test_a_right_backward_pass_beside_a_wrong_forward_pass_keeps_its_points(graded):
    """Backward passes are judged by references of their own."""
    check = graded("* 1.5", "")
    assert check.status == "passed"
    assert check.points == check.max_points
