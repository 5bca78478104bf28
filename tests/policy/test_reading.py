"""policy.toml: what it may say, and what is refused with the key and what was meant."""

from __future__ import annotations

import pytest

from grader.errors import Refused
from grader.policy import find_policy, parse_policy, read_policy
from tests.policy.made import ADA, BEN, graded, policy

MET = "deadline = 2026-03-05T23:59:00+01:00\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('grase = "1 h"', 'grase is no key of a policy; did you mean "grace"?'),
        (MET + "[deduction]\nper_dya = 1", '[deduction] per_dya is no key of a policy; did you mean "per_day"?'),
        ("zzz = 1", "zzz is no key of a policy; known here are timezone, deadline, grace,"),
        ("deadline = 2026-03-05T23:59:00", "deadline is 2026-03-05T23:59:00, which has no offset; write "),
        ('deadline = "2026-03-05"', "deadline is 2026-03-05, which has no time of day; write 2026-03-05T23:59:00 with"),
        ('deadline = "tomorrow"', "deadline is 'tomorrow'; it takes a time such as 2026-03-05T23:59:00+01:00."),
        ("deadline = 5", "deadline is 5; it takes a time such as"),
        (
            'timezone = "Europe/Berln"',
            "timezone is 'Europe/Berln'; it takes a name such as Europe/Berlin; did you mean",
        ),
        (MET + "grace = 15", 'grace is 15; it takes a time such as "15 minutes"'),
        (MET + 'grace = "15 minutes or so"', "grace is '15 minutes or so'; it takes"),
        (MET + "late_days = 1.5", "late_days is 1.5; it takes a whole number from 0 to 1000."),
        (MET + "late_days = true", "late_days is True; it takes a whole number"),
        (
            MET + '[deduction]\nper_day = "10%"',
            "[deduction] per_day is '10%'; it takes points such as 2, \"10% of max\"",
        ),
        (MET + "[deduction]\nper_day = -1", "[deduction] per_day is -1; it takes points"),
        (MET + "[deduction]\nper_day = nan", "[deduction] per_day is nan; it takes points"),
        (MET + '[deduction]\nper_day = "110% of max"', "[deduction] per_day is '110% of max'; it takes"),
        (MET + "[deduction]\nper_day = 1\nper_hour = 1", "[deduction] per_day and per_hour are both there; take one."),
        (MET + '[deduction]\ncount = "full"', "[deduction] count needs per_day or per_hour."),
        (MET + "deduction = 3", "deduction is 3; it is a table, [deduction]."),
        ('attempts = "bst"', 'attempts is \'bst\'; it takes "latest", "best" or "first"; did you mean "best"?'),
        ("missing = 1", "missing is 1; it takes 0, or is left out for no mark."),
        ("missing = false", "missing is False; it takes 0"),
        ("drop = [1]", 'drop is [1]; it takes a list of texts, such as ["a", "b"].'),
        ('excused = "ada"', "excused is 'ada'; it takes a list of texts"),
        ("[rounding]\ndecimals = 3", "[rounding] decimals is 3; it takes 0, 1 or 2."),
        ("late_days = 2", "late_days needs a deadline; add one, such as"),
        (MET + "[extensions.poeple]\nada = 1", '[extensions] poeple is no key of a policy; did you mean "people"?'),
        (MET + '[extensions.people]\nada = "soon"', "[extensions.people] ada is 'soon'; it takes a time such as"),
        (
            MET + "[extensions.people]\nada = 2026-03-01T12:00:00Z",
            "[extensions.people] ada is 1 March 2026, 12:00 UTC, before the deadline (5 March 2026, 23:59 UTC+1).",
        ),
        ("deadline = [", "is no TOML: "),
    ],
)
def test_what_is_not_understood_is_refused(text, said):
    """With the file, the key and the nearest known one; nothing is guessed or passed over."""
    with pytest.raises(Refused) as refused:
        parse_policy(text, "course/policy.toml")
    assert said in str(refused.value)
    assert str(refused.value).startswith("course/policy.toml")
    assert str(refused.value).endswith((".", "?"))


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    """With its name."""
    with pytest.raises(Refused, match=r"policy\.toml cannot be read: No such file"):
        read_policy(tmp_path / "policy.toml")
    (tmp_path / "policy.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="it is no UTF-8"):
        read_policy(tmp_path / "policy.toml")


def test_a_policy_is_found_beside_the_class(tmp_path):
    """In the class's folder, else in the next one; of a zip beside it."""
    (tmp_path / "out").mkdir()
    (tmp_path / "class.zip").touch()
    assert find_policy([tmp_path / "class.zip", tmp_path / "out"]) is None
    (tmp_path / "out" / "policy.toml").touch()
    assert find_policy([tmp_path / "class.zip", tmp_path / "out"]) == tmp_path / "out" / "policy.toml"
    (tmp_path / "policy.toml").touch()
    assert find_policy([tmp_path / "class.zip", tmp_path / "out"]) == tmp_path / "policy.toml"


def test_the_same_moment_in_any_way_to_write_it():
    """As TOML's own, as text, in a named zone."""
    ways = [MET, 'deadline = "2026-03-05 23:59+01:00"', 'deadline = 2026-03-05T23:59:00\ntimezone = "Europe/Berlin"']
    assert len({parse_policy(way).deadline for way in ways}) == 1


def test_who_is_not_in_the_class_is_said_with_the_nearest_name():
    """Marks of others do not hang on a slip."""
    rule = policy(
        'excused = ["bne"]\ndrop = ["conv/backwrd"]\n[extensions.people]\n"ada@example.com" = "1 day"\n'
        '[extensions.sections]\nC = "1 day"\n[late_days_left]\nada = 2'
    )
    assert rule.remarks([ADA, BEN], [graded()]) == [
        'excused names "bne", who is not in the class; did you mean "ben"?',
        '[extensions.people] names "ada@example.com", who is not in the class; did you mean "ada@example.org"?',
        '[extensions.sections] names "C", where nobody is.',
        'drop names "conv/backwrd", which was not graded; did you mean "conv/backward"?',
    ]
    assert policy('excused = ["ben"]').remarks([ADA, BEN], [graded()]) == []


def test_a_name_of_two_people_is_refused():
    """The key of one is the login of the other."""
    twin = BEN.__class__("ada", "Ada Smith")
    with pytest.raises(Refused, match='excused names "ada", which is 1234 and ada; give the key of one'):
        policy('excused = ["ada"]').remarks([ADA, twin])
