"""``grader check``: a student's own work, with the public tests."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import Commands, add_compat, add_data, add_notebook_limits, add_submission, settle_path
from grader.commands._output import (
    STANDARD_OUTPUT,
    exit_code,
    notebook_limits,
    open_console,
    open_data,
    say,
    without_failing,
    write,
)
from grader.errors import Refused

if TYPE_CHECKING:
    from grader.model import Result
    from grader.sandbox import Box
    from grader.selfcheck import Wanted


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    check = commands.add_parser("check", help="check your own work with the public tests")
    add_submission(check)
    check.add_argument("--json", type=Path, metavar="F", help="write the result as JSON (- for the standard output)")
    check.add_argument("--html", type=Path, metavar="F", help="write the report as HTML (- for the standard output)")
    add_data(check)
    add_compat(check)
    check.add_argument("--watch", action="store_true", help="check again whenever the files change")
    check.add_argument("--notebook", action="store_true", help="also run the notebook from top to bottom")
    add_notebook_limits(check)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    settle_path(options)
    if not options.watch:
        gc.disable()  # it ends soon; a tenth of its time would go into looking for what could be freed
    from grader.worker.own import own_box

    with own_box() as box:
        return _watch(options, box) if options.watch else _check_once(options, box)


def _watch(options: argparse.Namespace, box: Box) -> int:
    from grader.watching import changes

    seen = changes(options.path)  # Refused if that cannot be, before anything is checked
    code = _check_once(options, box)
    for _ in seen:
        print()
        try:
            code = _check_once(options, box)
        except Refused as error:  # half-saved and renamed files are normal here: say so and go on watching
            gone = not os.path.lexists(options.path)
            say(f"{options.path} is gone; it is checked again when it is back." if gone else str(error))
    return code


def wanted_by(options: argparse.Namespace) -> Wanted:
    """What the options ask for."""
    from grader.selfcheck import Wanted

    return Wanted(
        options.path, options.names, options.assignment, open_data(options), options.compat, notebook_limits(options)
    )


def _check_once(options: argparse.Namespace, box: Box) -> int:
    from grader.exporters import github
    from grader.exporters.waiting import shown_while_waiting
    from grader.selfcheck import self_check

    with shown_while_waiting() as told:
        result = self_check(wanted_by(options), box, told)
    if options.json:
        write(options.json, result.to_json() + "\n")
    if options.html:
        from grader.exporters import html

        write(options.html, html.report(result))
    if STANDARD_OUTPUT not in (options.json, options.html):  # else whoever reads that gets nothing else
        with github.commands_stopped():
            show(result)
    return exit_code([result])


def show(result: Result) -> None:
    """Looks where they are seen: importing rich takes longer than grading a layer."""
    if sys.stdout.isatty() or os.environ.get("FORCE_COLOR"):
        from grader.exporters import terminal

        terminal.show(result, open_console())
    else:
        from grader.exporters import lines

        without_failing()
        print(lines.plain(result), end="", flush=True)
