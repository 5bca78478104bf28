"""``grader ci``: the public tests in a job of a student's repository, with what GitHub and GitLab show of them."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import (
    CHECK_FAILED,
    NOTHING_FOUND,
    PASSED,
    REFUSED,
    Commands,
    add_compat,
    add_data,
    add_notebook_limits,
    add_submission,
    settle_path,
)
from grader.commands._output import exit_code, say, write
from grader.errors import NothingFound, Refused

if TYPE_CHECKING:
    from grader.model import Result
    from grader.sandbox import Box

REPORTS = ("json", "html", "junit", "sarif", "classroom50")
STUDENTS_OWN = (".ipynb", ".py", ".zip")  # never written over


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    ci = commands.add_parser("ci", help="check with the public tests in a job: remarks, summary, JUnit, SARIF")
    add_submission(ci)
    ci.add_argument("--pass-at", type=percent, metavar="P", help="exit code 0 from P percent of the points on (100)")
    forms = {
        "junit": "JUnit XML",
        "sarif": "SARIF",
        "json": "JSON",
        "html": "HTML",
        "classroom50": "Classroom 50 has it",
    }
    for name, what in forms.items():
        ci.add_argument(f"--{name}", type=Path, metavar="F", help=f"write the result as {what}")
    add_data(ci)
    add_compat(ci)
    ci.add_argument("--notebook", action="store_true", help="also run the notebook from top to bottom")
    add_notebook_limits(ci)


def percent(text: str) -> float:
    """A share of the points, of the command line."""
    with contextlib.suppress(ValueError):
        if 0 <= float(text.removesuffix("%")) <= 100:
            return float(text.removesuffix("%"))
    raise argparse.ArgumentTypeError(f"it must be a percentage from 0 to 100, not {text!r}")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.worker.own import own_box

    with contextlib.ExitStack() as stack:
        box = None
        with contextlib.suppress(Refused):  # which is said below, where reports say it too
            box = stack.enter_context(own_box())
        return _run(options, lambda: box or stack.enter_context(own_box()))


def _run(options: argparse.Namespace, open_box: Callable[[], Box]) -> int:
    from grader.commands.check import wanted_by
    from grader.exporters.waiting import shown_while_waiting
    from grader.selfcheck import self_check

    settle_path(options)
    _remove_stale(options)
    try:
        with shown_while_waiting() as told:
            result = self_check(wanted_by(options), open_box(), told)
    except Refused as error:
        say(str(error))
        _report(options, _refused(options, error))
        return NOTHING_FOUND if isinstance(error, NothingFound) else REFUSED
    _report(options, result)
    return _exit_code(options, result)


def _exit_code(options: argparse.Namespace, result: Result) -> int:
    if result.parts and not result.submission.files:
        say(f"{options.path} defines nothing that {result.assignment} asks for; is it the right folder?")
        return NOTHING_FOUND
    code = exit_code([result])
    enough = options.pass_at is not None and result.score is not None and result.max_score
    if code == CHECK_FAILED and enough and 100 * (result.score or 0) >= options.pass_at * (result.max_score or 0):
        return PASSED
    return code


def _remove_stale(options: argparse.Namespace) -> None:
    """What an earlier run left must not be taken for this one's, whatever comes of it."""
    for path in [path for name in REPORTS if (path := getattr(options, name))]:
        if path.suffix in STUDENTS_OWN:
            raise Refused(f"{path} is not written over: a report has another ending than {', '.join(STUDENTS_OWN)}.")
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise Refused(f"{path} cannot be written: {error.strerror or error}.") from None


def _refused(options: argparse.Namespace, error: Refused) -> Result:
    """What reports say of what could not be checked: no score, which is not 0."""
    from dataclasses import replace

    from grader.grading import not_graded
    from grader.intake.naming import student_name
    from grader.model import UNLOCKED

    name = student_name(options.path)
    return replace(not_graded(name, str(options.path), str(error), options.assignment, UNLOCKED), public=True)


def _report(options: argparse.Namespace, result: Result) -> None:
    """Write the reports that were asked for, and show the rest."""
    from datetime import UTC, datetime

    from grader.commands.check import show
    from grader.exporters import annotations, classroom50, github, html, junit, sarif, summary
    from grader.gradebook import plain

    locate = _locate(options.path)
    makers: dict[str, Callable[[], str]] = {
        "json": lambda: result.to_json() + "\n",
        "html": lambda: html.report(result),
        "junit": lambda: junit.text(plain(annotations.in_repository(result, locate, lines=False))),
        "sarif": lambda: sarif.text(plain(annotations.in_repository(result, locate, lines=True))),
        "classroom50": lambda: classroom50.text(plain(result), os.environ, datetime.now(UTC)),
    }
    if result.score is None:
        del makers["classroom50"]  # it has no word for that: without the file its runner says that there was trouble
    for name, make in makers.items():
        if path := getattr(options, name):
            write(path, make())
    with github.commands_stopped():
        show(result)
    if os.environ.get("GITHUB_ACTIONS"):
        for remark in annotations.remarks(result, locate):
            print(remark.command, flush=True)
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        _append(path, lambda size: summary.summary(result, limit=summary.LIMIT_BYTES - size))
    if path := os.environ.get("GITHUB_OUTPUT"):
        _append(path, lambda _: github.outputs(result))


def _append(path: str, make: Callable[[int], str]) -> None:
    """Add to a file that the runner reads afterwards; ``make`` is given its size in bytes."""
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(make(file.tell()))
    except OSError as error:
        say(f"{path} cannot be written: {error.strerror or error}.")


def _locate(path: Path) -> Callable[[str, int | None, int | None], tuple[str | None, int | None]]:
    """Where files of the submission are in the repository, and lines of cells in the notebooks' JSON."""
    from grader.exporters._notebook_lines import Lines, lines_of

    whole = Path(os.environ.get("GITHUB_WORKSPACE") or ".").resolve()
    known: dict[Path, Lines] = {}

    def locate(file: str, cell: int | None, line: int | None) -> tuple[str | None, int | None]:
        place = path if not path.is_dir() else path / file
        place = place.parent.resolve() / place.name
        if not place.is_relative_to(whole):
            return None, None
        shown = place.relative_to(whole).as_posix()
        if place.suffix == ".zip" or (line is None and cell is None):
            return shown, None
        if cell is None:
            return shown, line
        if place not in known:
            try:
                known[place] = lines_of(place.read_text("utf-8", "replace"))
            except OSError:
                known[place] = {}
        return shown, known[place].get((cell, line or 1))

    return locate
