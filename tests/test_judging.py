"""From transcripts to a check's result: statuses, marks, and the words of findings."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expectations import matches
from grader.judging import Played, described, judge
from grader.model import Status
from grader.spec import Part, normal
from grader.worker.client import Transcript

part = Part("demo", "Demo", assignment="none", needs=())


@part.check(
    points=2,
    inputs={"x": normal(2)},
    edges={"pad 0": {"x": normal(2)}, "stride 2": {"x": normal(2)}},
    edge_points=1,
    expect=[matches("dx"), matches("dw")],
)
def backward(code, x):
    """Backward pass."""


CHECK = part.checks["backward"]
WANT = {"dx": np.ones(2), "dw": np.ones(3)}


def played(*outcomes):
    """A case for each outcome: "right", the names that are wrong, or what else happened."""
    cases = []
    for case, outcome in zip(CHECK.cases, outcomes, strict=False):
        if outcome in ("raised", "timed_out", "died", "missing", "unwritten", "violated"):
            error = {"type": "ValueError", "message": "no", "cell": 3, "line": 7, "traceback": "", "function": "f"}
            transcript = Transcript(outcome, 0.1, error=error, name="f")
        else:
            values = {name: value * (2 if name in outcome else 1) for name, value in WANT.items()}
            transcript = Transcript("returned", 0.1, values)
        cases.append(Played(case, {}, WANT, transcript))
    return cases


def result(*outcomes):
    return judge(CHECK, played(*outcomes), public=True)


def test_all_right_is_passed_with_all_points():
    """One finding an array, over all cases."""
    passed = result("right", "right", "right")
    assert (passed.status, passed.points, passed.max_points) == (Status.PASSED, 3, 3)
    assert [(finding.name, finding.ok, len(finding.cases)) for finding in passed.findings] == [
        ("dx", True, 3),
        ("dw", True, 3),
    ]


@pytest.mark.parametrize(
    ("outcomes", "status", "points"),
    [
        (("right", "dx", "right"), Status.FAILED, 2.5),
        (("dx dw", "right", "right"), Status.FAILED, 1),
        (("right", "raised", "dx"), Status.CRASHED, 2),
        (("right", "timed_out"), Status.TIMED_OUT, 2),
        (("died",), Status.CRASHED, 0),
        (("missing",), Status.MISSING, 0),
        (("unwritten",), Status.MISSING, 0),
        (("violated",), Status.VIOLATED, 0),
    ],
)
def test_each_case_keeps_its_own_points(outcomes, status, points):
    """What failed in one case does not take the points of another; the gravest trouble names the check."""
    got = result(*outcomes)
    assert (got.status, got.points) == (status, points)


def test_a_finding_says_in_which_cases_it_is_wrong():
    """The first failing case speaks; the others are counted."""
    dx, dw = result("right", "dx", "right").findings
    assert dx.message == (
        "With pad 0: dx has relative error 3.3e-01 at [0]; limit 1e-08. "
        "Wrong in 1 of 3 cases (pad 0), right in the rest."
    )
    assert dw.ok
    (dx, _) = result("dx", "dx", "dx").findings
    assert dx.message.endswith("Wrong in 3 of 3 cases (the usual case, pad 0 and stride 2).")


def test_a_crash_in_some_cases_only_says_in_which():
    """The error is placed, the note names the cases."""
    got = result("right", "raised", "right")
    assert (got.error.type, got.error.message, got.error.cell, got.error.line) == ("ValueError", "With pad 0: no", 3, 7)
    assert [note.sentence for note in got.notes] == ["It raised in 1 of 3 cases: pad 0."]


def test_every_trouble_is_a_sentence():
    """Time, death, absence and stubs."""
    assert result("timed_out").error.message == "It ran longer than 10 s and was stopped; does a loop never end?"
    assert result("missing").error.message == "f is not defined in the submission."
    assert result("unwritten").error.message == "f is not written yet (it raises NotImplementedError)."


def test_a_none_is_said_to_be_whose_it_is():
    """The function that the check's line calls, else the student's in which it came up."""
    error = {"type": "TypeError", "message": "cannot unpack non-iterable NoneType object"}
    line = {"scenario": "out, cache = code.affine_forward(x, w, b)"}
    said = [described({**error, **more}, unwritten=True).message for more in (line, {"function": "loss"}, {})]
    assert said[0] == "affine_forward returns None: it is not written yet, or its return is missing."
    assert said[1].startswith("loss meets a None: ")
    assert said[2].startswith("A None came back where an array was expected")


def test_a_crash_in_all_cases_needs_no_list():
    """The note names no case."""
    assert [note.sentence for note in result("raised", "raised", "raised").notes] == ["It raised in all 3 cases."]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            {"type": "AssertionError", "message": "", "traceback": "f.py, line 2, in f\n    assert W % 2 == 0"},
            "This does not hold: assert W % 2 == 0.",
        ),
        (
            {"type": "AttributeError", "message": "module 'numpy' has no attribute 'int'.\n`np.int` was a long story"},
            "module 'numpy' has no attribute 'int'. NumPy no longer has np.float, np.int and np.bool; they were",
        ),
        (
            {
                "type": "ValueError",
                "message": "W2 has shape (2,); expected (3,)",
                "scenario": 'raise ValueError(f"...")',
            },
            "W2 has shape (2,); expected (3,)",
        ),
        (
            {"type": "ValueError", "message": "too many values", "scenario": "out, cache = code.f(x)"},
            "too many values (in the check's line `out, cache = code.f(x)`: what your code returned does not fit)",
        ),
        (
            {
                "type": "TypeError",
                "message": "f() got an unexpected keyword argument 'reg'",
                "scenario": "code.f(x, reg=0.1)",
            },
            "(in the check's line `code.f(x, reg=0.1)`: your function takes other arguments than the exercise calls it",
        ),
        (
            {
                "type": "TypeError",
                "message": "f() takes 1 positional argument but 2 were given",
                "scenario": "code.f(x)",
            },
            "(in the check's line `code.f(x)`: your function takes other arguments than the exercise calls it with)",
        ),
        (
            {"type": "AttributeError", "message": "'dict' object has no attribute 'iteritems'"},
            "'dict' object has no attribute 'iteritems'. The code is written for Python 2;",
        ),
        ({"type": "AttributeError", "message": "Module 'scipy' has no attribute 'misc'"}, "has no attribute 'misc'"),
    ],
)
def test_an_exception_is_told_in_one_readable_sentence(error, said):
    """An assert without a message by its statement; NumPy's long story in short; a check's own words as they are."""
    message = described(error).message
    assert said.rstrip(".") in message
    assert "long story" not in message
    assert ("SciPy" in message) == ("SciPy" in said)


def test_a_hostile_error_is_made_harmless():
    """Escapes are taken out, wrong types ignored, length is capped."""
    error = {"type": "\x1b[31mE\x07", "message": "a\u202eb" + "x" * 10_000, "cell": "1", "line": True, "file": ["/etc"]}
    info = described(error)
    assert info.type == "E"
    assert info.message.startswith("abxxx")
    assert len(info.message) <= 500
    assert (info.cell, info.line, info.file) == (None, None, None)
