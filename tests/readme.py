"""The README's table of what can be graded; ``python -m tests.readme`` writes it anew from the assignments."""

from __future__ import annotations

from pathlib import Path

from grader.assignments import Assignment, all_assignments
from grader.words import number

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- assignments: made by `make readme` -->\n", "<!-- end of assignments -->\n"


def table() -> str:
    """Exercises with a template first, then those that students do in the course's own folders."""
    rows = ["| assignment | points | what | from |", "|---|---|---|---|"]
    for assignment in sorted(all_assignments().values(), key=lambda assignment: not assignment.template):
        what = assignment.summary.removesuffix(".") + _data(assignment)
        rows.append(f"| `{assignment.slug}` | {number(assignment.points)} | {what} | {assignment.source} |")
    return "\n".join(rows) + "\n"


def _data(assignment: Assignment) -> str:
    return f" ({number(assignment.data_points)} points need `--data`)" if assignment.data_points else ""


def with_table(text: str) -> str:
    """The README's text with the table as it is now."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, f"{README} has no lines {BEGIN!r} and {END!r}"
    return before + begin + table() + end + after


if __name__ == "__main__":
    README.write_text(with_table(README.read_text("utf-8")), "utf-8", newline="\n")
