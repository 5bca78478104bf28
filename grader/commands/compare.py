"""``grader compare``: two folders of reports, or two runs of one, person by person."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands._options import CHECK_FAILED, PASSED, Commands
from grader.commands._output import show_lines, write


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    compare = commands.add_parser("compare", help="compare two folders of reports, or two runs of one")
    compare.add_argument("first", metavar="DIR[@RUN]", help="a folder that `grade` wrote, as it is or after a run")
    compare.add_argument("second", metavar="DIR[@RUN]", help="the other; `grader history DIR` numbers the runs")
    compare.add_argument("--json", type=Path, metavar="F", help="write the comparison as JSON (- to print it)")


def run(options: argparse.Namespace) -> int:
    """Run the command; 0 if the same counts for everyone, else 1."""
    from grader.store.compare import as_json, compared, side

    first, second = side(options.first), side(options.second)
    pairs = compared(first, second)
    equal = all(pair.is_equal for pair in pairs)
    if options.json and str(options.json) == "-":
        print(as_json(first, second, pairs))
        return PASSED if equal else CHECK_FAILED
    if options.json:
        write(options.json, as_json(first, second, pairs))
    show_lines(pair.line for pair in pairs if not pair.is_equal)
    if first.seed != second.seed:
        print("They were graded with different seeds.")
    same = sum(pair.is_equal for pair in pairs)
    print(f"{len(pairs) - same} differ, {same} are the same." if not equal else f"All {same} are the same.")
    return PASSED if equal else CHECK_FAILED
