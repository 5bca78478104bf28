"""What the terminal shows, with rich. Students' text is shown as text, never as markup or escapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.course.assignments import Assignment
from grader.exporters.lines import lines
from grader.model import Result, locks
from grader.words import inert, number


def show(result: Result, console: Console) -> None:
    """Print one submission's result: every check, and for those that did not pass the reason."""
    for line in lines(result):
        text = Text.assemble(*line.pieces, no_wrap=line.cut, overflow="ellipsis" if line.cut else None)
        console.print(Padding(text, (0, 0, 0, line.indent), expand=False) if line.indent else text)


def show_class(results: Sequence[Result], console: Console, called: Mapping[str, str] | None = None) -> None:
    """Print a table of a class: student (``called`` by key), score, and what to fix first."""
    called = called or {}
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("student", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("checks that did not pass")
    for result in results:
        name = called.get(result.student, result.student)
        if result.score is None or result.max_score is None:
            how = "no mark" if result.status == "graded" else "not graded"  # whoever is excused
            table.add_row(_text(name), Text(how, style="magenta"), _text(result.reason or ""))
            continue
        wrong = [
            f"{part.slug}/{check.slug} {check.status.replace('_', ' ')}"
            for part in result.parts
            for check in part.checks
            if check.status != "passed"
        ]
        score = f"{number(result.score)} / {number(result.max_score)}"
        table.add_row(_text(name), score, Text(", ".join(wrong)))
    console.print(table)
    flagged = [result for result in results if result.flags]
    if flagged:
        console.print(Text("\nPlease look at these yourself:", style="bold"))
    for result in flagged:
        console.print(_text(f"  {called.get(result.student, result.student)}: {result.flags[0]}"))


def _text(words: str) -> Text:
    return Text(inert(words))


def show_assignments(assignments: Sequence[Assignment], console: Console) -> None:
    """Print what can be graded: assignments, their parts and checks, and the points."""
    for assignment in assignments:
        console.print(Text.assemble((assignment.slug, "bold"), f"  {assignment.title}"))
        console.print(Text(f"  {assignment.summary}\n  Source: {assignment.source}", style="dim"))
        if assignment.convention:
            console.print(Text(f"  Convention: {assignment.convention}", style="dim"))
        rows = [(part.slug, number(part.points), ", ".join(part.checks)) for part in assignment.parts]
        data = f"{number(assignment.data_points)} of them only with --data" if assignment.data_points else ""
        rows.append(("total", number(assignment.points), data))
        slugs, points = (max(len(row[column]) for row in rows) for column in (0, 1))
        for slug, worth, words in rows:
            line = f"  {slug:<{slugs}}  {worth:>{points}}  {words}".rstrip()
            console.print(Text(fill(line, console.width, subsequent_indent=" " * (slugs + points + 6))))
        console.print()


def show_levels(
    levels: Mapping[str, tuple[str, Mapping[str, str]]], strongest: str, own: str, console: Console
) -> None:
    """Print which isolation levels hold here (why not, what was denied), strongest first, and what commands use.

    ``strongest`` is the level for others' work, ``own`` the one for one's own.
    """
    for level, (why, probes) in levels.items():
        if why:
            console.print(Text.assemble(("✗ ", "red"), (level, "bold"), f"  not here: {why}"))
            continue
        console.print(Text.assemble(("✓ ", "green"), (level, "bold"), "" if probes else "  holds back accidents only"))
        for outcome in dict.fromkeys(probes.values()):
            names = [name for name, its in probes.items() if its == outcome]
            console.print(Padding(Text(f"{outcome}: {', '.join(names)}", style="dim"), (0, 0, 0, 2), expand=False))
    graders = "`grader grade` and `grader agree`"
    if not locks(strongest):
        grading = f"{graders} refuse to run here, unless with --isolation {strongest}."
    else:
        grading = f"{graders} use the level {strongest}" + _unless_it_fails(levels[strongest][0])
    console.print(Text(f"\n{grading}"))
    console.print(Text(f"`grader check` uses the level {own}" + _unless_it_fails(levels[own][0])))


def _unless_it_fails(why: str) -> str:
    return ", which does not hold: nothing is graded." if why else "."
