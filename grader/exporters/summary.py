"""A Result in Markdown, as the summary of a job: verdict, every check, and the causes with their lines.

GitHub drops a summary of more than 1,024 kB as a whole, so there are three levels of detail. Students choose names and
messages: each is escaped sign by sign, so that it makes no link, picture, heading or tag.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from grader.exporters._causes import Cause, root_causes
from grader.exporters.html import WORDS
from grader.exporters.lines import LOOK, verdict
from grader.model import CheckResult, ErrorInfo, Result
from grader.words import inert, listing, number, plain_text

LIMIT_BYTES = 1_000_000
DETAILS = ((1500, 40), (400, 8), (120, 0))  # characters of a text, findings of a cause
SIGNS = re.compile(r"[\\`*_{}\[\]()#+!|~@:$^=-]")


def summary(result: Result, *, limit: int = LIMIT_BYTES) -> str:
    """The summary, of at most ``limit`` bytes; "" where none is small enough."""
    for characters, findings in DETAILS:
        text = "\n".join(_lines(result, characters, findings)) + "\n"
        if len(text.encode()) <= limit:
            return text
    return ""


def _lines(result: Result, characters: int, findings: int) -> Iterator[str]:
    yield f"## {text(result.assignment or 'grader', 80)}: {text(verdict(result), characters)}"
    yield ""
    if result.parts:
        yield "| | check | points | |"
        yield "|---|---|--:|---|"
        yield from (_row(part.slug, check) for part in result.parts for check in part.checks)
        yield ""
    for cause in root_causes(result):
        yield from _cause(cause, characters, findings)
    for note in result.notes:
        yield f"- Note, no marks: {text(note.sentence, characters)}"
    if result.notebook and result.notebook.errors:
        cells = listing([f"cell {error.cell}" for error in result.notebook.errors], 10)
        yield f"- Note, no marks: run from top to bottom, the notebook raises in {cells}."
    if result.submission.files:
        yield ""
        yield f"Code from {text(listing(list(result.submission.files), 4), characters)}."


def _row(part: str, check: CheckResult) -> str:
    points = f"{number(check.points)} / {number(check.max_points)}" if check.max_points else "no marks"
    shown = f"{LOOK[check.status][0]} {WORDS[check.status].lower()}"
    return f"| {shown} | {part}/{check.slug} | {points} | {text(check.title, 200)} |"


def _cause(cause: Cause, characters: int, findings: int) -> Iterator[str]:
    check = cause.checks[0]
    yield f"#### {text(cause.sentence, characters)}"
    yield ""
    if cause.hint:
        yield f"{text(cause.hint, characters)}\n"
    points = f"{number(cause.lost)} {'point' if cause.lost == 1 else 'points'} in" if cause.lost else "no points:"
    yield f"Costs {points} {text(listing(cause.names, 10), 400)}{_where(check)}.\n"
    if check.error and check.error.source:
        yield _source(check.error, characters)
    for finding in [finding for finding in check.findings if not finding.ok][:findings]:
        yield f"- {text(finding.message, characters)}"
    yield ""


def _where(check: CheckResult) -> str:
    place = check.error if check.error and check.error.file else check.place
    if place is None:
        return ""
    cell = f", cell {place.cell}" if place.cell else ""
    line = f", line {place.line}" if place.line else ""
    return f" ({text(place.file or '', 200)}{cell}{line})"


def _source(error: ErrorInfo, characters: int) -> str:
    """The student's line, and marks under what went wrong in it."""
    line = inert(error.source)[:characters].replace("\n", " ")
    begins, ends = error.column or 0, max(error.end or 0, (error.column or 0) + 1)
    marks = " " * (begins - 1) + "^" * (ends - begins) if begins > 0 and ends <= len(line) + 2 else ""
    return f"<pre>{html.escape(line)}\n{marks}</pre>\n"


def text(words: str, most: int) -> str:
    """Words of anyone's as plain text in a line of Markdown."""
    line = html.escape(plain_text(" ".join(words.split()), most), quote=False)
    # Of the entities that this makes, none holds a sign that is escaped.
    return SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", line).replace("www.", "www&#46;")
