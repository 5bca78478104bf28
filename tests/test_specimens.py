"""Every specimen gets the verdict that stands beside it, from the recorded answers and from the live reference."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader import carried
from grader.assignments import all_assignments, find_assignment, recognise
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.model import Result, Status
from grader.oracle.live import LiveOracle
from grader.oracle.recorded import RecordedOracle
from grader.sandbox import Box

ROOT = Path(__file__).parent / "specimens"
SPECIMENS = sorted(path.parent for path in ROOT.rglob("expect.toml"))


def grade(path: Path, oracle_of, box: Box, slug: str | None = None) -> Result:
    submission = read_submission(path)
    assignment = find_assignment(slug) if slug else recognise(submission)
    return grade_submission(submission, assignment, assignment.checks, oracle_of(assignment), box)


def statuses(result: Result) -> dict[str, str]:
    return {f"{part.slug}/{check.slug}": str(check.status) for part in result.parts for check in part.checks}


def checks_of(result: Result) -> dict:
    return {f"{part.slug}/{check.slug}": check for part in result.parts for check in part.checks}


@pytest.fixture(scope="module")
def live() -> LiveOracle:
    """A live oracle on a hidden seed, its answers shared by all specimens as in a class."""
    return LiveOracle(20261121)


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_specimen_gets_its_verdict_from_both_oracles(specimen: Path, live: LiveOracle, box: Box):
    """Statuses, findings and diagnoses are as expect.toml has them, whichever oracle answers."""
    expect = tomllib.loads((specimen / "expect.toml").read_text("utf-8"))
    if int(np.__version__.partition(".")[0]) < expect.get("numpy", 0):
        pytest.skip("this mistake shows with a newer NumPy only")
    slug = expect.get("assignment")  # where several assignments share the names
    for result in (grade(specimen, RecordedOracle, box, slug), grade(specimen, lambda assignment: live, box, slug)):
        checks = checks_of(result)
        got = statuses(result)
        assert {name: got[name] for name in expect["checks"]} == expect["checks"]
        for name, findings in expect.get("findings", {}).items():
            assert {finding.name: finding.ok for finding in checks[name].findings} == findings
        diagnoses = {name: mistakes[0] for name, check in checks.items() if (mistakes := _named(check))}
        assert diagnoses == expect.get("diagnosis", {})
        everything = all(status in ("passed", "skipped") for status in expect["checks"].values())
        assert (result.score == result.max_score) is everything


def _named(check) -> list[str]:
    """The mistakes that are named, beyond what the numbers show and that the backward pass follows its forward pass."""
    return [item.code for item in check.diagnosis if item.specific and item.code != carried.CODE]


ANSWERED = [path for path in SPECIMENS if "questions" in tomllib.loads((path / "expect.toml").read_text("utf-8"))]


@pytest.mark.parametrize("specimen", ANSWERED, ids=lambda path: path.name)
def test_answers_in_words_are_kept_for_a_person(specimen: Path, live: LiveOracle, box: Box):
    """All of them, in order; whether a choice is right is said in hidden runs only, as the assignment has it."""
    expect = tomllib.loads((specimen / "expect.toml").read_text("utf-8"))["questions"]
    hidden = grade(specimen, lambda assignment: live, box).questions
    assert {item.slug: (item.answer, item.note) for item in hidden} == {
        slug: (want["answer"], want["note"]) for slug, want in expect.items()
    }
    public = grade(specimen, RecordedOracle, box).questions
    assert [(item.slug, item.answer) for item in public] == [(item.slug, item.answer) for item in hidden]
    assert {item.note for item in public} == {""}
    assert all(item.needs_review for item in (*hidden, *public))


@pytest.mark.parametrize(("public", "note"), [(True, "The choice is right."), (False, "")])
def test_choices_are_judged_in_public_where_the_assignment_says_so(public: bool, note: str, box: Box):
    """By default they are not; the right ones are never told."""
    submission = read_submission(ROOT / "more/two_layer_net/answers_in_english")
    assignment = find_assignment("two_layer_net")
    questions = tuple(replace(question, public=public) for question in assignment.questions)
    result = grade_submission(submission, replace(assignment, questions=questions), [], RecordedOracle(assignment), box)
    assert [question.note for question in result.questions] == [note]


def test_the_worked_example(box: Box):
    """The published notebook: gradients fail on W1 and W2 only, and the missing factor 2 is named with certainty."""
    check = checks_of(grade(ROOT / "two_layer_net/regularisation_factor", RecordedOracle, box))[
        "two_layer_net/gradients"
    ]
    measured = {finding.name: finding.measured for finding in check.findings}
    assert measured["W1"] == pytest.approx(8.002490e-01, rel=1e-6)
    assert measured["W2"] == pytest.approx(3.333333e-01, rel=1e-6)
    assert measured["b1"] < 1e-8
    assert measured["b2"] < 1e-8
    (diagnosis,) = check.diagnosis
    assert diagnosis.certain
    assert diagnosis.sentence == "The gradient of the regularisation is missing its factor 2."


@pytest.mark.parametrize("slug", [slug for slug, assignment in all_assignments().items() if assignment.template])
def test_the_untouched_template_gets_nothing_and_breaks_nothing(slug: str, box: Box):
    """Every check of it is missing (or skipped for want of a data set): no marks, no crash, no trouble of ours."""
    result = grade(find_assignment(slug).folder, RecordedOracle, box)
    assert {check.status for check in result.checks if check.status != Status.SKIPPED} == {Status.MISSING}
    assert (result.status, result.score) == ("graded", 0)


def test_notes_carry_no_marks(box: Box):
    """Changing dout in place is remarked on, and full marks stay."""
    result = grade(ROOT / "layers/relu_in_place", RecordedOracle, box)
    check = checks_of(result)["relu/backward"]
    assert [note.code for note in check.notes] == ["changes-input"]
    assert check.points == check.max_points


@pytest.mark.parametrize(("specimen", "code"), [("perfect", "ties-to-one"), ("ties_to_all", "ties-to-all")])
def test_the_note_on_ties_says_which_way_they_go(specimen: str, code: str, box: Box):
    """Both ways are right."""
    check = checks_of(grade(ROOT / "layers" / specimen, RecordedOracle, box))["max_pool/ties"]
    assert [note.code for note in check.notes] == [code]


@pytest.mark.parametrize(
    ("specimen", "words"),
    [
        ("float_sizes", "in Python 3, / gives a float"),
        pytest.param(
            "np_lib_pad",
            "NumPy 2 no longer has np.lib.pad",
            marks=pytest.mark.skipif(np.__version__ < "2", reason="this NumPy still has np.lib.pad"),
        ),
    ],
)
def test_an_exception_that_is_a_known_mistake_is_explained(specimen: str, words: str, box: Box):
    """A clear message, not a mystery, with the place in the student's cell."""
    error = checks_of(grade(ROOT / "layers" / specimen, RecordedOracle, box))["conv/forward"].error
    assert words in error.message
    assert error.cell is not None
    assert error.line is not None


def test_marks_of_the_course_case_stay_apart_from_those_of_the_edges(box: Box):
    """A backward pass that fails at pad 0 only keeps its other points, and is told where it fails."""
    check = checks_of(grade(ROOT / "layers/conv_slice_pad_zero", RecordedOracle, box))["conv/backward"]
    assert check.status == Status.FAILED
    assert check.points == pytest.approx(4 + 4 * 8 / 11, abs=0.01)
    (finding,) = [finding for finding in check.findings if not finding.ok]
    assert finding.message.startswith("With pad 0: dx has shape (2, 2, 0, 0); expected (2, 2, 5, 5).")
    assert finding.message.endswith(
        "Wrong in 3 of 12 cases (pad 0, stride 2 at pad 0 and 1x1 filter), right in the rest."
    )


def test_the_huge_scores_are_explained_by_where_nan_and_infinity_stand(box: Box):
    """NaN, an infinite sum and a logarithm of 0 are told apart, and cost the check of the huge scores only."""
    for specimen in ("softmax_not_shifted", "softmax_sum_overflows", "softmax_log_of_zero"):
        checks = checks_of(grade(ROOT / "fully_connected" / specimen, RecordedOracle, box))
        (diagnosis,) = checks["losses/softmax_stability"].diagnosis
        assert (diagnosis.code, diagnosis.certain) == (specimen.replace("_", "-"), True)
        assert checks["losses/softmax"].status == Status.PASSED


def test_a_missing_shorter_backward_pass_costs_its_own_check_only(box: Box):
    """The other checks of the part need names that are there."""
    checks = checks_of(grade(ROOT / "batch_norm/alt_missing", RecordedOracle, box))
    assert [name for name, check in checks.items() if check.status != Status.PASSED] == ["batch_norm/backward_alt"]
    assert checks["batch_norm/backward_alt"].error.message.startswith("batchnorm_backward_alt is not written yet")
