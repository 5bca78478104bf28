"""From result.json alone a person can follow each mark to the case, the limit and the rule that it came from."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from grader.conventions import Either
from grader.course.assignments import find_assignment, select
from grader.expectations import FLOAT32, GATE, LIMIT, matches
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.judging import Played, judge
from grader.model import CheckResult, Result
from grader.oracle.live import LiveOracle
from grader.shares import PRECISE
from grader.spec import Check, Part, normal
from grader.worker.client import Transcript
from student_template.checks.two_layer_classifier import HALF, REGULARISATION, WHOLE

part = Part("demo", "Demo", assignment="none", needs=())


@part.check(
    points=2,
    inputs={"x": normal(2)},
    edges={"pad 0": {"x": normal(2)}, "stride 2": {"x": normal(2)}, "stride 3": {"x": normal(2)}},
    edge_points=1,
    expect=[matches("dx", single=True), matches("dw")],
)
def backward(code, x):
    """Backward pass."""


@part.check(points=1, inputs={"x": normal(2)}, expect=[Either(matches("loss"), REGULARISATION)])
def loss(code, x):
    """Loss."""


WANT = {"dx": np.arange(1.0, 3.0), "dw": np.ones(3)}


def judged(check: Check, *returned: dict[str, object] | str, want: dict[str, np.ndarray] = WANT) -> CheckResult:
    """The result of cases that gave these arrays, or ended so."""
    transcripts = [
        Transcript(item, 0.1) if isinstance(item, str) else Transcript("returned", 0.1, want | item)
        for item in returned
    ]
    cases = zip(check.cases, transcripts, strict=False)
    return judge(check, [Played(case, {}, want, transcript) for case, transcript in cases], public=False)


@pytest.mark.parametrize(
    "returned",
    [
        ({}, {}, {}, {}),
        ({}, {"dx": np.zeros(2)}, {}, {}),
        ({"dx": np.zeros(2)}, {}, "raised", {}),
        ({}, {}, "timed_out"),
        ("missing",),
    ],
)
def test_the_entries_sum_to_the_points(returned):
    """Of all that was earned and of all that could be, also for cases that were not played any more."""
    got = judged(part.checks["backward"], *returned)
    assert round(sum(entry.points for entry in got.audit), 2) == pytest.approx(got.points, abs=1e-9)
    assert sum(entry.max_points for entry in got.audit) == pytest.approx(got.max_points)
    assert [entry.case for entry in got.audit] == ["", "pad 0", "stride 2", "stride 3"]
    left = len(returned)
    assert [entry.outcome for entry in got.audit[left:]] == ["not played"] * (4 - left)


def test_each_array_says_by_which_rule_it_was_judged():
    """By its limit, as float32, or at the gate; and in which shape it came."""
    got = judged(
        part.checks["backward"],
        {"dx": WANT["dx"] * (1 + 1e-7)},
        {"dx": WANT["dx"].reshape(1, 2)},
        {"dx": np.full(2, np.nan)},
        {"dx": WANT["dx"] * 2},
    )
    told = [entry.arrays[0] for entry in got.audit]
    assert [(array.rule, array.ok) for array in told] == [(FLOAT32, True), (LIMIT, True), (GATE, False), (LIMIT, False)]
    assert [array.reshaped for array in told] == [None, (1, 2), None, None]
    assert (told[0].limit, told[0].measured) == (1e-8, pytest.approx(5e-8))
    assert [entry.points for entry in got.audit] == [2, pytest.approx(1 / 3), 0, 0]


@pytest.mark.parametrize(("loss", "convention"), [(3.0, WHOLE), (2.0, HALF), (9.0, WHOLE)])
def test_the_convention_that_was_chosen_is_told(loss, convention):
    """Also where neither fits, and the nearer one is told of."""
    want = {"loss": np.array(3.0), "half_loss": np.array(2.0)}
    got = judged(part.checks["loss"], {"loss": np.array(loss)}, want=want)
    assert got.audit[0].arrays[0].convention == convention


LAYER = """
import numpy as np

def affine_forward(x, w, b):
    return x.reshape(len(x), -1).dot(w) * 1.5 + b, (x, w, b)

def affine_backward(dout, cache):
    x, w, b = cache
    flat = x.reshape(len(x), -1)
    return dout.dot(w.T).reshape(x.shape) * 1.5, flat.T.dot(dout) * 1.5, dout.sum(axis=0)
"""


@pytest.fixture
def graded(tmp_path, box):
    """The result of a module of layers in a hidden run."""

    def grade(text: str, name: str) -> Result:
        file = tmp_path / "layers.py"
        file.write_text(text)
        assignment = replace(find_assignment("layers"), carried=0.5)
        return grade_submission(read_submission(file), assignment, select(assignment, [name]), LiveOracle(3), box)

    return grade


def test_error_carried_forward_has_an_entry_with_its_share(graded):
    """Beside the cases, which earned nothing."""
    backward = graded(LAYER, "affine").checks[1]
    *cases, carried = backward.audit
    assert sum(entry.points for entry in cases) == 0
    assert (carried.outcome, carried.share, carried.points) == ("carried", 0.5, backward.carried_points)
    assert backward.points == carried.points > 0
    assert carried.case.startswith("the usual case")


def test_no_expected_value_is_in_a_hidden_runs_audit(graded):
    """Names, rules, errors and limits only."""
    result = json.loads(graded(LAYER, "affine").to_json())
    (array, *_) = result["parts"][0]["checks"][0]["audit"][0]["arrays"]
    assert set(array) == {"name", "ok", "measured", "limit", "rule", "convention", "reshaped"}
    assert result["public"] is False


def test_older_results_are_read(graded):
    """Those that were written before there was an audit."""
    result = graded(LAYER, "affine")
    fields = json.loads(result.to_json())
    for check in fields["parts"][0]["checks"]:
        del check["audit"]
    assert Result.from_dict(fields).checks[0].audit == ()
    assert Result.from_dict(json.loads(result.to_json())) == result


@part.check(
    points=2,
    inputs={"x": normal(2)},
    edges={"pad 0": {"x": normal(2)}},
    edge_points=2,
    own=1e-3,
    expect=[matches("dw")],
)
def precise(code, x):
    """A check with the course's own tolerance."""


@part.check(points=3, inputs={"x": normal(2)}, expect=[matches(name) for name in ("dx", "dw", "db")], apart=True)
def several(code, x):
    """A check of arrays that the course grades apart."""


def test_the_courses_own_case_has_the_courses_own_tolerance():
    """A small slip costs a share of the general contract, and the verdict; a large one the case."""
    small, large = (judged(part.checks["precise"], {"dw": WANT["dw"] * (1 + off)}, {}) for off in (1e-6, 1e-2))
    assert (small.status, small.usual_points, small.points) == ("failed", 2, 3)
    assert (large.status, large.usual_points, large.points) == ("failed", 0, 1)
    assert [entry.case for entry in small.audit] == ["", PRECISE, "pad 0"]
    assert part.checks["precise"].points == 4 == judged(part.checks["precise"], {}, {}).points


def test_arrays_that_are_graded_apart_share_the_points_of_a_case():
    """If more than half of them are right: what is trivial earns nothing by itself."""
    want = {**WANT, "db": np.ones(2)}
    one = judged(part.checks["several"], {"dx": np.zeros(2)}, want=want)
    two = judged(part.checks["several"], {"dx": np.zeros(2), "dw": np.zeros(3)}, want=want)
    assert [(item.status, item.points) for item in (one, two)] == [("failed", 2), ("failed", 0)]
