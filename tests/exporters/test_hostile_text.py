"""What students choose to be called, and how their files are named, is text in every export."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
from html.parser import HTMLParser

import pytest
from rich.console import Console

from grader.exporters import csv as grades_csv
from grader.exporters import github, html, terminal
from grader.model import ErrorInfo, Result
from tests.results import failed_check, result

NAMES = [
    "../../etc/passwd",
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "=HYPERLINK(1)",
    "\x1b[2J\x1b]0;owned\x07eve",
    "\x9b31meve",
    "::error file=a::owned",
    "##[error]owned",
    "[bold]eve[/bold]",
    "[link=http://x]eve[/link]",
    "\u202egnp.exe",
    "eve\u2028::warning::x",
    "con",
    "...",
    "m\udcff",
    "a" * 5000,
    "eve\r\nmallory,100",
]
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "\u3000=1",
    "\ufeff=1",
    "\u200b=1",
    "\x00=1",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff201",
    "=cmd|' /C calc'!A0",
]


def named(text: str) -> Result:
    """A Result with that text wherever a student can put any."""
    error = ErrorInfo("ValueError", text, 3, 7, text, text)
    check = dataclasses.replace(failed_check(), error=error, diagnosis=())
    part = dataclasses.replace(result().parts[0], checks=(check,))
    info = dataclasses.replace(result().submission, path=text, files=(text,))
    return result(text, parts=(part,), submission=info)


def elements(page: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """The page's tags in order, with their attributes."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, attributes))

    Parser().feed(page)
    return found


def printed(*results: Result) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=200, force_terminal=True, color_system=None)
    terminal.show(results[0], console)
    terminal.show_class(list(results), console)
    return stream.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_the_terminal_gets_no_control_characters(name):
    """Nor marks that reverse the text; what looks like markup is printed as it stands."""
    text = printed(named(name), result("mallory", None, reason=name))
    # Bold and dim are rich's own.
    clean = text.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "")
    assert not set(clean) & set(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0x202E, 0x2028, 0xDCFF]))
    if name.startswith("["):
        assert name in clean


@pytest.mark.parametrize("name", NAMES)
def test_pages_hold_no_tags_of_students(name):
    """Whatever the name: the page has the same elements as with an honest one, and links to report.html only."""

    for make in (html.report, lambda item: html.index([item], title="Class")):
        honest, hostile = elements(make(named("eve"))), elements(make(named(name)))
        assert [tag for tag, _ in hostile] == [tag for tag, _ in honest]
        links = [value for _, attributes in hostile for key, value in attributes if key == "href"]
        assert all(link.startswith("#") or link.endswith("/report.html") for link in links)
        assert not any(":" in link or link.startswith(("/", "../")) or link.count("/") > 1 for link in links)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_the_csv_is_a_formula(formula):
    """OWASP's list: the signs at the start or after white space, full-width ones too, and what spreadsheets drop."""
    text = grades_csv.grades([result(formula), result("ben", None, reason=formula)])
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not any(cell.lstrip("\t\r\n \u00a0\u3000\ufeff\u200b\0").startswith(tuple("=+-@＝＋－＠")) for cell in cells)
    assert sum(cell.startswith("'") for cell in cells) == 2


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(grades_csv.BOM))))


@pytest.mark.parametrize("name", NAMES)
def test_a_row_of_the_csv_stays_a_row(name):
    """Line ends and commas in a name make no further student."""
    rows = read(grades_csv.grades([result(name), result("ben")]))
    assert [row["score"] for row in rows] == ["1.5", "1.5"]


def test_honest_text_stays_as_it_is_in_the_csv():
    """Signs inside a name are no formula."""
    for name in ("José María", "王小明", "o'neil-smith", "a=b", "1+1"):
        (row,) = read(grades_csv.grades([result(name)]))
        assert row["student"] == name


def test_commands_are_stopped_in_githubs_jobs(monkeypatch, capsys):
    """By a word that is drawn anew each time, and again after an exception."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    tokens = []
    for _ in range(2):
        with contextlib.suppress(ValueError), github.commands_stopped():
            print("::error::owned")
            raise ValueError
        first, inside, *_, last = capsys.readouterr().out.splitlines()
        assert inside == "::error::owned"
        tokens.append(first.removeprefix("::stop-commands::"))
        assert len(tokens[-1]) == 32
        assert last == f"::{tokens[-1]}::"
    assert tokens[0] != tokens[1]


def test_elsewhere_nothing_is_added(monkeypatch, capsys):
    """The terminal of a student shows the result alone."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    with github.commands_stopped():
        print("text")
    assert capsys.readouterr().out == "text\n"
    assert github.one_line("a ##[error]b") == "a ##[error]b"


def test_sentences_on_stderr_cannot_begin_a_line(monkeypatch):
    """The runner reads both streams, and not in step."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert github.one_line("x.py\n::error::a\r\n\x1b[1mb\u2028##[error]c") == "x.py ::error::a b ## [error]c"
