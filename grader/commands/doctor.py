"""``grader doctor``: what this machine can do."""

from __future__ import annotations

import argparse

from grader.commands._options import PASSED, Commands
from grader.commands._output import open_console


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    commands.add_parser(
        "doctor", help="which isolation levels hold on this machine, why not a higher one, what is used"
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.exporters import terminal
    from grader.sandbox import own_level, strongest_level
    from grader.sandbox.trial import survey

    terminal.show_levels(survey(), strongest_level(), own_level(), open_console())
    return PASSED
