"""What the pages say of people, attempts and marks."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from grader.exporters import html
from grader.gradebook import Adjustment, Mark, Row
from grader.people import Attempt, Person
from grader.policy import Policy
from tests.exporters import samples
from tests.exporters.test_class_page import table
from tests.exporters.test_hostile_text import elements
from tests.exporters.test_html import HOSTILE, facts, without_own_script, words
from tests.policy.made import ADA, BEN, after, graded, policy
from tests.results import result

RULE = policy('late_days = 1\n[deduction]\nper_day = "10% of max"')
DAY = timedelta(days=1)


def row(person: Person, attempt: Attempt | None, *, rule: Policy = RULE, others: tuple[Attempt, ...] = ()) -> Row:
    given = graded(30) if attempt else result(person.key, None, reason="Nothing was handed in.")
    marked = rule.mark(person, attempt, given, max_score=34)
    return Row(person, attempt, given, marked, (*others, attempt) if attempt else others)


def test_a_report_says_who_when_and_why():
    """The name, the key beside it, the attempt that counts and the others, raw score and final one, each deduction."""
    late = row(ADA, after(2 * DAY, number=2), others=(after(-DAY),))
    page = html.report(late)
    text = words(page)
    assert "<h1><bdi>Ada Lovelace</bdi></h1>" in page
    assert "26.6 / 34 points Raw score 30 / 34; 3.4 points deducted. Handed in 2 days after the deadline" in text
    assert "1 late day used of 1, then 1 started day at 10 % of the maximum, so 3.4 points deducted." in text
    known = facts(page)
    assert (known["Student"], known["Handed in"]) == ("1234", "7 March 2026, 23:59 UTC+1, late")
    assert (known["What counts"], known["Other attempts"]) == ("attempt 2 of 2", "1 (4 March 2026, 23:59 UTC+1)")
    assert "<title>Ada Lovelace · layers · 26.6 / 34</title>" in page


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (row(ADA, None), "Not graded Nothing was handed in."),
        (
            row(ADA, None, rule=policy("missing = 0")),
            "0 / 34 points Nothing was handed in by 5 March 2026, 23:59 UTC+1: 0",
        ),
        (row(ADA, after(DAY), rule=policy('excused = ["ada"]')), "Excused Excused: no mark is asked for."),
    ],
)
def test_who_has_no_mark_or_none_for_work_is_told_why(one, said):
    """Not graded is not 0, and excused is neither."""
    assert f"Ada Lovelace {said}" in words(html.report(one))


def test_the_class_page_shows_the_score_that_counts():
    """With the raw one, lateness, and a table of what the policy said; nobody else is in that."""
    page = html.index([row(BEN, after(-DAY)), row(ADA, after(2 * DAY))], title="Class")
    first, second = table(page, "matrix")[1:]
    assert [first[0], first[1], first[2]] == ["Ada Lovelace 1234 · A · Team 1", "26.6 / 34 raw 30", "late"]
    assert [second[0], second[1], second[2]] == ["Ben Okri 99 · B", "30 / 34", "in time"]
    (why,) = table(page, "policy")[1:]
    assert why[:3] == ["Ada Lovelace", "30", "26.6"]
    assert why[3].strip().startswith("Handed in 2 days after the deadline")
    assert '<option value="late">handed in late (1)</option>' in page
    assert '<option value="deducted">points deducted (1)</option>' in page
    assert 'href="1234/report.html"' in page


def test_without_people_and_policy_the_class_page_is_as_before():
    """No column, table or filter that says nothing."""
    page = html.index(samples.classroom()[:3], title="Class")
    assert not re.search(r"Handed in|Deductions|handed in late|points deducted|>raw ", page)


def test_members_of_a_group_are_two_rows_of_one_result():
    """Each with a link to a report of their own."""
    page = html.index([row(ADA, after(-DAY)), row(BEN, after(-DAY))], title="Class")
    assert [cells[1] for cells in table(page, "matrix")[1:]] == ["30 / 34", "30 / 34"]
    assert {"1234/report.html", "99/report.html"} <= set(re.findall(r'href="([^"#]+)"', page))


def test_who_handed_in_nothing_needs_attention_and_who_is_excused_does_not():
    """Neither is in the distribution of scores."""
    excused = row(BEN, after(DAY), rule=policy('excused = ["ben"]'))
    page = html.index([row(ADA, None), excused, row(Person("7", "Cy"), after(-DAY))], title="Class")
    (absent,) = table(page, "attention")[1:]
    assert absent[0] == "Ada Lovelace"
    assert absent[1].strip() == "Nothing handed in. No upload is theirs."
    text = words(page)
    assert "Submissions 3 Graded 1 Not graded 1 Excused 1" in text
    assert "the 1 not graded and the 1 excused are not counted" in text


def test_a_time_that_is_none_is_shown_as_it_is():
    """And one without offset without."""
    for when, shown in (("yesterday", "yesterday"), ("2026-03-05T10:00:00", "5 March 2026, 10:00")):
        one = dataclasses.replace(row(ADA, after(-DAY)), attempt=Attempt(submitted_at=when))
        assert facts(html.report(one))["Handed in"].startswith(shown)


def test_hostile_names_and_sentences_are_text_on_every_page():
    """Whoever chose them: the platform's fields and a person's reasons are no more trusted than a notebook."""
    person = Person(*[HOSTILE] * 8)
    mark = Mark(3, 2, 3, (Adjustment("override", -1, HOSTILE),))
    bad = Row(
        person, Attempt(HOSTILE, 2, HOSTILE), result(HOSTILE, 3.0), mark, (Attempt("1", 1, HOSTILE), Attempt("2", 2))
    )
    for page in (html.report(bad), html.index([bad], title="Class")):
        assert "<script" not in without_own_script(page)
        assert "<img src=x" not in page
        assert not re.search(r"[\x00\x1b\u202e\ud800]", page)


def test_tables_of_a_gradebook_have_captions_and_every_head_a_scope():
    """A row is announced with its student, a cell with its column; nothing asks anybody for anything."""
    page = html.index(samples.gradebook(samples.classroom()), title="Class")
    assert page.count("<table") == page.count("<caption>") == page.count("</table>")
    heads = [dict(attributes) for tag, attributes in elements(page) if tag == "th"]
    assert {head.get("scope") for head in heads} == {"col", "row"}
    assert not re.search(r"https?:|<link|@import|url\(|javascript:", without_own_script(page))
