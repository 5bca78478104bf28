"""The tables of the docs: what can be graded, commands, exit codes; ``python -m tests.readme`` writes them anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands import _parser
from grader.commands._options import EXIT_CODES
from grader.course.assignments import Assignment, all_assignments
from grader.words import number

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def assignments() -> list[str]:
    """Exercises with a template first, then those that students do in the course's own folders."""
    rows = ["| assignment | points | what | from |", "|---|---|---|---|"]
    for assignment in sorted(all_assignments().values(), key=lambda assignment: not assignment.template):
        what = assignment.summary.removesuffix(".") + _data(assignment)
        rows.append(f"| `{assignment.slug}` | {number(assignment.points)} | {what} | {assignment.source} |")
    return rows


def _data(assignment: Assignment) -> str:
    return f" ({number(assignment.data_points)} points need `--data`)" if assignment.data_points else ""


def commands() -> list[str]:
    """As `grader --help` lists them."""
    (group,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return ["| command | |", "|---|---|", *(f"| `grader {one.dest}` | {one.help} |" for one in group._choices_actions)]


def exit_codes() -> list[str]:
    """As `grader --help` has them."""
    return ["| exit code | |", "|---|---|", *(f"| {code} | {words} |" for code, words in EXIT_CODES.items())]


TABLES = {
    "docs/assignments.md": {"assignments": assignments},
    "docs/commands.md": {"command list": commands, "exit codes": exit_codes},
}


def current(name: str) -> str:
    """The text of a page with its tables as they are now."""
    text = (ROOT / name).read_text("utf-8")
    for table, rows in TABLES[name].items():
        before, begin, rest = text.partition(f"<!-- {table}: made by `make readme` -->\n")
        _, end, after = rest.partition(f"<!-- end of {table} -->\n")
        assert begin and end, f"{name} has no comments around its {table}"
        text = "".join([before, begin, *(f"{row}\n" for row in rows()), end, after])
    return text


if __name__ == "__main__":
    for name in TABLES:
        (ROOT / name).write_text(current(name), "utf-8", newline="\n")
