"""``grader history``: every run and every change of a mark, with who, when and why."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import PASSED, Commands
from grader.commands._output import show_lines


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    history = commands.add_parser("history", help="list the runs and changes of marks of a folder of reports")
    history.add_argument("folder", type=Path, metavar="DIR", help="the folder that `grade` wrote with --out")
    history.add_argument("key", nargs="?", metavar="KEY", help="of this person only: the first column of grades.csv")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.batch.overriding import row_of
    from grader.store.history import lines
    from grader.store.opening import store_to_read

    with store_to_read(options.folder) as store:
        key = None if options.key is None else row_of(store, options.key).person.key
        show_lines(lines(store, key))
    return PASSED
