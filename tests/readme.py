"""The README's tables of what can be graded and of exit codes; ``python -m tests.readme`` writes them anew."""

from __future__ import annotations

from pathlib import Path

from grader.commands._options import EXIT_CODES
from grader.course.assignments import Assignment, all_assignments
from grader.words import number

README = Path(__file__).parents[1] / "README.md"


def assignments() -> list[str]:
    """Exercises with a template first, then those that students do in the course's own folders."""
    rows = ["| assignment | points | what | from |", "|---|---|---|---|"]
    for assignment in sorted(all_assignments().values(), key=lambda assignment: not assignment.template):
        what = assignment.summary.removesuffix(".") + _data(assignment)
        rows.append(f"| `{assignment.slug}` | {number(assignment.points)} | {what} | {assignment.source} |")
    return rows


def _data(assignment: Assignment) -> str:
    return f" ({number(assignment.data_points)} points need `--data`)" if assignment.data_points else ""


def exit_codes() -> list[str]:
    """As `grader --help` has them."""
    return ["| exit code | |", "|---|---|", *(f"| {code} | {words} |" for code, words in EXIT_CODES.items())]


def current(text: str) -> str:
    """The README's text with the tables as they are now."""
    for name, rows in (("assignments", assignments()), ("exit codes", exit_codes())):
        before, begin, rest = text.partition(f"<!-- {name}: made by `make readme` -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->\n")
        assert begin and end, f"{README} has no comments around its {name}"
        text = "".join([before, begin, *(f"{row}\n" for row in rows), end, after])
    return text


if __name__ == "__main__":
    README.write_text(current(README.read_text("utf-8")), "utf-8", newline="\n")
