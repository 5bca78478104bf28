"""What holds of every wrong array in all cases that failed is told as what is wrong."""

# ruff: noqa: E501  # a table: one wrong network a line

from __future__ import annotations

import pytest

from grader.course.assignments import find_assignment
from grader.facts import facts
from grader.oracle.live import LiveOracle
from tests.diagnosing import play
from tests.right_nets import RIGHT, code_with
from tests.wrong_nets import A, D

RETURNED = 'return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}'


@pytest.fixture(scope="module")
def oracle() -> LiveOracle:
    """Hidden inputs, the same for all."""
    return LiveOracle(5)


def told(part: str, instead: str, oracle: LiveOracle) -> list[str]:
    """The sentences on a network that returns something else."""
    check = next(item for item in find_assignment(RIGHT[part][1]).checks if item.name == f"{part}/gradients")
    found = facts(play(check, code_with(part, RETURNED, instead), oracle))
    assert all(item.certain and item.specific for item in found)
    return [item.sentence for item in found]


@pytest.mark.parametrize(
    ("part", "instead", "sentences"),
    [
        (D, RETURNED.replace("db1", "db2", 1).replace("db2}", "db1}"), ["b1 is what b2 should be.", "b2 is what b1 should be."]),
        (D, RETURNED.replace('"b1": db1, ', "").replace(', "b2": db2', ""), ["Nothing is returned for b1 and b2: they are None."]),
        (D, RETURNED.replace("dW1", "0 * dW1"), ["W1 is 0 everywhere, and should not be."]),
        (D, RETURNED.replace("dW1", "-dW1").replace("dW2", "3 * dW2"), ["W1 has the wrong sign everywhere.", "W2 is 3 times what it should be."]),
        (A, RETURNED.replace("db1", "len(X) * db1").replace("db2", "len(X) * db2"), ["b1 and b2 are too large by a factor that is the number of samples."]),
        (A, RETURNED.replace("db1", "len(X) * db1").replace("dW1", "dW1 ** 3"), []),  # something is left over
        (A, RETURNED.replace("db1", "(1 + len(X) ** 2) * db1"), []),  # another factor in each case
        (A, "raise ValueError(len(X))", []),
    ],
)  # fmt: skip
def test_what_all_wrong_arrays_show_is_told(part, instead, sentences, oracle):
    """Names of arrays with the same fact stand in one sentence; where one has none, nothing is said."""
    assert told(part, instead, oracle) == sentences
