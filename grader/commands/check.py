"""``grader check``: a student's own work, with the public tests."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands._options import Commands, add_compat, add_course, add_data, add_notebook_limits
from grader.commands._output import exit_code, notebook_limits, open_console, open_data, say, without_failing, write
from grader.errors import Refused

if TYPE_CHECKING:
    from grader.model import Result


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    check = commands.add_parser("check", help="check your own work with the public tests")
    add_course(check)
    check.add_argument("path", type=Path, metavar="PATH", help="a notebook, a .py file, a folder or a zip")
    check.add_argument(
        "names", nargs="*", metavar="NAME", help="only these parts or checks, such as conv or conv/backward"
    )
    check.add_argument("--assignment", metavar="A", help="the assignment, if it is not recognised")
    check.add_argument("--json", type=Path, metavar="F", help="write the result as JSON")
    check.add_argument("--html", type=Path, metavar="F", help="write the report as HTML")
    add_data(check)
    add_compat(check)
    check.add_argument("--watch", action="store_true", help="check again whenever the files change")
    check.add_argument("--notebook", action="store_true", help="also run the notebook from top to bottom")
    add_notebook_limits(check)


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    if not options.watch:
        gc.disable()  # it ends soon; a tenth of its time would go into looking for what could be freed
        return _check_once(options)
    try:
        import watchfiles
    except ImportError:
        raise Refused("--watch needs the package watchfiles: install grader[watch].") from None
    code = _check_once(options)
    for _ in watchfiles.watch(options.path, raise_interrupt=False):
        print()
        try:
            code = _check_once(options)
        except Refused as error:  # half-saved files are normal here: say so and go on watching
            say(str(error))
    return code


def _check_once(options: argparse.Namespace) -> int:
    from grader.course.assignments import find_assignment, recognise, select
    from grader.exporters import github
    from grader.grading import grade_submission
    from grader.intake.reading import open_submission
    from grader.oracle import Oracle
    from grader.oracle.recorded import RecordedOracle
    from grader.sandbox import open_box, own_level
    from grader.worker.processes import split

    data = open_data(options)
    with open_submission(options.path, data=options.notebook) as submission:
        assignment = find_assignment(options.assignment) if options.assignment else recognise(submission)
        checks = select(assignment, options.names)
        box = open_box(own_level())
        try:
            assignment.load()
            split(box)  # before the answers are read
            oracle: Oracle = RecordedOracle(assignment)
            if data:
                from grader.oracle.data_set import DataSetOracle

                oracle = DataSetOracle(oracle, data)
            result = grade_submission(
                submission, assignment, checks, oracle, box, notebook=notebook_limits(options), compat=options.compat
            )
        finally:
            box.close()
    if options.json:
        write(options.json, result.to_json() + "\n")
    if options.html:
        from grader.exporters import html

        write(options.html, html.report(result))
    with github.commands_stopped():
        _show(result)
    return exit_code([result])


def _show(result: Result) -> None:
    """Looks where they are seen: importing rich takes longer than grading a layer."""
    if sys.stdout.isatty() or os.environ.get("FORCE_COLOR"):
        from grader.exporters import terminal

        terminal.show(result, open_console())
    else:
        from grader.exporters import lines

        without_failing()
        print(lines.plain(result), end="", flush=True)
