"""Options that several commands have, and what the exit codes mean. Nothing here imports more of the grader."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

EXIT_CODES = {
    0: "all that ran passed (`grade`: every submission was graded, whatever its score)",
    1: "some check failed (`agree`: some verdict differs; `compare`: some mark differs)",
    2: "wrong usage, or an input was refused (`grade`: no submission could be read)",
    3: "the grader itself failed for some check or submission",
    4: "`grade`: some submissions could not be read and have a row that says so",
    5: "`ci`: nothing was found to check: no code, or none of the assignment",
    130: "stopped by Ctrl-C, or because the cluster went away",
}
PASSED, CHECK_FAILED, REFUSED, GRADER_FAILED, UNREADABLE, NOTHING_FOUND, STOPPED = EXIT_CODES


def _assignments(**_: object) -> list[str]:
    from grader.course.assignments import all_assignments

    return list(all_assignments())


def _checks(parsed_args: argparse.Namespace, **_: object) -> list[str]:
    """The names that can stand on a command line, of the assignment if that stands on it already."""
    from grader.course.assignments import all_assignments, names_of

    known = all_assignments()
    asked = [known[parsed_args.assignment]] if parsed_args.assignment in known else known.values()
    return list(dict.fromkeys(name for assignment in asked for name in names_of(assignment)))


def add_submission(parser: argparse.ArgumentParser) -> None:
    """PATH, the names of parts and checks, and --assignment, of who checks their own work."""
    add_course(parser)
    parser.add_argument(
        "path",
        nargs="?",
        default=Path(),
        type=Path,
        metavar="PATH",
        help="a notebook, a .py file, a folder or a zip (this folder)",
    )
    names = parser.add_argument(
        "names", nargs="*", metavar="NAME", help="only these parts or checks, such as conv or conv/backward"
    )
    assignment = parser.add_argument("--assignment", metavar="A", help="the assignment, if it is not recognised")
    for action, completer in ((names, _checks), (assignment, _assignments)):
        vars(action)["completer"] = completer  # where argcomplete looks for it


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


def add_isolation(parser: argparse._ActionsContainer) -> None:
    """--isolation."""
    said = "isolation level: the best there is, and only one that locks, unless said; grader doctor lists them"
    parser.add_argument("--isolation", metavar="LEVEL", help=said)


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


def shard(text: str) -> tuple[int, int]:
    """A shard of the command line: which, from 1, and of how many."""
    which, _, many = text.partition("/")
    numbers = all(word.isascii() and word.isdigit() and len(word) < 6 for word in (which, many))
    if numbers and 1 <= int(which) <= int(many):
        return int(which), int(many)
    raise argparse.ArgumentTypeError(f"a shard is written as 2/8, from 1/8 to 8/8, not {text!r}")


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


def settle_path(options: argparse.Namespace) -> None:
    """What stands where PATH may stand can be the first NAME, for this folder; Refused if it is neither."""
    word = str(options.path)
    if os.path.lexists(options.path) or options.path.suffix in (".ipynb", ".py", ".zip"):
        return
    from grader.course.assignments import all_assignments, find_assignment, names_of
    from grader.errors import Refused
    from grader.words import did_you_mean

    asked = [find_assignment(options.assignment)] if options.assignment else all_assignments().values()
    known = dict.fromkeys(name for assignment in asked for name in names_of(assignment))
    if word in known:
        options.names[:0] = [word]
        options.path = Path()
    elif near := did_you_mean(word, [*known, *(name for name in os.listdir() if not name.startswith("."))]):
        raise Refused(f"{word} does not exist, nor is there a part or check of that name.{near}")
