"""``grader assignments``: what can be graded."""

from __future__ import annotations

import argparse

from grader.commands._options import PASSED, Commands, add_course
from grader.commands._output import open_console


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    add_course(commands.add_parser("assignments", help="list what can be graded"))


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.course.assignments import all_assignments
    from grader.exporters import terminal

    terminal.show_assignments(list(all_assignments().values()), open_console())
    return PASSED
