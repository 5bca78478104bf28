"""``grader merge``: shards or sections of a class in one folder of reports."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from grader.commands._options import PASSED, Commands, add_course
from grader.commands._output import say, words
from grader.errors import Refused


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    merge = commands.add_parser("merge", help="put shards or sections of a class into one folder of reports")
    add_course(merge)
    merge.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="a folder that `grade` wrote")
    merge.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder of all, new or one of a class"
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    from grader.batch.merging import merged
    from grader.batch.settings import writable
    from grader.store.opening import store_to_read, store_to_write

    _refuse_same([*options.folders, options.out])
    with contextlib.ExitStack() as stack:
        others = [(folder, stack.enter_context(store_to_read(folder))) for folder in options.folders]
        writable(options.out)
        target = stack.enter_context(store_to_write(options.out, words(options), say, new=True))
        taken = merged(target, others, words(options), options.out)
        everyone = len(target.people())
    print(f"{len(taken)} people taken over; {options.out} holds {everyone}.")
    return PASSED


def _refuse_same(folders: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for folder in folders:
        place = os.path.realpath(folder)
        if place in seen:
            raise Refused(f"{folder} is given twice; give each folder once, and another one with --out.")
        seen[place] = folder
