"""A submission's Result in lines, as the terminal shows it: plain text in a pipe or a job's log, else with looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.model import CheckResult, ErrorInfo, PartResult, Result, Status
from grader.words import inert, listing, number

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
FILES = 4  # that are named; of more the others are counted
DEEP = 6  # columns: what stands under a check


class Line(NamedTuple):
    """Pieces of text with their looks (rich's words for them); ``cut`` where it ends at the terminal's edge."""

    pieces: tuple[tuple[str, str], ...]
    indent: int = 0
    cut: bool = False

    @property
    def text(self) -> str:
        """The line without looks."""
        return "".join(text for text, _ in self.pieces)


def plain(result: Result) -> str:
    """All lines as text, each as long as it is."""
    rows = []
    for line in lines(result):
        rows += [f"{' ' * line.indent}{row}".rstrip() for row in line.text.split("\n")]
    return "\n".join(rows) + "\n"


def lines(result: Result) -> Iterator[Line]:
    """Every check, and for those that did not pass the reason; students' text without escapes and controls."""
    yield _line((result.student, "bold"), "".join(f"   {fact}" for fact in _facts(result)))
    if result.submission.files:
        yield _line((f"Code from {_files(result.submission.files)}", "dim"))
    for part in result.parts:
        yield from _part(part)
    if result.notebook:
        yield _line((_notebook(result), "dim"))
    if result.questions:
        yield _line((_questions(result), "dim"))
    for note in result.notes:
        yield _line((f"note: {note.sentence}", "dim"))
    yield _verdict(result)


def reasons(check: CheckResult) -> list[str]:
    """What is to be said of a check, a sentence a line; the cause of a failure is the first."""
    return [line.text for line in _reasons(check)]


def _facts(result: Result) -> Iterator[str]:
    """What is known of the run: a submission that was not graded may have no assignment, seed or level."""
    if result.assignment:
        yield result.assignment
    if result.seed is not None:
        yield f"public seed {result.seed}" if result.public else f"seed {result.seed}"
    if result.was_run:
        yield f"isolation {result.isolation.level}"


def _files(names: Sequence[str]) -> str:
    return listing([" ".join(name.split()) for name in names], most=FILES)


def _line(*pieces: str | tuple[str, str], indent: int = 0, cut: bool = False) -> Line:
    both = [(piece, "") if isinstance(piece, str) else piece for piece in pieces]
    return Line(tuple((inert(text), look) for text, look in both), indent, cut)


def _part(part: PartResult) -> Iterator[Line]:
    yield _line("\n", (part.title, "bold"), f"  {number(part.score)} of {number(part.max_score)} points")
    for check in part.checks:
        icon, colour = LOOK[check.status]
        yield _line(
            (f"  {icon} {check.slug:<11} {check.status.replace('_', ' '):<12} ", colour),
            f"{_points(check):>8}  ",
            (check.title, "dim"),
            cut=True,
        )
        yield from _reasons(check)


def _points(check: CheckResult) -> str:
    if check.status in (Status.GRADER_ERROR, Status.SKIPPED):
        return "–"
    return f"{number(check.points)} / {number(check.max_points)}" if check.max_points else "no marks"


def _reasons(check: CheckResult) -> Iterator[Line]:
    if check.status is not Status.PASSED:
        # The cause first, then the measurements that show it.
        for diagnosis in check.diagnosis:
            unsure = "" if diagnosis.certain else "Likely: "
            how = unsure if diagnosis.specific else "The numbers show: "
            yield _line((f"{how}{diagnosis.sentence} {diagnosis.hint}".rstrip(), "bold"), indent=DEEP)
        if check.error:
            yield _line(_error(check.error, kind=check.status is not Status.MISSING), indent=DEEP)
        for finding in check.findings:
            good = (f"✓ {finding.name}: {finding.message}", "dim")
            yield _line(good if finding.ok else f"✗ {finding.message}", indent=DEEP)
        if check.usual_max_points and check.edge_max_points and check.status is not Status.GRADER_ERROR:
            yield _line((_marks(check), "dim"), indent=DEEP)
    for note in check.notes:
        yield _line((f"note: {note.sentence}", "dim"), indent=DEEP)


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


def _notebook(result: Result) -> str:
    run = result.notebook
    assert run is not None, "only called with a notebook"
    if run.trouble:
        return f"\nNotebook: could not be run, by no fault of the student: {run.trouble}"
    name = f" {_files([run.file])}" if run.file else ""
    text = f"\nNotebook{name}: {run.executed} of {run.cells} cells ran in {run.seconds:.1f} s"
    errors = [f"cell {error.cell} {error.type}" for error in run.errors[:5]]
    return f"{text}; errors in {', '.join(errors)} (no marks)." if errors else f"{text}, from top to bottom."


def _questions(result: Result) -> str:
    """How many answers there are for a person to read, and what is known of the others."""
    answers = [question for question in result.questions if question.answer.strip()]
    read = sum(question.needs_review for question in answers)
    counts = {
        f"{read} {'answer' if read == 1 else 'answers'} to read": read,
        f"{len(answers) - read} checked": len(answers) - read,
        f"{len(result.questions) - len(answers)} without an answer": len(result.questions) - len(answers),
    }
    return f"\nInline questions: {', '.join(words for words, count in counts.items() if count)} (no marks)."


def _verdict(result: Result) -> Line:
    if result.score is None or result.max_score is None:
        return _line((f"\nNot graded: {result.reason}", "bold magenta"))
    score = f"\n{number(result.score)} of {number(result.max_score)} points."
    statuses = [check.status for check in result.checks]
    left = statuses.count(Status.SKIPPED)
    if left:
        score += f" {left} of {len(statuses)} checks were skipped."
    if Status.PASSED not in statuses or not set(statuses) <= {Status.PASSED, Status.SKIPPED}:
        return _line((score, "bold"))
    if left:
        return _line((f"{score} All others passed.", "bold"))
    if result.public:
        return _line((f"{score} All public checks passed; hidden checks run when it is graded.", "bold green"))
    return _line((f"{score} Every check passed.", "bold green"))
