"""``grader mistakes``: what is known to go wrong, for teachers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from grader.commands._options import PASSED, Commands, add_course
from grader.errors import Refused


def declare(commands: Commands) -> None:
    """Add the parser of this command."""
    mistakes = commands.add_parser("mistakes", help="list the known mistakes: code, sentence, file and line")
    add_course(mistakes)
    mistakes.add_argument(
        "name",
        nargs="?",
        metavar="PART",
        help="of this part, check (conv/backward) or assignment only",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns an exit code."""
    for line in lines(options.name or ""):
        print(line)
    return PASSED


def lines(name: str) -> Iterator[str]:
    """One line a mistake: its code, its sentence, where it is declared. Refused if there is no such part or check."""
    from grader.course import catalogue
    from grader.course.assignments import all_assignments
    from grader.course.folder import current
    from grader.course.keys import nearest
    from grader.course.parts import load_part, part_names
    from grader.mistakes import Mistake, Pattern, Raised
    from grader.oracle.live import LiveOracle

    part, _, check = name.partition("/")
    parts = {part} if part in part_names() else set()
    if part and not (parts or check) and part in all_assignments():
        parts = {one.slug for one in all_assignments()[part].parts}
    if part and not parts:
        raise Refused(f"There is no part {part!r}{nearest(part, part_names())}.")
    if check and check not in load_part(part).checks:
        raise Refused(f"{part} has no check {check!r}{nearest(check, load_part(part).checks)}.")
    chosen = load_part(part).checks[check] if check else None
    oracle = LiveOracle(0) if check else None
    for item, module in catalogue.declared():
        if part and (isinstance(item, Raised) or not parts & set(item.parts)):
            continue
        if isinstance(item, Pattern) and chosen and name not in item.checks:
            continue
        if isinstance(item, Mistake) and chosen and oracle and not oracle.matters(chosen, item):
            continue
        file, line = catalogue.place(item, module)
        shown = Path(file).relative_to(current().folder) if Path(file).is_relative_to(current().folder) else file
        yield f"{item.code}  {item.sentence}  {shown}:{line}"
