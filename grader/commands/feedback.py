"""``grader feedback``: what students may see, as their platform takes it."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import PASSED, Commands, add_course
from grader.commands._output import say


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    feedback = commands.add_parser("feedback", help="make the reports that students may see, for their platform")
    add_course(feedback)
    feedback.add_argument("folder", type=Path, metavar="DIR", help="the folder that `grader grade` has written")
    feedback.add_argument("--out", type=Path, required=True, metavar="DIR|ZIP", help="the new folder or zip to write")
    feedback.add_argument(
        "--layout",
        choices=["folders", "moodle", "canvas", "gradescope", "nbgrader"],
        default="folders",
        help="how the reports are named (folders: one a student)",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.exporters import html
    from grader.feedback.cleaning import for_student, places
    from grader.feedback.layouts import LAYOUTS, ZIPPED
    from grader.feedback.writing import check_place, write
    from grader.store.opening import store_to_read
    from grader.store.store import gradebook_rows

    check_place(options.out, options.folder, must_be_zip=options.layout if options.layout in ZIPPED else "")
    with store_to_read(options.folder) as store:
        rows = list(gradebook_rows(store, store.policy))
    layout = LAYOUTS[options.layout](rows)
    private = places(options.folder)
    chosen = [row for row in rows if row.person.key in layout.paths]
    files = ((layout.paths[row.person.key], html.report(for_student(row, private))) for row in chosen)
    count = write(files, options.out)
    for sentence in layout.said:
        say(sentence)
    print(f"{count} reports in {options.out}." if count != 1 else f"1 report in {options.out}.")
    if layout.next:
        print(layout.next)
    return PASSED
