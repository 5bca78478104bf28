"""``grader override``: points that a person sets by hand, with a reason; nothing is ever overwritten."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import PASSED, Commands, add_course
from grader.commands._output import say, show_lines, words


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    override = commands.add_parser("override", help="set the points of somebody by hand, with a reason")
    add_course(override)
    override.add_argument("folder", type=Path, metavar="DIR", help="the folder that `grade` wrote with --out")
    override.add_argument("key", metavar="KEY", help="whose: the first column of grades.csv")
    override.add_argument("check", nargs="?", default="", metavar="CHECK", help="part/check; the whole if left out")
    override.add_argument("points", metavar="POINTS", help="the points instead of those graded; none withdraws them")
    override.add_argument("--why", required=True, metavar="TEXT", help="the reason, which the report and history show")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.batch.overriding import override
    from grader.store.opening import store_to_write

    with store_to_write(options.folder, words(options), say) as store:
        line = override(store, options.folder, options.key, options.check, options.points, options.why)
    show_lines([line])
    return PASSED
