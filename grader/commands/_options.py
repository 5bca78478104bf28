"""Options that several commands have, and what the exit codes mean. Nothing here imports more of the grader."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXIT_CODES = {
    0: "all that ran passed (`grade`: every submission was graded, whatever its score)",
    1: "some check failed (`agree`: some verdict differs; `compare`: some mark differs)",
    2: "wrong usage, or an input was refused (`grade`: no submission could be read)",
    3: "the grader itself failed for some check or submission",
    4: "`grade`: some submissions could not be read and have a row that says so",
    130: "stopped by Ctrl-C",
}
PASSED, CHECK_FAILED, REFUSED, GRADER_FAILED, UNREADABLE, STOPPED = EXIT_CODES


def add_course(parser: argparse.ArgumentParser) -> None:
    """--course."""
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="the course (else GRADER_COURSE, a course.toml above the working folder, or the built-in one)",
    )


def add_data(parser: argparse.ArgumentParser) -> None:
    """--data."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the folder of the course's data set, for the checks that need it (else they are skipped)",
    )


def add_compat(parser: argparse.ArgumentParser) -> None:
    """--compat."""
    parser.add_argument(
        "--compat",
        action="store_true",
        help="grade code for Python 2 or for an older NumPy as a converted copy, and say so",
    )


def add_isolation(parser: argparse.ArgumentParser) -> None:
    """--isolation."""
    parser.add_argument(
        "--isolation",
        metavar="LEVEL",
        help="isolation level: namespaces, lockdown or process (the best there is, and never process unless said)",
    )


def add_notebook_limits(parser: argparse.ArgumentParser) -> None:
    """The limits of notebooks."""
    parser.add_argument(
        "--cell-seconds", type=seconds, default=30.0, metavar="S", help="limit for a notebook cell (30)"
    )
    parser.add_argument(
        "--notebook-seconds",
        type=seconds,
        default=120.0,
        metavar="S",
        help="limit for a whole notebook (120)",
    )
    parser.add_argument(
        "--notebook-engine",
        choices=("fork", "nbclient"),
        help="how notebooks are run: by forks of a process that is ready, or by nbclient (the first if it works)",
    )


def seed(text: str) -> int:
    """A seed of the command line."""
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"the seed must be a whole number from 0 to 2**63 - 1, not {text!r}")
    return int(text)


def jobs(text: str) -> int:
    """A number of jobs of the command line."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"the number of jobs must be from 1 to 256, not {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """A limit of the command line."""
    with contextlib.suppress(ValueError):
        if 0 < float(text) < 1e6:
            return float(text)
    raise argparse.ArgumentTypeError(f"the limit must be a positive number of seconds, not {text!r}")
