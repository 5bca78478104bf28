"""The mark that a policy makes of a raw score, and the sentences that say why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.gradebook import Mark, Row
from grader.model import Status
from grader.people import Attempt
from grader.policy import Policy, parse_policy
from tests.policy.made import ADA, BEN, DEADLINE, after, apply, check, graded, mark, policy
from tests.results import result

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TENTH = '[deduction]\nper_day = "10% of max"\n'
THERE = "the deadline (5 March 2026, 23:59 UTC+1)"


@pytest.mark.parametrize(
    ("text", "late", "score", "sentence"),
    [
        ("", DAY, 30, f"Handed in 1 day after {THERE}: nothing deducted."),
        (
            'grace = "15 min"\n' + TENTH,
            timedelta(minutes=15),
            30,
            f"Handed in 15 minutes after {THERE}, within the grace of 15 minutes: nothing deducted.",
        ),
        (
            'grace = "15 min"\n' + TENTH,
            timedelta(minutes=15, seconds=1),
            26.6,
            f"Handed in 15 minutes after {THERE}: 1 started day at 10 % of the maximum, so 3.4 points deducted.",
        ),
        (
            "late_days = 4\n" + TENTH,
            DAY + 3 * HOUR,
            30,
            f"Handed in 1 day and 3 hours after {THERE}: 2 late days used of 4, nothing deducted.",
        ),
        (
            "late_days = 1\n" + TENTH,
            DAY + 3 * HOUR,
            26.6,
            f"Handed in 1 day and 3 hours after {THERE}: 1 late day used of 1, then 1 started day at 10 % of the "
            "maximum, so 3.4 points deducted.",
        ),
        (
            '[deduction]\nper_day = 2\ncount = "full"',
            DAY + 3 * HOUR,
            28,
            f"Handed in 1 day and 3 hours after {THERE}: 1 full day at 2 points, so 2 points deducted.",
        ),
        (
            '[deduction]\nper_day = 2\ncount = "full"',
            3 * HOUR,
            30,
            f"Handed in 3 hours after {THERE}: no full day, nothing deducted.",
        ),
        (
            '[deduction]\nper_hour = "1% of score"',
            timedelta(minutes=61),
            29.4,
            f"Handed in 1 hour and 1 minute after {THERE}: 2 started hours at 1 % of the score, so 0.6 points "
            "deducted.",
        ),
        (
            TENTH + 'cap = "25% of max"',
            4 * DAY,
            21.5,
            f"Handed in 4 days after {THERE}: 4 started days at 10 % of the maximum, but at most 25 % of the maximum, "
            "so 8.5 points deducted.",
        ),
        (
            TENTH,
            11 * DAY,
            0,
            f"Handed in 11 days after {THERE}: 11 started days at 10 % of the maximum, more than there is, so 30 "
            "points deducted.",
        ),
        (
            'late_days = 9\n[deduction]\nnothing_after = "7 days"',
            8 * DAY,
            0,
            f"Handed in 8 days after {THERE}: nothing counts after 7 days, so 30 points deducted.",
        ),
        (
            'late_deduction = "5% of max"',
            timedelta(seconds=40),
            28.3,
            f"Handed in 40 seconds after {THERE}: 5 % of the maximum for being late, so 1.7 points deducted.",
        ),
        (
            '[extensions.people]\nada = "2 days"\n' + TENTH,
            2 * DAY + HOUR,
            26.6,
            "Handed in 1 hour after the extended deadline (7 March 2026, 23:59 UTC+1): 1 started day at 10 % of the "
            "maximum, so 3.4 points deducted.",
        ),
        (
            '[extensions.sections]\nA = "2 days"\n' + TENTH,
            DAY,
            30,
            "Handed in 1 day after the deadline of the class (5 March 2026, 23:59 UTC+1), and in time by the "
            "extension to 7 March 2026, 23:59 UTC+1.",
        ),
    ],
)
def test_lateness_costs_what_the_policy_says_and_the_sentence_says_why(text, late, score, sentence):
    """Days and hours, started and full, grace, late days, caps, extensions: one sentence a student can check."""
    made = mark(text, late)
    assert (made.raw, made.score, made.max_score) == (30, score, 34)
    assert [one.sentence for one in made.adjustments] == [sentence]
    assert made.raw + sum(one.points for one in made.adjustments) == pytest.approx(made.score)
    assert made.late is ("within the grace" not in sentence and "in time" not in sentence)


def test_who_is_in_time_is_told_nothing():
    """To the second."""
    assert mark(TENTH, timedelta()) == Mark(30, 30, 34, late=False)
    assert mark(TENTH, -DAY, flag=False) == Mark(30, 30, 34, late=False)


@pytest.mark.parametrize(
    ("text", "flag", "score", "sentence"),
    [
        (TENTH, True, 30, "Late, as the platform says, but how late is unknown: nothing deducted."),
        ("late_deduction = 2\n" + TENTH, True, 28, "Late, as the platform says: 2 points deducted."),
        (TENTH, False, 30, None),
        (
            TENTH,
            None,
            30,
            "The deadline was 5 March 2026, 23:59 UTC+1; when this was handed in is unknown, so whether it was late is "
            "too: nothing deducted.",
        ),
        (
            'late_deduction = 2\n[extensions.people]\n1234 = "1 day"',
            True,
            30,
            "Late, as the platform says, but whether the extension covers it is unknown: nothing deducted.",
        ),
    ],
)
def test_no_guess_is_deducted(text, flag, score, sentence):
    """Where nobody knows when it was handed in, that is said; only a flat deduction follows the platform."""
    made = mark(text, None, flag=flag)
    assert (made.score, made.late) == (score, None)
    assert [one.sentence for one in made.adjustments] == ([sentence] if sentence else [])


def test_a_time_without_offset_is_the_policy_s_zone_or_unknown():
    """Blackboard says no offset."""
    attempt = Attempt("1", 1, "2026-03-06T12:00:00")
    zone = parse_policy('deadline = "2026-03-05T23:59"\ntimezone = "Europe/Berlin"\n' + TENTH)
    assert zone.mark(ADA, attempt, graded()).score == 26.6
    assert policy(TENTH).mark(ADA, attempt, graded()).score == 30


def test_a_day_is_as_long_as_time_passes():
    """When the clocks go back, 23:59 to 23:59 is 25 hours."""
    rule = parse_policy('deadline = "2026-10-24T23:59"\ntimezone = "Europe/Berlin"\n[deduction]\nper_hour = 1')
    made = rule.mark(ADA, Attempt("1", 1, "2026-10-25T23:59:00"), graded())
    assert (made.score, "25 started hours" in made.adjustments[0].sentence) == (5, True)


def test_the_platform_may_call_late_what_is_not():
    """Its own deadline can be another one; which counts is said."""
    made = mark(TENTH, -HOUR, flag=True)
    (said,) = made.adjustments
    assert (made.score, said.code, made.late) == (30, "in-time", False)
    assert said.sentence.startswith("Late to the platform, and in time by the deadline here")


def test_not_graded_is_not_zero():
    """What is not graded, and nothing handed in, have no mark, unless the policy says that the latter is 0."""
    ungraded = result("ada", None)
    assert policy("missing = 0").mark(ADA, after(9 * DAY), ungraded) == Mark(None, None, None)
    assert policy("").mark(ADA, None, ungraded).score is None
    made = policy("missing = 0").mark(ADA, None, ungraded, max_score=34)
    assert (made.score, made.max_score) == (0, 34)
    assert made.adjustments[0].sentence == "Nothing was handed in by 5 March 2026, 23:59 UTC+1: 0 points."


def test_nobody_misses_a_deadline_that_is_to_come():
    """Who has an extension to next week is not 0 today."""
    rule = policy('missing = 0\n[extensions.people]\nada = "7 days"')
    today = DEADLINE.astimezone(UTC) + DAY
    assert rule.mark(ADA, None, result("ada", None), now=today).score is None
    assert rule.mark(BEN, None, result("ben", None), now=today).score == 0
    assert rule.mark(ADA, None, result("ada", None), now=today + 7 * DAY).score == 0


def test_excused_people_have_no_mark_and_no_deduction():
    """By any of their names."""
    for name in ("1234", "ada", "ADA@example.org", "s-77"):
        rule = policy(f'excused = ["{name}"]\n' + TENTH)
        row = apply(rule, Row(ADA, after(DAY), graded(), Mark(30, 30, 34)))
        assert (row.mark.score, row.excused, row.reason) == (None, True, "Excused: no mark is asked for.")
        assert rule.mark(BEN, after(DAY), graded()).score == 26.6


@pytest.mark.parametrize(
    ("text", "raw", "top", "left_out"),
    [
        ('drop = ["conv/backward"]', 24, 26, ["Not counted: Convolution – Backward pass (6 of 8 points)."]),
        ('drop = ["conv"]', 12, 14, ["Not counted: Convolution (18 of 20 points)."]),
        ("drop_lowest = 1", 18, 20, ["Not counted: Pooling (12 of 14 points)."]),
        ("drop_lowest = 5", 18, 20, ["Not counted: Pooling (12 of 14 points)."]),
        ('drop = ["conv/backward"]\ndrop_lowest = 1', 12, 12, None),
    ],
)
def test_what_is_dropped_is_in_no_score_and_no_maximum(text, raw, top, left_out):
    """Checks and parts by name, and the parts with the smallest share; one part is always left."""
    first, second = graded(30).parts
    first = first.__class__("conv", "Convolution", 18, 20, (check("forward", 12, 12), check("backward", 6, 8)))
    second = second.__class__("pool", "Pooling", 12, 14, (check("all", 12, 14),))
    made = policy(text).mark(ADA, after(timedelta()), graded(30, parts=(first, second)))
    assert (made.raw, made.score, made.max_score, made.deducted) == (raw, raw, top, 0)
    if left_out is not None:
        assert [one.sentence for one in made.adjustments] == left_out


def test_skipped_checks_are_not_dropped_twice():
    """They are in no score before."""
    skipped = check("backward", 0, 8).__class__("backward", "Backward.", Status.SKIPPED, 0, 8, 0.0)
    part = graded().parts[0].__class__("conv", "Convolution", 12, 12, (check("forward", 12, 12), skipped))
    made = policy('drop = ["conv/backward"]').mark(ADA, after(timedelta()), graded(12, 12, parts=(part,)))
    assert (made.raw, made.max_score) == (12, 12)


@pytest.mark.parametrize(
    ("raw", "decimals", "ties", "score"),
    [
        (2.5, 0, "half-up", 3),
        (2.5, 0, "half-even", 2),
        (1.25, 1, "half-up", 1.3),
        (1.25, 1, "half-even", 1.2),
        (33.5, 0, "half-up", 33.5),
    ],
)
def test_marks_are_rounded_as_people_do_and_never_above_the_maximum(raw, decimals, ties, score):
    """The halves are those that are written, not those of binary fractions."""
    made = policy(f'[rounding]\ndecimals = {decimals}\nties = "{ties}"').mark(
        ADA, after(timedelta()), graded(raw, 33.5)
    )
    assert made.score == score
    assert bool(made.adjustments) == (score != raw)


@pytest.mark.parametrize(("attempts", "chosen"), [("latest", 2), ("first", 0), ("best", 1)])
def test_which_attempt_counts(attempts, chosen):
    """The best one after deductions: an earlier one in time beats a later, better and late one."""
    rule = policy(f'attempts = "{attempts}"\n[deduction]\nper_day = 5')
    pairs = [(after(-2 * DAY), graded(28)), (after(-DAY), graded(30)), (after(DAY), graded(33))]
    assert rule.counting(ADA, pairs) == chosen


def test_of_equally_good_attempts_the_later_counts_and_a_score_beats_none():
    """Even 0."""
    rule = policy('attempts = "best"')
    assert rule.counting(ADA, [(after(-DAY), graded(30)), (after(-HOUR), graded(30))]) == 1
    assert rule.counting(ADA, [(after(-DAY), graded(0)), (after(-HOUR), result("ada", None))]) == 0


def test_the_most_generous_extension_counts():
    """Of a person's, their section's and their group's."""
    rule = policy(
        '[extensions.people]\nada = "1 day"\n[extensions.sections]\na = 2026-03-09T12:00:00Z\n'
        '[extensions.groups]\n"team 1" = "36 hours"'
    )
    assert rule.deadline_of(ADA) == datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert rule.deadline_of(BEN) == DEADLINE


def test_some_have_other_late_days():
    """What is left to them of earlier assignments."""
    rule = policy("late_days = 4\n[late_days_left]\nada = 0\n" + TENTH)
    assert rule.mark(ADA, after(DAY), graded()).score == 26.6
    assert rule.mark(BEN, after(DAY), graded()).score == 30


def test_no_rules_change_nothing():
    """Also of what was handed in at an unknown time."""
    for attempt in (after(DAY), after(None), Attempt(late=True)):
        assert Policy().mark(ADA, attempt, graded()) == Mark(30, 30, 34)
    assert Policy().counting(ADA, [(after(-DAY), graded(30)), (after(DAY), graded(20))]) == 1
