"""Wrong convolutions and poolings, as students write them, are told what is wrong with them."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignments import find_assignment
from grader.diagnosis import Graded, explained
from grader.judging import Played, judge
from grader.oracle.live import LiveOracle
from grader.worker.client import Transcript
from tests.wrong_layers import WRONG, code_with


@pytest.fixture(scope="module")
def oracle() -> LiveOracle:
    """Hidden inputs, the same for all."""
    return LiveOracle(5)


def play(check, code, oracle):
    """A check played here as in the student's process."""
    played = []
    for case in check.cases:
        inputs = oracle.inputs(check, case)
        try:
            with np.errstate(all="ignore"):
                values = {name: np.asarray(value) for name, value in check.play(code, inputs).items()}
            transcript = Transcript("returned", 0.0, values)
        except Exception as error:
            transcript = Transcript("raised", 0.0, error={"type": type(error).__name__, "message": str(error)})
        played.append(Played(case, inputs, oracle.answer(check, case), transcript))
    return Graded(check, played, judge(check, played, public=False))


def diagnoses(part, code, oracle):
    """The diagnoses of each check of a part."""
    checks = [check for check in find_assignment("layers").checks if check.part == part]
    graded = [play(check, code, oracle) for check in checks]
    return {
        one.check.name: (one.result.status, result.diagnosis)
        for one, result in zip(graded, explained(graded, oracle), strict=True)
    }


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]}-{wrong[1]}")
def test_a_wrong_layer_is_told_what_is_wrong(wrong, oracle):
    """One certain diagnosis comes first, the other checks of the part pass."""
    name, code, *changes = wrong
    part = name.partition("/")[0]
    found = diagnoses(part, code_with(name, *changes), oracle)
    assert [item.code for item in found[name][1]][:1] == [code]
    assert found[name][1][0].certain
    assert [other for other, (status, _) in found.items() if status != "passed"] == [name]


def test_the_right_version_of_them_passes(oracle):
    """What is changed above is right before."""
    for part in ("conv", "max_pool"):
        assert {status for status, _ in diagnoses(part, code_with("conv/forward"), oracle).values()} == {"passed"}
