"""Axes of length 1 too many: which values are compared without them, and what is said."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expectations import NotAnArray, matches
from grader.judging import Played, judge
from grader.model import Status
from grader.shapes import fitted
from grader.spec import Part, normal
from grader.worker.client import Transcript

part = Part("demo", "Demo", assignment="none", needs=())
VECTOR = np.arange(1.0, 4.0)


@part.check(points=1, inputs={"x": normal(2)}, expect=[matches("db"), matches("loss"), matches("out")])
def backward(code, x):
    """Backward pass."""


WANT = {"db": VECTOR, "loss": np.array(2.0), "out": np.ones((2, 3))}


def result(**values):
    (case,) = part.checks["backward"].cases
    return judge(
        part.checks["backward"],
        [Played(case, {}, WANT, Transcript("returned", 0.0, {**WANT, **values}))],
        public=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("db", VECTOR[None]), ("db", VECTOR[:, None]), ("loss", np.array([2.0])), ("loss", np.array([[2.0]]))],
)
def test_right_numbers_with_axes_too_many_have_all_marks_and_a_note(name, value):
    """A row, a column, a loss in brackets."""
    got = result(**{name: value})
    assert (got.status, got.points) == (Status.PASSED, 1)
    assert [note.sentence for note in got.notes] == [
        f"{name} has shape {value.shape} instead of {WANT[name].shape}: the numbers are right."
    ]


def test_wrong_numbers_are_compared_in_the_expected_shape():
    """The finding says where they are wrong, the note that the shape is odd."""
    got = result(db=np.array([[1.0, 2.0, 4.0]]))
    assert got.findings[0].message == "db has relative error 1.4e-01 at [2]; limit 1e-08."
    assert got.notes[0].sentence == "db has shape (1, 3) instead of (3,): it was compared in that shape."


def test_several_arrays_have_one_note():
    """All that a check finds is said at once."""
    got = result(db=VECTOR[None], loss=np.array([2.0]))
    assert [note.sentence for note in got.notes] == [
        "db has shape (1, 3) instead of (3,) and loss has shape (1,) instead of (): the numbers are right."
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"out": np.ones((1, 2, 3))},
        {"out": np.ones((3, 2))},
        {"db": np.ones((3, 3))},
        {"db": np.ones(2)},
        {"db": np.ones((1,) * 30 + (3,))},
        {"loss": np.ones(2)},
        {"db": NotAnArray("None")},
        {"more": np.ones((1, 3))},
    ],
)
def test_nothing_else_is_reshaped(values):
    """Matrices and images keep their shape; other sizes, absent arrays and nonsense stay what they are."""
    assert fitted(values, WANT) == values
