"""``grader release``: what students get, made from the solution notebook, for teachers."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import PASSED, Commands, add_course
from grader.commands._output import say
from grader.errors import Refused


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    release = commands.add_parser("release", help="make what students get from the solution notebook, for teachers")
    add_course(release)
    release.add_argument("assignment", metavar="A", help="the assignment")
    release.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to fill")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.course.assignments import find_assignment
    from grader.release import doubts, release

    try:
        written = release(find_assignment(options.assignment), options.out)
    except OSError as error:
        raise Refused(f"{options.out} cannot be written: {error.strerror or error}.") from None
    for path in written:
        print(path)
    for sentence in doubts(find_assignment(options.assignment)):
        say(sentence)
    return PASSED
