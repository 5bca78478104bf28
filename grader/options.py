"""What may stand on the command line. Nothing here imports more of the grader, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Sequence
from pathlib import Path

from grader import __version__

EXIT_CODES = {
    0: "all that ran passed (`grade`: every submission was graded, whatever its score)",
    1: "some check failed (`agree`: some verdict differs)",
    2: "wrong usage, or an input was refused (`grade`: no submission could be read)",
    3: "the grader itself failed for some check or submission",
    4: "`grade`: some submissions could not be read and have a row that says so",
    130: "stopped by Ctrl-C",
}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line; names may also stand behind options, which argparse alone does not take."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and (not hasattr(options, "names") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.names += rest
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grades deep-learning assignments written in NumPy, and says why something is wrong.",
        epilog=f"Exit codes: {'; '.join(f'{code} {words}' for code, words in EXIT_CODES.items())}.".replace("`", ""),
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", dest="command")

    check = commands.add_parser("check", help="check your own work with the public tests")
    check.add_argument("path", type=Path, metavar="PATH", help="a notebook, a .py file, a folder or a zip")
    check.add_argument(
        "names", nargs="*", metavar="NAME", help="only these parts or checks, such as conv or conv/backward"
    )
    check.add_argument("--assignment", metavar="A", help="the assignment, if it is not recognised")
    check.add_argument("--json", type=Path, metavar="F", help="write the result as JSON")
    check.add_argument("--html", type=Path, metavar="F", help="write the report as HTML")
    _data(check)
    _compat(check)
    check.add_argument("--watch", action="store_true", help="check again whenever the files change")
    check.add_argument("--notebook", action="store_true", help="also run the notebook from top to bottom")
    _notebook_limits(check)

    grade = commands.add_parser("grade", help="grade submissions with hidden tests, for teaching assistants")
    grade.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a submission, or a folder or zip of them")
    grade.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder of the reports")
    grade.add_argument("--assignment", metavar="A", help="the assignment of all submissions, if not to be recognised")
    grade.add_argument("--seed", type=_seed, metavar="S", help="the hidden seed (a secret random one if not given)")
    grade.add_argument(
        "--jobs", type=_jobs, metavar="N", help="submissions at a time (as many as there are processors)"
    )
    _isolation(grade)
    grade.add_argument(
        "--time-factor",
        type=_seconds,
        default=1.0,
        metavar="F",
        help="stretch the time limits of the checks, as 2 on a slow machine (1)",
    )
    grade.add_argument(
        "--only", action="append", default=[], metavar="PART", help="only this part or check (repeatable)"
    )
    _data(grade)
    _compat(grade)
    grade.add_argument("--resume", action="store_true", help="keep the results of unchanged submissions in DIR")
    grade.add_argument("--fresh", dest="resume", action="store_false", help="grade everything anew (the default)")
    grade.add_argument(
        "--layout", choices=["auto", "one", "class"], default="auto", help="what PATH holds (auto: guess)"
    )
    grade.add_argument(
        "--engine", default="local", metavar="local", help="where to grade: here, in this version (local)"
    )
    grade.add_argument(
        "--no-notebook", dest="notebook", action="store_false", help="do not run notebooks from top to bottom"
    )
    _notebook_limits(grade)
    grade.add_argument("--log", type=Path, metavar="FILE", help="add what happens to FILE, one JSON object a line")
    loudness = grade.add_mutually_exclusive_group()
    loudness.add_argument(
        *("-v", "--verbose"),
        dest="verbosity",
        action="store_const",
        const=1,
        default=0,
        help="of each submission also the seconds, what is wrong, and what to look at",
    )
    loudness.add_argument(
        *("-q", "--quiet"),
        dest="verbosity",
        action="store_const",
        const=-1,
        help="print errors and the last lines only",
    )

    agree = commands.add_parser("agree", help="grade a collection and compare with known verdicts, for teachers")
    agree.add_argument("truth", type=Path, metavar="TRUTH.json", help="the verdicts, by repository and function")
    agree.add_argument("folder", type=Path, metavar="DIR", help="the folder with a folder owner__name a repository")
    agree.add_argument("--json", type=Path, metavar="F", help="write all verdicts as JSON")
    _compat(agree)
    agree.add_argument("--seed", type=_seed, default=231, metavar="S", help="the seed of the inputs (231)")
    agree.add_argument("--jobs", type=_jobs, metavar="N", help="units at a time (as many as there are processors)")
    _isolation(agree)

    release = commands.add_parser("release", help="make what students get from the solution notebook, for teachers")
    release.add_argument("assignment", metavar="A", help="the assignment")
    release.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to fill")

    commands.add_parser(
        "doctor", help="which isolation levels hold on this machine, why not a higher one, what is used"
    )

    commands.add_parser("assignments", help="list what can be graded")
    return parser


def _isolation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--isolation",
        metavar="LEVEL",
        help="isolation level: namespaces, lockdown or process (the best there is, and never process unless said)",
    )


def _compat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--compat",
        action="store_true",
        help="grade code for Python 2 or for an older NumPy as a converted copy, and say so",
    )


def _data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the folder cifar-10-batches-py, for the checks that need the CIFAR-10 data set (else they are skipped)",
    )


def _notebook_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cell-seconds", type=_seconds, default=30.0, metavar="S", help="limit for a notebook cell (30)"
    )
    parser.add_argument(
        "--notebook-seconds",
        type=_seconds,
        default=120.0,
        metavar="S",
        help="limit for a whole notebook (120)",
    )
    parser.add_argument(
        "--notebook-engine",
        choices=("fork", "nbclient"),
        help="how notebooks are run: by forks of a process that is ready, or by nbclient (the first if it works)",
    )


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"the seed must be a whole number from 0 to 2**63 - 1, not {text!r}")
    return int(text)


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 256):
        raise argparse.ArgumentTypeError(f"the number of jobs must be from 1 to 256, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 < float(text) < 1e6:
            return float(text)
    raise argparse.ArgumentTypeError(f"the limit must be a positive number of seconds, not {text!r}")
