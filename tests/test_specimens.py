"""Every specimen gets the verdict that stands beside it, from the recorded answers and from the live reference."""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader import carried
from grader.course.assignments import Assignment, all_assignments, find_assignment, recognise
from grader.grading import grade_submission
from grader.intake.reading import read_submission
from grader.model import Result, Status
from grader.oracle import Oracle
from grader.oracle.recorded import RecordedOracle
from grader.sandbox import Box
from tests.diagnosing import asks, hidden

ROOT = Path(__file__).parent / "specimens"
SPECIMENS = sorted(path.parent for path in ROOT.rglob("expect.toml"))
# What the course's own assignments, timeouts and exceptions come to at the strongest level too.
AT_THE_STRONGEST_LEVEL = ("two_layer_net/regularisation_factor", "two_layer_net/endless_loop", "layers/float_sizes")

OracleOf = Callable[[Assignment], Oracle]
recorded = functools.cache(RecordedOracle)


def grade(path: Path, oracle_of: OracleOf, box: Box, expect: dict | None = None) -> Result:
    expect = expect or {}
    submission = read_submission(path)
    slug = expect.get("assignment")  # where several assignments share the names
    assignment = find_assignment(slug) if slug else recognise(submission)
    endless = [name for name, status in expect.get("checks", {}).items() if status == "timed_out"]
    checks = [replace(check, seconds=1.0) if check.name in endless else check for check in assignment.checks]
    return grade_submission(submission, assignment, checks, oracle_of(assignment), box)


def statuses(result: Result) -> dict[str, str]:
    return {name: str(check.status) for name, check in checks_of(result).items()}


def checks_of(result: Result) -> dict:
    return {f"{part.slug}/{check.slug}": check for part in result.parts for check in part.checks}


def live(assignment: Assignment) -> Oracle:
    """A live oracle on a hidden seed, its answers shared by all specimens as in a class."""
    return hidden()


def by_topic(specimens: list[Path], quick: int = 1) -> list:
    """The specimens as parameters, those of one topic with whatever else asks about their assignment.

    Of each topic all but the first and every ``quick``-th after it are marked as slow: `make test` has them all.
    """
    found, places = [], Counter[str]()
    for path in specimens:
        name = path.relative_to(ROOT).as_posix()
        topic = name.rpartition("/")[0]
        marks = [asks(path.parent.name), *([pytest.mark.slow] if places[topic] % quick else [])]
        found.append(pytest.param(path, id=name, marks=marks))
        places[topic] += 1
    return found


def telling() -> list[Path]:
    """The specimens of which each comes to a status or a diagnosis that none of its topic before it comes to."""
    found, told = [], set[tuple[str, ...]]()
    for path in SPECIMENS:
        expect = tomllib.loads((path / "expect.toml").read_text("utf-8"))
        own = {(path.parent.name, *pair) for kind in ("checks", "diagnosis") for pair in expect.get(kind, {}).items()}
        if own - told:
            found.append(path)
            told |= own
    return found


@pytest.mark.parametrize("specimen", by_topic(telling(), quick=4))
def test_a_specimen_gets_its_verdict_from_recorded_answers(specimen: Path, shared_box: Box):
    """Statuses, findings and diagnoses are as expect.toml has them."""
    judge_specimen(specimen, recorded, shared_box)


# Of these only the training is wrong, whose hidden answers are dear. It is two_layer_net's as well: there the same
# mistakes are told by test_wrong_nets.py.
TRAINING = [
    *(ROOT / "cs231n_2016_a1" / name for name in ("biases_only", "decays_every_iteration", "gradient_ascent")),
    *(ROOT / "cs231n_2016_a1" / name for name in ("never_updates", "without_replacement")),
]


@pytest.mark.hidden
@pytest.mark.parametrize("specimen", by_topic([path for path in SPECIMENS if path not in TRAINING]))
def test_a_specimen_gets_its_verdict_on_a_hidden_seed(specimen: Path, shared_box: Box):
    """The same from the live reference."""
    judge_specimen(specimen, live, shared_box)


@pytest.mark.levels
@pytest.mark.parametrize("specimen", AT_THE_STRONGEST_LEVEL)
def test_a_specimen_gets_its_verdict_at_the_strongest_level(specimen: str, box: Box):
    """What locks a process changes no verdict."""
    judge_specimen(ROOT / specimen, recorded, box)


def judge_specimen(specimen: Path, oracle_of: OracleOf, box: Box) -> None:
    expect = tomllib.loads((specimen / "expect.toml").read_text("utf-8"))
    if int(np.__version__.partition(".")[0]) < expect.get("numpy", 0):
        pytest.skip("this mistake shows with a newer NumPy only")
    result = grade(specimen, oracle_of, box, expect)
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


@pytest.mark.parametrize("specimen", by_topic(ANSWERED))
def test_answers_in_words_are_kept_for_a_person(specimen: Path, shared_box: Box):
    """All of them, in order; whether a choice is right is said in hidden runs only, as the assignment has it."""
    expect = tomllib.loads((specimen / "expect.toml").read_text("utf-8"))["questions"]
    asked = grade(specimen, live, shared_box).questions
    assert {item.slug: (item.answer, item.note) for item in asked} == {
        slug: (want["answer"], want["note"]) for slug, want in expect.items()
    }
    public = grade(specimen, recorded, shared_box).questions
    assert [(item.slug, item.answer) for item in public] == [(item.slug, item.answer) for item in asked]
    assert {item.note for item in public} == {""}
    assert all(item.needs_review for item in (*asked, *public))


@pytest.mark.parametrize(("public", "note"), [(True, "The choice is right."), (False, "")])
def test_choices_are_judged_in_public_where_the_assignment_says_so(public: bool, note: str, shared_box: Box):
    """By default they are not; the right ones are never told."""
    submission = read_submission(ROOT / "more/two_layer_net/answers_in_english")
    assignment = find_assignment("two_layer_net")
    questions = tuple(replace(question, public=public) for question in assignment.questions)
    result = grade_submission(
        submission, replace(assignment, questions=questions), [], recorded(assignment), shared_box
    )
    assert [question.note for question in result.questions] == [note]


def test_the_worked_example(shared_box: Box):
    """The published notebook: gradients fail on W1 and W2 only, and the missing factor 2 is named with certainty."""
    check = checks_of(grade(ROOT / "two_layer_net/regularisation_factor", recorded, shared_box))[
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
def test_the_untouched_template_gets_nothing_and_breaks_nothing(slug: str, shared_box: Box):
    """Every check of it is missing (or skipped for want of a data set): no marks, no crash, no trouble of ours."""
    result = grade(find_assignment(slug).folder, recorded, shared_box)
    assert {check.status for check in result.checks if check.status != Status.SKIPPED} == {Status.MISSING}
    assert (result.status, result.score) == ("graded", 0)


def test_notes_carry_no_marks(shared_box: Box):
    """Changing dout in place is remarked on, and full marks stay."""
    result = grade(ROOT / "layers/relu_in_place", recorded, shared_box)
    check = checks_of(result)["relu/backward"]
    assert [note.code for note in check.notes] == ["changes-input"]
    assert check.points == check.max_points


@pytest.mark.parametrize(("specimen", "code"), [("perfect", "ties-to-one"), ("ties_to_all", "ties-to-all")])
def test_the_note_on_ties_says_which_way_they_go(specimen: str, code: str, shared_box: Box):
    """Both ways are right."""
    check = checks_of(grade(ROOT / "layers" / specimen, recorded, shared_box))["max_pool/ties"]
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
def test_an_exception_that_is_a_known_mistake_is_explained(specimen: str, words: str, shared_box: Box):
    """A clear message, not a mystery, with the place in the student's cell."""
    error = checks_of(grade(ROOT / "layers" / specimen, recorded, shared_box))["conv/forward"].error
    assert words in error.message
    assert error.cell is not None
    assert error.line is not None


def test_marks_of_the_course_case_stay_apart_from_those_of_the_edges(shared_box: Box):
    """A backward pass that fails at pad 0 only keeps its other points, and is told where it fails."""
    check = checks_of(grade(ROOT / "layers/conv_slice_pad_zero", recorded, shared_box))["conv/backward"]
    assert check.status == Status.FAILED
    assert check.points == pytest.approx(4 + 4 * (8 + 3 * 2 / 3) / 11, abs=0.01)  # dw and db are right there too
    (finding,) = [finding for finding in check.findings if not finding.ok]
    assert finding.message.startswith("With pad 0: dx has shape (2, 2, 0, 0); expected (2, 2, 5, 5).")
    assert finding.message.endswith(
        "Wrong in 3 of 12 cases (pad 0, stride 2 at pad 0 and 1x1 filter), right in the rest."
    )


def test_the_huge_scores_are_explained_by_where_nan_and_infinity_stand(shared_box: Box):
    """NaN, an infinite sum and a logarithm of 0 are told apart, and cost the check of the huge scores only."""
    for specimen in ("softmax_not_shifted", "softmax_sum_overflows", "softmax_log_of_zero"):
        checks = checks_of(grade(ROOT / "fully_connected" / specimen, recorded, shared_box))
        (diagnosis,) = checks["losses/softmax_stability"].diagnosis
        assert (diagnosis.code, diagnosis.certain) == (specimen.replace("_", "-"), True)
        assert checks["losses/softmax"].status == Status.PASSED


def test_a_missing_shorter_backward_pass_costs_its_own_check_only(shared_box: Box):
    """The other checks of the part need names that are there."""
    checks = checks_of(grade(ROOT / "batch_norm/alt_missing", recorded, shared_box))
    assert [name for name, check in checks.items() if check.status != Status.PASSED] == ["batch_norm/backward_alt"]
    assert checks["batch_norm/backward_alt"].error.message.startswith("batchnorm_backward_alt is not written yet")
