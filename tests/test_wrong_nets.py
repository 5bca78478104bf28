"""Wrong networks and trainers, as students write them, are told what is wrong with them."""

from __future__ import annotations

import pytest

from grader.course.assignments import find_assignment
from grader.course.catalogue import live
from grader.mistakes import Raised
from tests.diagnosing import asks, diagnoses, play
from tests.right_nets import RIGHT, code_with
from tests.wrong_nets import ALSO_RIGHT, UNTOLD, WRONG, A, D, F

GENERAL = {item.code for item in live().declared if isinstance(item, Raised) and item.general}
ABOUT = {item.code: item.about for item in live().mistakes}


# Pairs of mistakes in a network take long to look for.
pytestmark = pytest.mark.slow


def by_part(rows, id_of=lambda row: row[0]):
    """Rows as parameters, each with whatever else asks about the assignment of its part, which is named first."""
    return [pytest.param(row, id=id_of(row), marks=asks(RIGHT[row[0].partition("/")[0]][1])) for row in rows]


TRAINING = {A: ("training",)}  # dear, and the same as of another network, which is asked


def told(part, changes, oracle, but=()):
    """Status and diagnoses of each check of a changed network."""
    return diagnoses(RIGHT[part][1], part, code_with(part, *changes), oracle, but)


@pytest.mark.parametrize("wrong", by_part(WRONG, lambda wrong: f"{wrong[0]}-{wrong[1]}"))
def test_a_wrong_network_is_told_what_is_wrong(wrong, oracle):
    """The mistake that was made is told, for certain; no other check of the network is told something else of it."""
    name, code, *changes = wrong
    part = name.partition("/")[0]
    found = told(part, changes, oracle, TRAINING.get(part, ()))
    status, items = found[name]
    assert status != "passed"
    assert [(item.code, item.certain, item.specific) for item in items][:1] == [(code, True, True)]
    assert {item.code for item in items[1:]} <= GENERAL  # what the exceptions say beside a pattern
    for _, others in found.values():
        certain = [item.code for item in others if item.certain and item.specific]
        subjects = [subject for other in certain for subject in ABOUT.get(other, ())]
        assert len(subjects) == len(set(subjects))


@pytest.mark.parametrize("wrong", by_part(UNTOLD))
def test_what_has_no_name_is_told_by_its_numbers_at_most(wrong, oracle):
    """Nothing is named that was not done."""
    name, *changes = wrong
    status, items = told(name.partition("/")[0], changes, oracle)[name]
    assert status != "passed"
    assert not any(item.specific for item in items)


@pytest.mark.parametrize("right", by_part([(part,) for part in RIGHT]))
def test_the_right_version_passes(right, oracle):
    """What is changed above is right before."""
    assert {status for status, _ in told(*right, (), oracle).values()} == {"passed"}


@pytest.mark.parametrize("other", by_part(ALSO_RIGHT))
def test_other_conventions_and_signatures_are_right_too(other, oracle):
    """Half of the regularisation; dropout by the probability to keep or to drop; rows of biases; a loss in brackets."""
    part, *changes = other
    assert {status for status, _ in told(part, changes, oracle).values()} == {"passed"}


@asks(RIGHT[A][1])
def test_parameters_that_cannot_be_found_are_named(oracle):
    """With what was looked for and what is there, each with its shape."""
    check = next(item for item in find_assignment(RIGHT[A][1]).checks if item.name == f"{A}/scores")
    code = code_with(A, '"W1"] = std * np.random.randn(input_size, hidden_size)', '"M"] = np.zeros(3)')
    said = play(check, code, oracle).result.error.message
    assert "params holds M (3,), b1 (10,), W2 (10, 3), b2 (3,); looked for W1 (4, 10)" in said


@asks(RIGHT[D][1])
def test_two_mistakes_about_the_same_are_never_told_together(oracle):
    """A loss with four times the regularisation is not one with twice that is not halved either."""
    changes = ("0.5 * self.reg", "2 * self.reg")
    _, items = told(D, changes, oracle)[f"{D}/loss"]
    assert [item.code for item in items] == ["modular-right-without-reg"]


@asks(RIGHT[A][1])
@pytest.mark.parametrize(
    ("changes", "status", "rule"),
    [
        (("dhidden * (pre > 0)", "dhidden * (pre > 0) * 1.1"), "passed", "own"),
        (("dscores /= N", "pass"), "passed", "own"),
        (("dscores /= N", "pass", "-= learning_rate", "-= 0.5 * learning_rate"), "failed", "limit"),
        (("dscores /= N", "pass", "grads[name]", "0 * grads[name]"), "failed", "limit"),
        (("dscores /= N", "pass", "X_batch = X[rows]", "X_batch = X_val[rows % len(X_val)]"), "failed", "limit"),
    ],
)
def test_training_is_judged_by_the_students_own_gradients(changes, status, rule, oracle):
    """Right steps along wrong gradients are right; wrong steps along wrong gradients are not."""
    check = next(item for item in find_assignment(RIGHT[A][1]).checks if item.name == f"{A}/training")
    result = play(check, code_with(A, *changes), oracle).result
    assert result.status == status
    assert {item.rule for case in result.audit if case.case.startswith("five") for item in case.arrays} == {rule}


@asks(RIGHT[A][1])
def test_training_that_is_right_clears_no_gradients(oracle):
    """What passes by the student's own gradients does not rule out a mistake in them."""
    found = told(A, ("dscores /= N", "pass"), oracle)
    assert found[f"{A}/training"][0] == "passed"
    assert [item.code for item in found[f"{A}/gradients"][1]] == ["gradient-not-averaged"]


@asks(RIGHT[A][1])
def test_a_prediction_with_a_forward_pass_of_its_own_does_not_clear_the_loss(oracle):
    """What is right in predict may be wrong in loss."""
    found = told(A, ("pre = X.dot(W1) + b1", "pre = X.dot(W1)"), oracle)
    assert found[f"{A}/predict"][0] == "passed"
    assert found[f"{A}/scores"][1][0].code == "b1-never-added"


@pytest.mark.parametrize(
    ("check", "places", "code"),
    [
        (f"{F}/layernorm", ("loss", "batchnorm_backward"), "layernorm-goes-back-as-batchnorm"),
        (f"{F}/layernorm", ("loss", "layernorm_backward", "batchnorm_backward"), None),
        (f"{F}/batchnorm", ("loss", "batchnorm_backward"), None),
    ],
)
def test_an_exception_is_explained_where_its_way_tells_the_cause(check, places, code):
    """A layernorm_backward that makes use of batch normalisation is another matter."""
    lines = [f"layers.py, line {n}, in {place}" for n, place in enumerate(places)]
    found = live().raised_by(check, {"message": "shapes do not fit", "traceback": "\n    pass\n".join(lines)})
    assert (found.code if found else None) == code
