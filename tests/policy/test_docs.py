"""docs/policy.md: its example can be read and does what it says, and every key is in it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from grader.people import Attempt, Person
from grader.policy import parse_policy, reading
from tests.policy.made import graded

TEXT = (Path(__file__).parents[2] / "docs/policy.md").read_text("utf-8")
(EXAMPLE,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_is_a_policy():
    """Two days and an hour late, one late day left of four: two started days at 10 % of what counts."""
    policy = parse_policy(EXAMPLE)
    attempt = Attempt("7", 1, "2026-03-08T00:59:00+01:00")
    made = policy.mark(Person("40023", "Ada"), attempt, graded(30))
    assert (made.raw, made.max_score) == (20, 20)  # pooling, with 10 of 14, is the lowest part
    assert made.score == 16
    assert made.adjustments[-1].sentence.endswith(
        "1 late day used of 1, then 2 started days at 10 % of the maximum, so 4 points deducted."
    )
    own = policy.deadline_of(Person("1", email="Ada@example.org", section="B", group="team 7"))
    assert policy.deadline is not None
    assert own == policy.deadline + timedelta(days=2)


def test_every_key_is_in_the_example(monkeypatch):
    """What the file may say and what is documented are one."""
    asked = set()
    whole = reading._Table.get

    def get(self, key):
        asked.add(key)
        return whole(self, key)

    monkeypatch.setattr(reading._Table, "get", get)
    parse_policy(EXAMPLE)
    assert {"deadline", "drop_lowest", "per_hour", "sections", "ties"} <= asked
    assert [key for key in asked if not re.search(rf"\b{key}\b", EXAMPLE)] == []
