"""What each adapter makes of Results that are made by hand, kept in ``golden/``; ``make golden`` writes them anew.

Made by hand, a Result holds nothing that changes by machine or day; the one thing that does change, this version of the
grader, stands in the files as VERSION.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import grader
from grader.exporters import (
    annotations,
    classroom50,
    csv,
    fragment,
    gradescope,
    junit,
    lines,
    nbgrader,
    prairielearn,
    sarif,
    summary,
)
from grader.exporters import json as rows_json
from grader.gradebook import Row, plain
from grader.model import CheckResult, ErrorInfo, Finding, Note, PartResult, Status
from tests.exporters.classes import canvas_class, row
from tests.results import failed_check, result

GOLDEN = Path(__file__).parent / "golden"
JOB = {
    "CLASSROOM": "nn-2026",
    "ASSIGNMENT": "layers",
    "SUBMISSION_TAG": "submit/2026-11-05T10-00-00Z-abcdef0",
    "COMMIT_URL": "https://github.com/o/r/commit/1",
    "RELEASE_URL": "https://github.com/o/r/releases/1",
    "OWNER": "ada",
    "ASSIGNMENT_TYPE": "individual",
}
NOW = datetime(2026, 11, 6, tzinfo=UTC)
# A file that a person's own system takes, in `export` or `ci`.
ONE: dict[str, Callable[[Row], str]] = {
    "gradescope.json": gradescope.text,
    "prairielearn.json": prairielearn.text,
    "classroom50.json": lambda row: classroom50.text(row, JOB, NOW),
    "junit.xml": junit.text,
    "grader.sarif": sarif.text,
}
# What a person sees of the Result.
SEEN: dict[str, Callable[[Row], str]] = {
    "annotations.txt": lambda row: _commands(row),
    "summary.md": lambda row: summary.summary(row.result),
    "notebook.html": lambda row: fragment.html(row.result) + "\n",
    "terminal.txt": lambda row: lines.plain(row.result),
}
ALL: dict[str, Callable[[list[Row]], str]] = {  # for a class
    "nbgrader.csv": nbgrader.text,
    "rows.json": rows_json.text,
    "grades.csv": csv.grades,
}
HOSTILE = "]]> <b>&amp;</b> [x](http://evil) `#` =1+1 \x00\x1b[31m\x08\ufffe\ud800 ::error::x {{7*7}}"


def check(slug: str, status: Status, points: float = 0.0, **changes) -> CheckResult:
    return replace(CheckResult(slug, f"The check {slug}.", status, points, 3.0, 0.25), **changes)


def person() -> Row:
    """Someone with a check of each kind, and two points less for lateness."""
    crash = ErrorInfo("ValueError", "shapes (2,3) and (4,) differ", None, 12, "", "layers.py")
    checks = (
        check("forward", Status.PASSED, 3.0),
        failed_check(),
        check("crashed", Status.CRASHED, error=crash),
        check("slow", Status.TIMED_OUT, error=ErrorInfo("TimeLimit", "It took longer than 5 s.", 4, 2)),
        check("absent", Status.MISSING, error=ErrorInfo("Missing", "There is no function max_pool.")),
        check("data", Status.SKIPPED),
        check("broken", Status.VIOLATED, error=ErrorInfo("Violated", "The process answered in another's name.")),
    )
    graded = result("ada", 4.5, parts=(PartResult("conv", "Convolution", 4.5, 18.0, checks),), max_score=18.0)
    late = row("ada", 2.5, "Ada Lovelace", late=2.0, email="ada@uni.edu")
    twice = Note("defined-twice", "max_pool is defined in cells 3 and 5; the last one counts.")
    return replace(late, result=replace(graded, notes=(twice,)))


def without_mark() -> Row:
    """A submission of which the grader itself failed at a check."""
    checks = (check("forward", Status.PASSED, 3.0), check("backward", Status.GRADER_ERROR))
    return plain(result("ben", None, parts=(PartResult("conv", "Convolution", 3.0, 6.0, checks),)))


def hostile() -> Row:
    """Someone whose every text is an attack."""
    error = ErrorInfo(HOSTILE, HOSTILE, None, 1, HOSTILE, HOSTILE)
    finding = Finding("dx", None, 0.0, False, HOSTILE)
    bad = check("forward", Status.CRASHED, error=error, findings=(finding,), title=HOSTILE)
    graded = result(HOSTILE, 1.5, parts=(PartResult("conv", HOSTILE, 0.0, 3.0, (bad,)),))
    return plain(graded)


def made(name: str) -> str:
    """The text of a golden file, as the adapter makes it now."""
    if name in ONE | SEEN:
        text = (ONE | SEEN)[name](person())
    elif name == "rows.json":  # results have a golden file of their own
        text = ALL[name]([replace(one, result=replace(one.result, parts=())) for one in canvas_class()])
    else:
        text = ALL[name]([person(), without_mark(), *canvas_class()])
    return text.replace(f'"{grader.__version__}"', '"VERSION"')


def _commands(row: Row) -> str:
    """What GitHub's runner reads, with a line of the file for each cell."""
    located = annotations.remarks(row.result, lambda file, cell, line: (f"hw/{file}", 100 + line if line else None))
    return "".join(f"{remark.command}\n" for remark in located)


def main() -> None:
    """Write all of them; what changed is to be looked at before it is committed."""
    for name in [*ONE, *SEEN, *ALL]:
        (GOLDEN / name).write_text(made(name), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
