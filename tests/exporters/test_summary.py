"""The summary of a job in Markdown: within GitHub's limit, and students' text stays text."""

from __future__ import annotations

import dataclasses
import re

import pytest

from grader.exporters import fragment, lines, summary
from grader.model import ErrorInfo, Finding, Note, Status
from tests.exporters.test_hostile_text import NAMES
from tests.results import failed_check, result

TRICKS = [*NAMES, "![x](https://evil/p.png)", "</pre><img src=x>", "| a | b |", "`code`", "# heading", "www.evil.com x"]


def with_text(text, count=1):
    error = ErrorInfo(text, text, cell=2, line=1, file=text, source=text.replace("\n", " "), column=1)
    findings = tuple(Finding(text, None, 1.0, False, text) for _ in range(30))
    check = dataclasses.replace(failed_check(), status=Status.CRASHED, error=error, findings=findings, diagnosis=())
    checks = tuple(
        dataclasses.replace(check, slug=f"c{n}", error=dataclasses.replace(error, line=n)) for n in range(count)
    )
    whole = result()
    part = dataclasses.replace(whole.parts[0], checks=checks)
    return dataclasses.replace(whole, student=text, parts=(part,), notes=(Note("x", text),))


@pytest.mark.parametrize("text", TRICKS)
def test_text_of_students_makes_no_markdown_and_no_tag(text):
    """Every sign that could is written as what it stands for."""
    shown = summary.summary(with_text(text))
    assert set(re.findall(r"<(/?\w+)", shown)) <= {"pre", "/pre"}
    outside = re.sub(r"<pre>.*?</pre>", "", shown, flags=re.DOTALL)
    assert not re.search(r"!\[|\]\(|`|https?://|www\.\w", outside)
    assert all(row.count("|") == 5 for row in outside.splitlines() if row.startswith("|"))
    assert [row for row in outside.splitlines() if row.startswith("#")] == [
        row for row in outside.splitlines() if re.match(r"#{2,4} ", row)
    ]


def test_a_summary_stays_below_the_limit_and_keeps_every_check():
    """A larger one would be dropped whole: detail goes first, and where no room is at all, there is none."""
    whole = with_text("an error that is very long " * 40, count=60)
    full = summary.summary(whole)
    small = summary.summary(whole, limit=60_000)
    assert len(small.encode()) <= 60_000 < len(full.encode()) <= 1024 * 1000
    for text in (full, small):
        assert all(f"/c{n} |" in text for n in range(60))
    assert summary.summary(whole, limit=0) == ""


def test_what_a_cause_costs_is_said_as_one_says_it():
    """One point, and no points where there are none to be lost."""
    whole = result()
    for points, said in ((1.0, "Costs 1 point in "), (0.0, "Costs no points: ")):
        check = dataclasses.replace(failed_check(), points=0.0, max_points=points)
        part = dataclasses.replace(whole.parts[0], checks=(check,))
        assert said in summary.summary(dataclasses.replace(whole, parts=(part,)))


@pytest.mark.parametrize("text", TRICKS)
def test_the_piece_for_notebooks_says_what_the_command_says(text):
    """Line for line; students' text is no tag in it."""
    whole = with_text(text)
    page = fragment.html(whole)
    assert set(re.findall(r"<(/?\w+)", page)) <= {"div", "/div", "style", "/style", "span", "/span"}
    rows = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    said = [" ".join(_unescaped(re.sub(r"<[^>]*>", "", row)).split()) for row in rows.split("<div")]
    for line in lines.lines(whole):
        assert " ".join(line.text.split()) in said


def _unescaped(text):
    from html import unescape

    return unescape(text[text.find(">") + 1 :] if not text.startswith("<") else text)
