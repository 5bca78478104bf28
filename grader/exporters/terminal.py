"""What the terminal shows, with rich. Students' text is shown as text, never as markup or escapes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.assignments import Assignment
from grader.model import CheckResult, ErrorInfo, PartResult, Result, Status
from grader.words import inert, number

LOOK = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.CRASHED: ("✗", "red"),
    Status.TIMED_OUT: ("✗", "red"),
    Status.MISSING: ("·", "yellow"),
    Status.SKIPPED: ("–", "cyan"),
    Status.VIOLATED: ("✗", "red"),
    Status.GRADER_ERROR: ("!", "magenta"),
}


def show(result: Result, console: Console) -> None:
    """Print one submission's result: every check, and for those that did not pass the reason."""
    result = _inert(result)
    level = f"isolation {result.isolation.level}"
    seeds = f"public seed {result.seed}" if result.public else f"seed {result.seed}"
    console.print(Text.assemble((result.student, "bold"), f"   {result.assignment}   {seeds}   {level}"))
    for part in result.parts:
        console.print(_part(part))
    if result.notebook:
        console.print(Text(_notebook_line(result), style="dim"))
    if result.questions:
        console.print(Text(_questions_line(result), style="dim"))
    for note in result.notes:
        console.print(Text(f"note: {note.sentence}", style="dim"))
    console.print(_verdict(result))


def _inert(result: Result) -> Result:
    """The same without escapes and control characters: names of files and messages are students' text."""

    def clean(value: Any) -> Any:
        if isinstance(value, Status):
            return value
        if isinstance(value, str):
            return inert(value)
        if isinstance(value, dict):
            return {clean(name): clean(item) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(clean(item) for item in value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {field.name: clean(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return dataclasses.replace(value, **fields)
        return value

    cleaned: Result = clean(result)
    return cleaned


def _part(part: PartResult) -> RenderableType:
    blocks: list[RenderableType] = [
        Text.assemble("\n", (part.title, "bold"), f"  {number(part.score)} of {number(part.max_score)} points")
    ]
    for check in part.checks:
        icon, colour = LOOK[check.status]
        blocks.append(
            Text.assemble(
                (f"  {icon} {check.slug:<11} {check.status.replace('_', ' '):<12} ", colour),
                f"{_points(check):>8}  ",
                (check.title, "dim"),
                no_wrap=True,
                overflow="ellipsis",
            )
        )
        blocks += [Padding(line, (0, 0, 0, 6), expand=False) for line in _reasons(check)]
    return Group(*blocks)


def _points(check: CheckResult) -> str:
    if check.status in (Status.GRADER_ERROR, Status.SKIPPED):
        return "–"
    return f"{number(check.points)} / {number(check.max_points)}" if check.max_points else "no marks"


def _reasons(check: CheckResult) -> list[Text]:
    lines = []
    if check.status is not Status.PASSED:
        # The cause first, then the measurements that show it.
        for diagnosis in check.diagnosis:
            unsure = "" if diagnosis.certain else "Likely: "
            how = unsure if diagnosis.specific else "The numbers show: "
            lines.append(Text(f"{how}{diagnosis.sentence} {diagnosis.hint}".rstrip(), style="bold"))
        if check.error:
            lines.append(Text(_error(check.error, kind=check.status is not Status.MISSING)))
        for finding in check.findings:
            good = Text(f"✓ {finding.name}: {finding.message}", style="dim")
            lines.append(good if finding.ok else Text(f"✗ {finding.message}"))
        if check.usual_max_points and check.edge_max_points and check.status is not Status.GRADER_ERROR:
            lines.append(Text(_marks(check), style="dim"))
    return lines + [Text(f"note: {note.sentence}", style="dim") for note in check.notes]


def _marks(check: CheckResult) -> str:
    """The marks for the course's own case and for the general contract, apart."""
    usual = f"the course's own case: {number(check.usual_points)} of {number(check.usual_max_points)} points"
    edges = f"the general contract: {number(check.edge_points)} of {number(check.edge_max_points)}"
    carried = f"; error carried forward: {number(check.carried_points)}" if check.carried_points else ""
    return f"{usual}; {edges}{carried}"


def _error(error: ErrorInfo, *, kind: bool = True) -> str:
    where = f"cell {error.cell}" if error.cell else error.file or ""
    line = f", line {error.line}" if where and error.line else ""
    place = f"{where}{line}: " if where else ""
    ours = error.type in ("Missing", "TimeLimit", "Died", "Violated", "HarnessError")
    return f"{place}{error.type}: {error.message}" if kind and not ours else f"{place}{error.message}"


def _notebook_line(result: Result) -> str:
    run = result.notebook
    assert run is not None, "only called with a notebook"
    if run.trouble:
        return f"\nNotebook: could not be run, by no fault of the student: {run.trouble}"
    text = f"\nNotebook: {run.executed} of {run.cells} cells ran in {run.seconds:.1f} s"
    errors = [f"cell {error.cell} {error.type}" for error in run.errors[:5]]
    return f"{text}; errors in {', '.join(errors)} (no marks)." if errors else f"{text}, from top to bottom."


def _questions_line(result: Result) -> str:
    """How many answers there are for a person to read, and what is known of the others."""
    answers = [question for question in result.questions if question.answer.strip()]
    read = sum(question.needs_review for question in answers)
    counts = {
        f"{read} {'answer' if read == 1 else 'answers'} to read": read,
        f"{len(answers) - read} checked": len(answers) - read,
        f"{len(result.questions) - len(answers)} without an answer": len(result.questions) - len(answers),
    }
    return f"\nInline questions: {', '.join(words for words, count in counts.items() if count)} (no marks)."


def _verdict(result: Result) -> Text:
    if result.score is None or result.max_score is None:
        return Text(f"\nNot graded: {result.reason}", style="bold magenta")
    score = f"\n{number(result.score)} of {number(result.max_score)} points."
    statuses = [check.status for check in result.checks]
    left = statuses.count(Status.SKIPPED)
    if left:
        score += f" {left} of {len(statuses)} checks were skipped."
    if Status.PASSED not in statuses or not set(statuses) <= {Status.PASSED, Status.SKIPPED}:
        return Text(score, style="bold")
    if left:
        return Text(f"{score} All others passed.", style="bold")
    if result.public:
        return Text(f"{score} All public checks passed; hidden checks run when it is graded.", style="bold green")
    return Text(f"{score} Every check passed.", style="bold green")


def show_class(results: Sequence[Result], console: Console) -> None:
    """Print a table of a class: student, score, and what to fix first."""
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("student", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("checks that did not pass")
    for result in map(_inert, results):
        if result.score is None or result.max_score is None:
            table.add_row(Text(result.student), Text("not graded", style="magenta"), Text(result.reason or ""))
            continue
        wrong = [
            f"{check.slug} {check.status.replace('_', ' ')}" for check in result.checks if check.status != "passed"
        ]
        score = f"{number(result.score)} / {number(result.max_score)}"
        table.add_row(Text(result.student), score, Text(", ".join(wrong)))
    console.print(table)
    flagged = [result for result in map(_inert, results) if result.flags]
    if flagged:
        console.print(Text("\nPlease look at these yourself:", style="bold"))
    for result in flagged:
        console.print(Text(f"  {result.student}: {result.flags[0]}"))


def show_assignments(assignments: Sequence[Assignment], console: Console) -> None:
    """Print what can be graded: assignments, their parts and checks, and the points."""
    for assignment in assignments:
        console.print(Text.assemble((assignment.slug, "bold"), f"  {assignment.title}"))
        console.print(Text(f"  {assignment.summary}\n  Source: {assignment.source}", style="dim"))
        if assignment.convention:
            console.print(Text(f"  Convention: {assignment.convention}", style="dim"))
        table = Table.grid(padding=(0, 2))
        for part in assignment.parts:
            table.add_row(f"  {part.slug}", number(part.points), ", ".join(part.checks))
        table.add_row("  total", number(assignment.points), "")
        console.print(table)
        console.print()


def show_levels(levels: Mapping[str, tuple[str, Mapping[str, str]]], console: Console) -> None:
    """Print which isolation levels hold here (why not, what was denied), strongest first, and what will be used."""
    for level, (why, probes) in levels.items():
        if why:
            console.print(Text.assemble(("✗ ", "red"), (level, "bold"), f"  not here: {why}"))
            continue
        console.print(Text.assemble(("✓ ", "green"), (level, "bold"), "" if probes else "  holds back accidents only"))
        for outcome in dict.fromkeys(probes.values()):
            names = [name for name, its in probes.items() if its == outcome]
            console.print(Padding(Text(f"{outcome}: {', '.join(names)}", style="dim"), (0, 0, 0, 2)))
    best = next(level for level, (why, _) in levels.items() if not why)
    if best == "process":
        words = "`grader grade` refuses to run here, unless with --isolation process; `grader check` runs."
    else:
        words = f"`grader grade` and `grader check` use the level {best}."
    console.print(Text(f"\n{words}"))
