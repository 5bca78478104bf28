"""What a wrong array is of the right one in all cases, and that it is certain only then."""

# ruff: noqa: E501  # a table: a relation a line

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import solutions
from grader.expectations import NotAnArray
from grader.oracle.live import LiveOracle
from grader.relations import Case, relation
from tests.diagnosing import diagnoses

RNG = np.random.default_rng(5)
IMAGES = [
    {"x": RNG.standard_normal((n, c, 4, 5)), "gamma": RNG.uniform(0.5, 2, c), "stride": np.array(s)}
    for n, c, s in ((2, 3, 2), (4, 5, 3), (3, 2, 4))
]
ROWS = [{"x": RNG.standard_normal(shape), "b": RNG.standard_normal(shape[1])} for shape in ((4, 6), (7, 5), (3, 8))]


def told(inputs, make, of=lambda case: case["x"] + 0.5):
    """The sentence about an array that ``make(right, case)`` gives in all cases, or None."""
    found = relation("out", [Case(make(of(case), case), of(case), case) for case in inputs])
    return found.sentence if found else None


def edge(right, case):
    right = right.copy()
    right[..., -1, :] = right[..., -1] = 0
    return right


HOLDS = {
    "samples": (ROWS, lambda right, case: right / len(right), "out is divided by the number of samples, and should not be."),
    "argument": (IMAGES, lambda right, case: right * case["stride"], "out is multiplied by stride, and should not be."),
    "pixels": (IMAGES, lambda right, case: right / 20, "out is divided by H * W, and should not be."),
    "sign": (ROWS, lambda right, case: -right, "out has the wrong sign everywhere."),
    "zero": (ROWS, lambda right, case: 0 * right, "out is zero everywhere."),
    "whole": (ROWS, lambda right, case: (9 * right).astype(int), "out is an array of whole numbers"),
    "bias": (ROWS, lambda right, case: right - case["b"], "out lacks b, which is not added."),
    "gamma": (IMAGES, lambda right, case: right * case["gamma"][:, None, None], "out is multiplied by gamma once too often."),
    "is x": (ROWS, lambda right, case: case["x"], "out is x as it is given."),
    "relu": (ROWS, lambda right, case: np.maximum(right, 0), "out has gone through a ReLU"),
    "edge": (IMAGES, edge, "out is zero in the last row and the last column; the rest is right."),
    "first": (ROWS, lambda right, case: np.tile(right[:1], (len(right), 1)), "Every sample of out is the first one."),
    "axes": (IMAGES, lambda right, case: right.transpose(0, 2, 3, 1).reshape(right.shape), "in the order (0, 2, 3, 1)"),
    "not summed": (ROWS, lambda right, case: case["x"], "out is not summed over the samples yet.", lambda case: case["x"].sum(0)),
    "one number": (ROWS, lambda right, case: np.array(right.sum()), "out is summed over the samples and the columns as well."),
}  # fmt: skip


@pytest.mark.parametrize("name", HOLDS)
def test_what_holds_in_all_cases_is_told(name):
    """Whatever the sizes are."""
    inputs, make, sentence, *of = HOLDS[name]
    if name == "whole":
        of = [lambda case: 9 * (case["x"] + 0.5)]
        make = lambda right, case: right.astype(int)  # noqa: E731
    assert sentence in (told(inputs, make, *of) or "")


@pytest.mark.parametrize("name", HOLDS)
def test_it_is_not_told_if_one_case_has_another_cause(name):
    """Even where a case came back right that it would have spoiled."""
    inputs, make, _, *of = HOLDS[name]
    last = inputs[-1]
    assert told(inputs, lambda right, case: right if case is last else make(right, case), *of) is None


def test_none_is_told_as_such():
    """In every case."""
    cases = [Case(NotAnArray("None"), case["x"], case) for case in ROWS]
    assert relation("db", cases).sentence == "db does not come back: it is missing, or None stands in its place."


def test_wild_values_hold_no_relation():
    """Infinities are as far from everything."""
    assert told(ROWS, lambda right, case: np.where(case["x"] > 0, np.inf, right)) is None
    assert told(ROWS, lambda right, case: right * np.nan) is None


def test_every_array_may_have_a_cause_of_its_own():
    """Three slips in one function are all told, one of them as a known mistake."""

    def affine_backward(dout, cache):
        dx, dw, _ = solutions.affine_backward(dout, cache)
        return dx / len(dout), 0 * dw, None

    code = SimpleNamespace(**{**vars(solutions), "affine_backward": affine_backward})
    _, found = diagnoses("layers", "affine", code, LiveOracle(5))["affine/backward"]
    assert [item.code for item in found] == ["measured-dx-over-of-samples", "affine-dw-zero", "measured-db-absent"]
    assert all(item.certain for item in found)
