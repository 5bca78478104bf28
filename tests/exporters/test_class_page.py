"""The class's page: who needs attention, how each check ended, what changed, and its one script."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser

import pytest

from grader.exporters import _attention, html
from grader.model import ErrorInfo, Note, Status
from tests.exporters import samples
from tests.exporters.test_hostile_text import NAMES, elements, named
from tests.exporters.test_html import with_check, words


class Tables(HTMLParser):
    """The tables of a page as rows of texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
        self._cell |= tag in ("td", "th")

    def handle_endtag(self, tag):
        self._cell &= tag not in ("td", "th")

    def handle_data(self, data):
        if self._cell:
            self.tables[-1][-1][-1] += data


def table(page: str, section: str) -> list[list[str]]:
    """The first table under the heading of that id."""
    return Tables(page[page.index(f'id="{section}"') :]).tables[0]


def violated(name: str):
    """A submission that broke a rule."""
    return with_check(
        {"status": Status.VIOLATED, "diagnosis": (), "error": ErrorInfo("Forbidden", "torch is not allowed here")},
        student=name,
    )


def test_who_needs_attention_comes_first_and_the_most_urgent_of_them():
    """Another assignment, not graded, rules broken, differences, nothing there: each with its reason and its report."""
    people = [
        samples.unwritten("ann"),
        samples.by_differences("bob"),
        violated("cy"),
        samples.not_graded("dan"),
        samples.another("eve"),
        dataclasses.replace(samples.another("abe"), status="not_graded", score=None, reason="It took too long."),
    ]
    page = html.index(people, title="Class")
    rows = table(page, "attention")[1:]
    assert [row[0] for row in rows] == ["abe", "eve", "dan", "cy", "bob", "ann"]
    starts = ["Another assignment. This looks like layers"] * 2 + [
        "Not graded. The zip holds no notebook",
        "Rule broken. gradients: torch is not allowed here",
        "By differences. Derivatives by differences: softmax_loss.",
        "Nothing to check. No check found what it calls",
    ]
    for row, start in zip(rows, starts, strict=True):
        assert row[1].strip().startswith(start)
    assert "Not graded. It took too long." in rows[0][1]
    for name in ("abe", "eve", "dan", "cy", "bob", "ann"):
        assert f'href="{name}/report.html"' in page[page.index('id="attention"') : page.index('id="matrix"')]
    assert page.index('id="attention"') < page.index('id="matrix"') < page.index('id="scores"')


def test_nobody_needs_attention():
    """Wrong answers are no reason, and without any there is no such section, column or filter."""
    page = html.index([with_check({})], title="Class")
    assert "attention" not in words(page).lower()
    assert 'value="attention"' not in page


def test_what_the_sandbox_denied_is_a_broken_rule_though_the_check_passed():
    """A check's note is enough."""
    tried = Note("sandbox", "The code tried to open a file; the sandbox denied it.")
    (found,) = _attention.attention([with_check({"status": Status.PASSED, "notes": (tried,), "findings": ()})])
    assert found.reasons == {_attention.BROKEN: tried.sentence}


def test_skipped_and_missing_together_is_nothing_to_check_and_skipped_alone_is_not():
    """What was not judged says nothing about what was handed in."""
    (pool,) = [part for part in samples.mixed().parts if part.slug == "pooling"]
    missing, skipped = pool.checks[1:3]

    def kinds(*checks):
        part = dataclasses.replace(pool, checks=checks)
        found = _attention.attention([dataclasses.replace(samples.mixed(), parts=(part,))])
        return [kind for one in found for kind in one.reasons]

    assert kinds(missing, skipped) == [_attention.NOTHING]
    assert kinds(skipped) == kinds() == []


def test_each_check_of_each_student_has_its_word():
    """A table a part, a row a student, a column a check; who was not judged has a dash."""
    page = html.index([samples.mixed(), samples.not_graded("Ann")], title="Class")
    tables = Tables(page[page.index('id="ends"') : page.index('id="scores"')]).tables
    assert len(tables) == 5
    assert tables[2] == [
        ["Student", *(check.title.removesuffix(".") for check in samples.pooling().checks)],
        ["Ann", "–", "–", "–", "–"],
        ["Zoë Müller-Okafor", "Timed out", "Missing", "Skipped", "Rule broken"],
    ]


@pytest.mark.parametrize("status", list(Status))
def test_the_end_of_a_check_has_a_sign_of_its_own(status):
    """Beside its word, and never the colour alone."""
    page = html.index([with_check({"status": status})], title="Class")
    assert f'<td class="{status.value}">{html.WORDS[status]}</td>' in page
    signs = dict(re.findall(r"\.ends \.(\w+)::before \{ content: \"(.)\"", page))
    assert signs.keys() == {each.value for each in Status}
    assert len(set(signs.values())) == len(Status)


def test_changes_are_a_column_and_a_filter():
    """Up, down, unchanged, and a dash for who was not graded in both runs; without a last run there is neither."""
    people = samples.classroom()[:4]
    names = [result.student for result in people]
    page = html.index(people, changes=dict(zip(names, (2.5, -1.0, 0.0), strict=False)), title="Class")
    assert [" ".join(row[2].split()) for row in table(page, "matrix")[1:]] == ["up 2.5", "down 1", "unchanged", "–"]
    assert re.findall(r'data-filters="([^"]*)"', page) == ["changed up", "attention broken changed down", "", ""]
    assert '<option value="changed">score changed (2)</option>' in page
    without = html.index(people, title="Class")
    assert "last run" not in words(without)


def test_the_policy_allows_the_pages_own_script_and_no_other():
    """By the hash of exactly what stands between its tags; nothing else may run, and reports have no script."""
    page = samples.sample_pages()["sample-index.html"]
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.S)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    report = html.report(samples.mixed())
    assert "<script" not in report
    assert "script-src" not in report
    assert "script" not in html.index([], title="Class").partition("<style>")[0]


def test_the_script_asks_nobody_and_makes_no_markup():
    """It has no way to the network, to storage, or from text to markup."""
    forbidden = r"fetch|XMLHttp|WebSocket|sendBeacon|import|innerHTML|outerHTML|insertAdjacent|document\.write|eval|"
    forbidden += r"Function|setTimeout|location|cookie|localStorage|</"
    assert not re.search(forbidden, html._script().text)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_script_reads_of_attributes_is_ours(name):
    """Classes and data are our words and numbers, whatever a student is called and whatever changed."""
    page = html.index([named(name), samples.not_graded(name + "2")], changes={name: 1.5}, title="Class")
    read = {
        (key, value)
        for tag, attributes in elements(page)
        if tag in ("tr", "td")
        for key, value in attributes
        if key not in ("style", "colspan")
    }
    assert {key for key, _ in read} == {"class", "data-filters", "data-value"}
    assert all(re.fullmatch(r"[a-z_ ]*|1\.5", value) for _, value in read)


def test_tables_have_captions_and_every_head_a_scope():
    """A row is announced with its student, a cell with its column."""
    page = html.index(samples.classroom(), changes={"Amara Adeyemi": 1.0}, title="Class")
    assert page.count("<table") == page.count("<caption>") == page.count("</table>")
    heads = [dict(attributes) for tag, attributes in elements(page) if tag == "th"]
    assert {head.get("scope") for head in heads} == {"col", "row"}
