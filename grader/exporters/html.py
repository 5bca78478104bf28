"""HTML reports: one self-contained file, no request to anywhere; only the class's page has a script of its own.

Everything that templates print passes ``_visible`` and then Jinja's escaping: students choose names, answers
and error messages. The script is the same for every class, and the page's policy allows it alone, by its hash.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from grader import resources
from grader.exporters import _attention, _causes, _digest, _figures, _standing
from grader.exporters._sources import sources
from grader.exporters.lines import UNLOCKED, not_asked
from grader.gradebook import Row
from grader.model import CheckResult, ErrorInfo, Finding, Result, Status
from grader.words import listing

if TYPE_CHECKING:
    from jinja2 import Environment

LIMIT_BYTES = 300_000

WORDS = {
    Status.PASSED: "Passed",
    Status.FAILED: "Failed",
    Status.CRASHED: "Crashed",
    Status.TIMED_OUT: "Timed out",
    Status.MISSING: "Missing",
    Status.SKIPPED: "Skipped",
    Status.VIOLATED: "Rule broken",
    Status.GRADER_ERROR: "Not graded",
}


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a report shows: characters of a text and of a traceback, rows of a list, evidence or none."""

    text: int
    trace: int
    rows: int
    evidence: bool


# A report that would be too large is made again with less detail; points and sentences always stay.
_DETAILS = (Detail(1500, 6000, 40, True), Detail(500, 1200, 15, True), Detail(60, 0, 5, False))


def prepare(*names: str) -> None:
    """Have the templates of these names, or all, compiled: by processes that are forked, and once for an image."""
    for name in names or _environment().list_templates(["j2"]):
        _environment().get_template(f"{name.removesuffix('.html.j2')}.html.j2")


def report(given: Row | Result, *, index_href: str | None = None) -> str:
    """The page of one submission, at most LIMIT_BYTES; ``index_href`` links back to the class.

    Of a row it also says who it is, what was handed in when, and why the score is not the raw one.
    """
    row = _standing.row_of(given)
    every = _causes.root_causes(row.result)
    causes = [cause for cause in every if not cause.is_unwritten]
    unwritten = [cause for cause in every if cause.is_unwritten]
    told = _causes.numbered(causes) | {
        name: _causes.Told(0, False, cause.sentence) for cause in unwritten for name in cause.names
    }
    context: dict[str, Any] = {"row": row, "mark": row.mark, "result": row.result, "index_href": index_href}
    context |= {"causes": causes, "unwritten": unwritten, "told": told, "sources": sources(row.result, _visible)}
    context["ids"] = {
        _causes.name_of(part, check): f"check-{i}-{j}"
        for i, part in enumerate(row.result.parts, 1)
        for j, check in enumerate(part.checks, 1)
    }
    context["aged"] = _causes.age_of(row.result)
    for detail in _DETAILS:
        page = _environment().get_template("report.html.j2").render(context, detail=detail)
        if len(page.encode()) <= LIMIT_BYTES:
            break
    return page


def index(given: Sequence[Row | Result], *, changes: Mapping[str, float] | None = None, title: str) -> str:
    """The page of a class; ``changes`` maps a student to the score's change since the last run.

    All of it is there without its script, which adds search, sort and filter.
    """
    rows = sorted(map(_standing.row_of, given), key=lambda row: (_standing.name(row).casefold(), row.person.key))
    by_key = {row.person.key: row for row in rows}
    ordered = [_standing.counted(row) for row in rows]
    parts = {part.slug: part for result in ordered for part in result.parts}
    asked = [result for row, result in zip(rows, ordered, strict=True) if not row.excused]
    absent = {row.person.key for row in rows if row.attempt is None}
    attention = _attention.attention(asked, absent)
    looks = {one.result.student: one for one in attention}
    moved = {student: change for student, change in (changes or {}).items() if change}
    words = {key: _filters(row, looks.get(key), moved) for key, row in by_key.items()}
    context: dict[str, Any] = {
        "title": title,
        "results": ordered,
        "rows": by_key,
        "graded": sum(map(_digest.is_graded, asked)),
        "excused": len(ordered) - len(asked),
        "handed_in": any(map(_standing.lateness, rows)),
        "adjusted": _standing.adjusted(rows),
        "parts": list(parts.values()),
        "by_slug": {result.student: {part.slug: part for part in result.parts} for result in ordered},
        "statuses": _digest.statuses(ordered),
        "columns": _digest.columns(ordered),
        "attention": attention,
        "looks": looks,
        "filters": words,
        "counts": Counter(word for found in words.values() for word in found),
        "kinds": _attention.KINDS,
        "distribution": _digest.distribution(asked),
        "rates": _digest.pass_rates(ordered),
        "clusters": _digest.clusters(ordered),
        "slowest": sorted(ordered, key=_digest.seconds, reverse=True)[:10],
        "changes": changes,
        "moved": sorted(moved.items(), key=lambda item: (-abs(item[1]), item[0])),
        "detail": _DETAILS[1],
        "script": _script(),
    }
    return _environment().get_template("index.html.j2").render(context)


def _filters(row: Row, look: _attention.Attention | None, moved: Mapping[str, float]) -> list[str]:
    """The words by which the class's page filters a student; all are ours."""
    kinds = [kind.code for kind in look.reasons] if look else []
    change = moved.get(row.person.key, 0.0)
    ways = ["changed", "up" if change > 0 else "down"] if change else []
    return [*(["attention"] if kinds else []), *kinds, *ways, *_standing.filters(row)]


@dataclass(frozen=True, slots=True)
class Script:
    """The class's page's script, and the source by which a content policy allows it and no other."""

    text: str
    source: str


@functools.cache
def _script() -> Script:
    text = (resources.folder("reports") / "index.js").read_text("utf-8")
    digest = hashlib.sha256(text.encode()).digest()
    return Script(text, f"sha256-{base64.b64encode(digest).decode('ascii')}")


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from grader.exporters._compiled import CompiledTemplates

    folder = resources.folder("reports")
    environment = Environment(
        loader=FileSystemLoader(folder),
        bytecode_cache=CompiledTemplates(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clip": _clip,
        "clip_start": _clip_start,
        "number": _number,
        "limit": _limit,
        "heading": _heading,
        "points": _points,
        "duration": _duration,
        "place": _place,
        "href": _href,
        "name_of": _causes.name_of,
        "files": _files,
        "unit": _unit,
        "heat_png": _figures.heat_png,
        "log_axis": _figures.log_axis,
        "curve_chart": _figures.curve_chart,
        "name": _standing.name,
        "beside": _standing.beside,
        "handed_in": _standing.handed_in,
        "which": _standing.which,
        "others": _standing.others,
        "lateness": _standing.lateness,
        "seconds": _digest.seconds,
        "slowest_check": _slowest_check,
    }
    environment.tests["aged_code"] = _causes.is_aged_code
    environment.globals |= {
        "Status": Status,
        "WORDS": WORDS,
        "EXPLAINED": _causes.EXPLAINED,
        "FAILING": _causes.FAILING,
        "UNLOCKED": UNLOCKED,
        "not_asked": not_asked,
    }
    return environment


_ANSI_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def _visible(value: Any) -> Any:
    """Show control, bidi and other invisible characters as escapes, so that text cannot pose as something else."""
    if not isinstance(value, str) or hasattr(value, "__html__") or (value.isascii() and value.isprintable()):
        return value
    text = _ANSI_COLOUR.sub("", value).replace("\r\n", "\n")
    return "".join(character if _is_plain(character) else _escaped(character) for character in text)


def _is_plain(character: str) -> bool:
    # The joiners are part of how some scripts are written.
    joiner_or_space = character in "\n\t\u200c\u200d"
    return joiner_or_space or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _clip(text: str, most: int) -> str:
    """Cut the end off a long text, and say so."""
    return text if len(text) <= most else f"{text[:most]} … [{len(text) - most:,} more characters]"


def _clip_start(text: str, most: int) -> str:
    """Cut the start off a long text: a traceback says what happened at its end."""
    return text if len(text) <= most else f"[{len(text) - most:,} characters before] … {text[-most:]}"


def _number(value: float, like: float | None = None) -> str:
    """A measured value as the course prints errors, 8.0e-01, where it (or its limit, ``like``) is small."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "infinite" if value > 0 else "-infinite"
    scale = abs(value if like is None else like)
    return f"{value:.4g}" if scale == 0 or 1e-3 < scale < 1e5 else f"{value:.1e}"


def _limit(value: float) -> str:
    """A limit as the messages print it: 1e-08, 0.02."""
    return _number(value).replace(".0e", "e")


def _heading(check: CheckResult) -> str:
    """The check's title without its full stop: titles are sentences of docstrings."""
    return check.title.removesuffix(".")


def _points(value: float) -> str:
    """Points with at most two decimals: 8, 7.5, 33.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.2g} s" if seconds >= 0.01 else "under 0.01 s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def _place(error: ErrorInfo) -> str:
    """Where an error happened: "cell 14, line 7", or the module and line; "" if unknown."""
    where = f"cell {error.cell}" if error.cell is not None else error.file or ""
    line = f"line {error.line}" if error.line is not None else ""
    return ", ".join(filter(None, (where, line)))


def _href(student: str) -> str:
    """The link from the class's page to a student's; the folder is named like the student."""
    return quote(student, safe="", errors="backslashreplace") + "/report.html"


def _slowest_check(result: Result) -> str:
    slowest = max(
        ((check, part) for part in result.parts for check in part.checks),
        key=lambda pair: pair[0].seconds,
        default=None,
    )
    if slowest is None:
        return "–"
    check, part = slowest
    return f"{part.title} – {_heading(check)} ({_duration(check.seconds)})"


def _files(names: Sequence[str]) -> str:
    """The names of a few files; of many, the others are counted."""
    return listing([_clip(name, 200) for name in names], most=4)


def _unit(finding: Finding) -> str:
    """What ``measured`` is, as far as the message names it."""
    units = ("relative error", "sum of absolute differences", "absolute difference")
    return next((unit for unit in units if unit in finding.message), "measured")
