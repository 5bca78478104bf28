"""The gate and what follows it: every sentence, and every way in which a wrong array could slip through."""

from __future__ import annotations

import numpy as np
import pytest

from grader.conventions import Either
from grader.expectations import (
    Below,
    Labels,
    NotAnArray,
    NoteAbout,
    OnlyIf,
    ShowCurve,
    Within,
    matches,
    rel_errors,
    unchanged,
)
from grader.model import Curve, Note
from grader.showing import heat
from student_template.checks.two_layer_classifier import REGULARISATION

WANT = {"dx": np.arange(1.0, 7.0).reshape(2, 3)}


def judge(value, expectation=None, want=WANT, public=True):
    return (expectation or matches("dx", 1e-8, "Sum over N.")).judge({"dx": value}, want, {}, public)


def test_the_right_array_passes_with_its_measured_error():
    """An error within the limit is shown as it was measured."""
    verdict = judge(WANT["dx"] * (1 + 2e-9))
    assert verdict.ok
    assert verdict.measured == pytest.approx(1e-9, rel=1e-3)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (NotAnArray("None"), "dx is missing or None; expected a NumPy array of shape (2, 3)."),
        (np.zeros((1, 6)), "dx has shape (1, 6); expected (2, 3). Sum over N."),
        (np.zeros((2, 3), complex), "dx has dtype complex128; expected float64."),
        (np.zeros((2, 3), bool), "dx has dtype bool; expected float64."),
        (np.zeros((2, 3), int), "dx has dtype int64; expected float64."),
        (np.full((2, 3), np.nan), "dx has 6 of 6 values that are NaN or infinite."),
        (np.array([[1, 2, 3], [4, 5, np.inf]]), "dx has 1 of 6 values that are NaN or infinite."),
    ],
)
def test_the_gate_says_in_a_sentence_what_it_refuses(value, sentence):
    """Presence, shape, dtype and finiteness come before any comparison; nothing was measured."""
    verdict = judge(value)
    assert (verdict.ok, verdict.measured, verdict.message) == (False, None, sentence)


@pytest.mark.skipif(np.finfo(np.longdouble).max == np.finfo(float).max, reason="there is no wider type here")
def test_what_float64_cannot_hold_is_not_finite():
    """The gate looks at what will be compared: finite in a wider type is not enough."""
    value = np.ones((2, 3), np.longdouble)
    value[0, 1] *= np.finfo(np.longdouble).max
    verdict = judge(value)
    assert verdict.message == "dx has 1 of 6 values that are NaN or infinite in float64."
    assert (verdict.ok, verdict.measured) == (False, None)


def test_an_array_that_was_not_returned_is_missing():
    """A scenario that returned less than expected fails with the name."""
    verdict = matches("dx").judge({}, WANT, {}, True)
    assert verdict.message == "dx is missing; expected a NumPy array of shape (2, 3)."


def test_one_wrong_entry_fails_and_is_located():
    """The largest error decides, wherever it is; the values around it are shown."""
    wrong = WANT["dx"].copy()
    wrong[1, 2] *= -1
    verdict = judge(wrong)
    assert not verdict.ok
    assert verdict.message == "dx has relative error 1.0e+00 at [1, 2]; limit 1e-08."
    evidence = verdict.evidence()
    assert evidence.index == (1, 2)
    assert evidence.got == (4.0, 5.0, -6.0)
    assert evidence.want == (4.0, 5.0, 6.0)


def test_hidden_runs_show_no_expected_values():
    """The evidence holds what the student returned, and where, not what was right."""
    evidence = judge(WANT["dx"] + 1, public=False).evidence()
    assert evidence.want is None
    assert evidence.got == (2.0, 3.0, 4.0)


def test_float32_passes_with_its_own_precision():
    """Rounding goes with the largest entry; what float64 gets wrong by as much is wrong."""
    want = {"dx": WANT["dx"] + 0.1}
    assert judge(want["dx"].astype(np.float32), want=want).ok
    assert not judge(want["dx"].astype(np.float32).astype(float), want=want).ok
    assert not judge((want["dx"] * (1 + 3e-6)).astype(np.float32), want=want).ok


def test_what_comes_out_of_a_network_may_have_been_float32_on_the_way():
    """Where that is said, float64 may be as imprecise; and differences are judged as relative errors are."""
    want = {"dx": WANT["dx"] + 0.1}
    rounded = want["dx"].astype(np.float32)
    assert judge(rounded.astype(float), matches("dx", single=True), want=want).ok
    loss = {"dx": np.array(1.5)}
    assert judge(np.array(1.5 * (1 + 1e-7)), matches("dx", single=True), want=loss).ok
    assert not judge(np.array(1.5 * (1 + 4e-7)), matches("dx", single=True), want=loss).ok
    assert judge(np.array(1.5 * (1 + 4e-7), np.float32), matches("dx", single=True), want=loss).ok
    assert judge(rounded, Within("dx", 1e-12), want=want).ok
    assert not judge(rounded.astype(float), Within("dx", 1e-12), want=want).ok
    assert judge(rounded.astype(float), Within("dx", 1e-12, single=True), want=want).ok
    assert not judge(rounded, Within("dx", 0.0), want=want).ok


def test_float32_is_named_as_the_cause_where_it_may_be():
    """Nearly right, and not to single precision."""
    wrong = (WANT["dx"] + 0.1).astype(np.float32) + np.float32(1e-4)
    assert "compute in float64" in judge(wrong, want={"dx": WANT["dx"] + 0.1}).message
    assert "float32" not in judge(np.zeros((2, 3), np.float32)).message


def test_gradients_that_are_zero_but_for_rounding_pass():
    """1e-17 against 0 is right: relative error has an absolute floor."""
    assert judge(np.full((2, 3), 1e-17), want={"dx": np.zeros((2, 3))}).ok


def test_another_order_of_summation_passes_in_small_entries():
    """A tiny entry beside large ones carries their rounding error."""
    want = np.array([1e6, 1e-8])
    assert np.max(rel_errors(want + np.array([0.0, 1e-9]), want)) == 0.0
    assert np.max(rel_errors(want + np.array([0.0, 1e-6]), want)) > 0.9


def test_empty_arrays_match():
    """Nothing is wrong with nothing."""
    assert judge(np.zeros((2, 0)), want={"dx": np.zeros((2, 0))}).ok


def test_within_measures_the_largest_or_the_summed_difference():
    """The course sums the scores' differences, and takes the loss's alone."""
    value = WANT["dx"] + 1e-8
    assert judge(value, Within("dx", 1e-7, total=True)).measured == pytest.approx(6e-8)
    assert judge(value, Within("dx", 1e-7)).measured == pytest.approx(1e-8)
    assert not judge(value + 1e-7, Within("dx", 1e-7, total=True)).ok


def test_labels_are_counted():
    """Floats that are whole numbers are labels too; a wrong one is counted."""
    want = {"dx": np.array([0, 1, 2])}
    assert judge(np.array([0.0, 1.0, 2.0]), Labels("dx"), want).ok
    verdict = judge(np.array([0, 2, 1]), Labels("dx"), want)
    assert (verdict.ok, verdict.measured, verdict.message) == (False, 2, "dx differs in 2 of 3 labels.")


@pytest.mark.parametrize(("figure", "ok"), [(0.019, True), (0.02, False), (float("nan"), False), (float("inf"), False)])
def test_below_is_strict_and_rejects_nan(figure, ok):
    """The measured figure, not the student's, decides."""
    expectation = Below("loss", 0.02, "loss", ("dx",), lambda got, inputs: figure)
    assert judge(WANT["dx"], expectation).ok is ok


def test_below_passes_the_gate_first():
    """What cannot be measured is refused before the measurement."""
    expectation = Below("loss", 0.02, "loss", ("dx",), lambda got, inputs: 0.0)
    assert judge(np.full((2, 3), np.nan), expectation).message.startswith("dx has 6 of 6 values")


def test_an_expectation_for_some_cases_says_nothing_of_others():
    """Neither right nor wrong where its condition does not hold."""
    wrong = {"dx": WANT["dx"] + 1}
    expectation = OnlyIf(lambda inputs: inputs["few"] > 0, matches("dx"))
    assert not expectation.judge(wrong, WANT, {"few": np.array(1)}, True).ok
    assert expectation.judge(wrong, WANT, {"few": np.array(0)}, True) is None


def test_a_changed_argument_is_a_note_and_no_verdict():
    """Same values: nothing is said."""
    remark = unchanged("dx", "dout")
    assert remark.judge(WANT, WANT, {"dout": WANT["dx"]}, True) is None
    assert isinstance(remark.judge(WANT, WANT, {"dout": WANT["dx"] + 1}, True), Note)


def test_remarks_and_curves_ignore_what_is_no_array():
    """They carry no marks, so they refuse nothing."""
    odd = {"dx": NotAnArray("None")}
    assert NoteAbout("dx", lambda value, inputs: Note("a", "b")).judge(odd, WANT, {}, True) is None
    assert ShowCurve("dx", 0.02).judge(odd, WANT, {}, True) is None
    curve = ShowCurve("dx", 0.02).judge({"dx": np.array([2.0, 1.0])}, {"dx": np.array([2.0])}, {}, True)
    assert curve == Curve("dx", (2.0, 1.0), (2.0,), 0.02)


def test_the_heatmap_is_small_and_marks_the_worst_place():
    """At most 32 x 32 tiles; 0 where all is right, 9 at the largest error."""
    errors = np.zeros((4, 50, 100))
    errors[2, 10, 70] = 1e-3
    rows = heat(errors)
    assert (len(rows), len(rows[0])) == (32, 32)
    assert "".join(rows).count("9") == 1
    assert set("".join(rows)) == {"0", "9"}


BOTH = {"loss": np.array(3.0), "half_loss": np.array(2.0), "W1": np.array([4.0, 5.0]), "half_W1": np.array([2.0, 2.5])}


@pytest.mark.parametrize(
    ("loss", "half_loss", "gradient", "ok"),
    [
        (3.0, 2.0, "W1", True),
        (2.0, 1.5, "half_W1", True),
        (3.0, 2.0, "half_W1", False),
        (2.0, 1.5, "W1", False),
        (3.0 + 2e-7, 2.0 + 2e-7, "half_W1", False),
        (2.0 + 2e-7, 1.5, "W1", False),
        (7.0, 6.0, "half_W1", False),
        (2.7, 2.7, "W1", True),
        (2.7, 2.7, "half_W1", True),
        (np.nan, 2.0, "half_W1", True),
    ],
)
def test_a_gradient_belongs_to_the_loss_in_either_convention(loss, half_loss, gradient, ok):
    """Whatever else is wrong with the loss; one without regularisation chooses nothing, and costs them nothing."""
    got = {"loss": np.array(loss), "half_loss": np.array(half_loss), "W1": BOTH[gradient]}
    assert Either(matches("W1"), REGULARISATION).judge(got, BOTH, {}, True).ok is ok


def test_gradients_of_a_loss_without_regularisation_share_one_convention():
    """It is not one for each weight."""
    want = {**BOTH, "W2": np.array([8.0]), "half_W2": np.array([4.0])}
    got = {"loss": np.array(2.7), "half_loss": np.array(2.7), "W1": BOTH["W1"], "W2": want["half_W2"]}
    said = [Either(matches(name), REGULARISATION).judge(got, want, {}, True).ok for name in ("W1", "W2")]
    assert said.count(True) == 1


def test_of_a_loss_in_neither_convention_the_nearer_one_is_told():
    """The measured error is the smaller one."""
    verdict = Either(Within("loss", 1e-12), REGULARISATION).judge({"loss": np.array(2.1)}, BOTH, {}, True)
    assert not verdict.ok
    assert verdict.measured == pytest.approx(0.1)


@pytest.mark.parametrize("kind", [np.float64, np.float32, ">f8"])
def test_a_measure_changes_nothing_that_came_back(kind):
    """It gets a copy, in the layout that came back, whatever the type."""

    def measure(got, inputs):
        assert got["dx"].flags.f_contiguous
        got["dx"][:] = 0
        return 0.0

    value = np.asfortranarray(WANT["dx"].astype(kind))
    assert judge(value, Below("loss", 0.02, "loss", ("dx",), measure)).ok
    assert np.array_equal(value, WANT["dx"])
