"""Whether a mistake shows in a case is a question of the check's tolerance, on every processor alike."""

from __future__ import annotations

import numpy as np
import pytest

from grader.conventions import Either
from grader.expectations import Below, Labels, ShowCurve, Within, matches
from grader.oracle.live import shown
from grader.spec import Part, normal
from grader.tolerance import differing
from student_template.checks.two_layer_classifier import REGULARISATION

RIGHT = np.array([1.0, -2.0, 1e-3])


@pytest.mark.parametrize(
    ("expectation", "error", "shows"),
    [
        (matches("dx", rel=1e-8), 1e-15, False),  # the last bits
        (matches("dx", rel=1e-8), 1e-7, True),
        (matches("dx", rel=1e-6), 1e-10, False),
        (matches("dx", floor=1e-3), 1e-4, False),
        (Within("dx", 1e-7), 1e-8, False),
        (Within("dx", 1e-8, total=True), 9e-9, True),  # three of them
        (Either(matches("dx"), REGULARISATION), 1e-15, False),
        (Either(matches("dx"), REGULARISATION), 1e-7, True),
        (Below("step", 1.0, "length", ("dx",), lambda got, inputs: 0.0), 1e-12, False),
        (Below("step", 1.0, "length", ("dx",), lambda got, inputs: 0.0), 1e-6, True),
        (ShowCurve("dx", 1.0), 1.0, False),  # carries no marks
    ],
)
def test_the_limit_of_the_check_decides(expectation, error, shows):
    """What it would let pass is no difference; what it would not let pass is one."""
    assert (differing([expectation], {"dx": RIGHT + error}, {"dx": RIGHT}) != {}) is shows


def test_what_goes_with_a_difference_is_kept_though_the_check_would_let_it_pass():
    """The student's array has to come much nearer to that of the mistake than to the right one."""
    expect = [matches("dx", rel=1e-8), matches("dw", rel=1e-6)]
    values = {"dx": RIGHT * 2, "dw": RIGHT * (1 + 1e-7), "db": RIGHT + 1e-15}
    assert differing(expect, values, dict.fromkeys(values, RIGHT)).keys() == {"dx", "dw"}
    assert differing(expect, values | {"dx": RIGHT}, dict.fromkeys(values, RIGHT)) == {}


@pytest.mark.parametrize(
    ("value", "right", "shows"),
    [
        (np.array([np.nan, 1.0]), np.array([np.nan, 1.0 + 1e-15]), False),
        (np.array([np.nan, 1.0]), np.array([1.0, np.nan]), True),
        (np.array([np.inf, 1.0]), np.array([-np.inf, 1.0]), True),
        (np.ones((1, 2)), np.ones((2, 1)), True),
        (np.array("None"), np.ones(2), True),
        (np.array("None"), np.array("None"), False),
        (np.array([True, False]), np.array([True, True]), True),
        (np.array([1j, 1.0]), np.array([1j, 1.0 + 1e-15]), False),
    ],
)
def test_whatever_a_mistake_returns_can_be_compared(value, right, shows):
    """NaN and infinity by where they stand; shapes and kinds as they are."""
    assert (differing([matches("out")], {"out": value}, {"out": right}) != {}) is shows


def test_one_label_is_a_difference():
    """Labels have no tolerance."""
    assert differing([Labels("y")], {"y": np.array([1, 2])}, {"y": np.array([1, 3])})


@pytest.mark.parametrize("odd", [[[1.0], [1.0, 2.0]], object(), {"a": 1}, np.array([None, 1.0])])
def test_a_variant_that_returns_no_array_shows_nothing_and_stops_nothing(odd):
    """It is dropped: such a value is nobody's, since the gate does not let it pass."""
    part = Part("demo", "Demo", assignment="none", needs=())

    @part.check(points=1, inputs={"x": normal(2)}, expect=[matches("out")])
    def forward(code, x):
        """Forward pass."""

    assert shown(part.checks["forward"], lambda: {"out": odd}, {"out": RIGHT}) == {}
