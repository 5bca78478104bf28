"""What holds of every policy, person, attempt and score."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.gradebook import Mark, Row
from grader.policy import Policy
from tests.policy.made import ADA, after, apply, graded, policy

AMOUNTS = st.one_of(
    st.integers(0, 40).map(str),
    st.decimals(0, 100, places=1).map(lambda share: f'"{share}% of max"'),
    st.decimals(0, 100, places=1).map(lambda share: f'"{share} % of score"'),
)
UNMARKED = Mark(None, None, None)
SCORES = st.integers(0, 3400).map(lambda cents: cents / 100)
LATE = st.timedeltas(timedelta(days=-3), timedelta(days=20))


@st.composite
def policies(draw: st.DrawFn, *, rounding: bool = True) -> Policy:
    """Any policy, by its text."""
    lines = [
        f"late_days = {draw(st.integers(0, 5))}",
        f'grace = "{draw(st.integers(0, 120))} minutes"',
        f'attempts = "{draw(st.sampled_from(["latest", "best", "first"]))}"',
        f"drop_lowest = {draw(st.integers(0, 2))}",
    ]
    if draw(st.booleans()):
        lines.append('drop = ["conv/backward"]')
    if draw(st.booleans()):
        lines.append(f"late_deduction = {draw(AMOUNTS)}")
    lines.append("[deduction]")
    if draw(st.booleans()):
        lines.append(f"{draw(st.sampled_from(['per_day', 'per_hour']))} = {draw(AMOUNTS)}")
        lines.append(f'count = "{draw(st.sampled_from(["started", "full"]))}"')
        if draw(st.booleans()):
            lines.append(f"cap = {draw(AMOUNTS)}")
    if draw(st.booleans()):
        lines.append(f'nothing_after = "{draw(st.integers(0, 14))} days"')
    if rounding and draw(st.booleans()):
        lines.append(f'[rounding]\ndecimals = {draw(st.integers(0, 2))}\nties = "half-even"')
    if draw(st.booleans()):
        lines.append(f'[extensions.people]\nada = "{draw(st.integers(0, 9))} days"')
    return policy("\n".join(lines))


def points(made: Mark) -> float:
    assert made.score is not None
    return made.score


@settings(max_examples=150, deadline=None)
@given(policies(), SCORES, LATE | st.none(), st.none() | st.booleans())
def test_a_mark_lies_between_0_and_the_raw_score_and_its_sentences_add_up(rule, score, late, flag):
    """Rounding alone may lift it, by half of its last place, and never above the maximum."""
    made = rule.mark(ADA, after(late, flag), graded(score))
    assert made.raw is not None and made.max_score is not None
    step = 10**-rule.rounding.decimals if rule.rounding else 0
    assert 0 <= points(made) <= min(made.raw + step / 2, made.max_score) + 1e-9
    assert abs(made.raw + sum(one.points for one in made.adjustments) - points(made)) < 1e-6
    assert all(one.sentence.endswith(".") for one in made.adjustments)


@settings(max_examples=150, deadline=None)
@given(policies(), SCORES, LATE, LATE)
def test_later_is_never_better(rule, score, one, other):
    """Whatever the deductions, caps and late days."""
    early, late = (points(rule.mark(ADA, after(when), graded(score))) for when in sorted((one, other)))
    assert late <= early


@settings(max_examples=150, deadline=None)
@given(policies(), SCORES, LATE | st.none())
def test_the_same_gives_the_same_and_twice_is_once(rule, score, late):
    """A policy looks at the result, never at the mark that it made before."""
    row = Row(ADA, after(late), graded(score), UNMARKED)
    once = apply(rule, row)
    assert apply(rule, once) == once == apply(rule, row)


@settings(max_examples=150, deadline=None)
@given(policies(rounding=False), st.lists(st.tuples(SCORES, LATE), min_size=1, max_size=5))
def test_the_best_attempt_is_at_least_as_good_as_each(rule, handed_in):
    """After deductions."""
    pairs = [(after(late, number=k), graded(score)) for k, (score, late) in enumerate(handed_in)]
    marks = [points(rule.mark(ADA, *pair)) for pair in pairs]
    chosen = rule.counting(ADA, pairs)
    if rule.attempts == "best":
        assert marks[chosen] == max(marks)
        assert marks[chosen] not in marks[chosen + 1 :]
