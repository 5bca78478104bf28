"""A submission's Result in lines, as the terminal shows it: plain text in a pipe or a job's log, else with looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.exporters._causes import (
    FAILING,
    age_of,
    age_that_fails,
    in_words,
    is_aged,
    is_aged_code,
    key_of,
    leading,
)
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
ABSENT = ("broken", "missing")  # causes that are told in the words of the exception
DEEP = 6  # columns: what stands under a check
UNLOCKED = "Isolation process: this machine cannot lock code in, so it ran with the rights of the user who started it."


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
    if result.was_run and not result.isolation.locked:
        yield _line((UNLOCKED, "dim"))
    age = age_that_fails(result)
    if age:
        yield _line((age_of(result), "bold yellow"))
    said: dict[object, str] = {}
    for part in result.parts:
        yield from _part(part, said, several=_has_several_notebooks(result), age=age)
    if result.notebook:
        yield _line((_notebook(result), "dim"))
    if result.questions:
        yield _line((_questions(result), "dim"))
    if result.not_asked:
        yield _line((not_asked(result), "dim"))
    for note in result.notes:
        if not (age and is_aged_code(note.code)):  # it stands on top
            yield _line((f"note: {note.sentence}", "dim"))
    yield _verdict(result)


def reasons(check: CheckResult) -> list[str]:
    """What is to be said of a check, a sentence a line; the cause of a failure is the first."""
    return [line.text for line in _reasons(check, source=False)]


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


def _has_several_notebooks(result: Result) -> bool:
    """Whether a cell's number alone could be of more than one notebook."""
    errors = {check.error.file for check in result.checks if check.error and check.error.cell}
    return len(errors | {name for name in result.submission.files if name.endswith(".ipynb")}) > 1


def _part(part: PartResult, said: dict[object, str], *, several: bool, age: str) -> Iterator[Line]:
    yield _line("\n", (part.title, "bold"), f"  {number(part.score)} of {number(part.max_score)} points")
    for check in part.checks:
        icon, colour = LOOK[check.status]
        yield _line(
            (f"  {icon} {check.slug:<11} {check.status.replace('_', ' '):<12} ", colour),
            f"{_points(check):>8}  ",
            (check.title, "dim"),
            cut=True,
        )
        if age and check.error and is_aged(check.error):
            yield from _aged(check.error, age, said, several=several)
        else:
            yield from _reasons(check, _said_already(part, check, said), several=several)


def _aged(error: ErrorInfo, age: str, said: dict[object, str], *, several: bool) -> Iterator[Line]:
    """Of what raises since the code is old only where; the line itself once."""
    where = _where(error, several)
    yield _line(f"{age.rstrip('.')}, as said above{f': {where}' if where else ''} ({error.type}).", indent=DEEP)
    place = (age, error.file, error.cell, error.line)
    if place not in said:
        said[place] = where
        yield from _source(error)


def _said_already(part: PartResult, check: CheckResult, said: dict[object, str]) -> str:
    """The check that has failed by the same cause and shown it; "" for the first."""
    cause = key_of(check)
    if cause is None or check.status not in FAILING:
        return ""
    name = f"{part.slug}/{check.slug}"
    before = said.setdefault(cause, name)
    return "" if before == name else before.removeprefix(f"{part.slug}/")


def _points(check: CheckResult) -> str:
    if check.status in (Status.GRADER_ERROR, Status.SKIPPED):
        return "–"
    return f"{number(check.points)} / {number(check.max_points)}" if check.max_points else "no marks"


def _reasons(check: CheckResult, said: str = "", *, source: bool = True, several: bool = False) -> Iterator[Line]:
    if check.status is not Status.PASSED:
        # The cause first, then the measurements that show it.
        for diagnosis in check.diagnosis:
            if said and diagnosis is leading(check):
                if (key_of(check) or ("",))[0] in ABSENT:
                    continue  # there is another sentence above, and its place is told below
                yield _line(f"As above, in {said}: {diagnosis.sentence}", indent=DEEP)
                continue
            unsure = "" if diagnosis.certain else "Likely: "
            how = unsure if diagnosis.specific else "The numbers show: "
            yield _line((f"{how}{diagnosis.sentence} {diagnosis.hint}".rstrip(), "bold"), indent=DEEP)
        if check.error and said:
            where = _where(check.error, several)
            yield _line(f"As above, in {said}{f': {where}' if where else ''}.", indent=DEEP)
        elif check.error:
            where = _where(check.error, several)
            yield _line(_error(check.error, where, kind=check.status is not Status.MISSING), indent=DEEP)
            yield from _source(check.error) if source else ()
        for finding in check.findings:
            good = (f"✓ {finding.name}: {finding.message}", "dim")
            if check.status is Status.FAILED or not finding.ok:  # what came before a crash is no success
                yield _line(good if finding.ok else f"✗ {finding.message}", indent=DEEP)
        if check.points and check.usual_max_points and check.edge_max_points and check.status in FAILING:
            yield _line((_marks(check), "dim"), indent=DEEP)
    for note in check.notes:
        yield _line((f"note: {note.sentence}", "dim"), indent=DEEP)


def _marks(check: CheckResult) -> str:
    """The marks for the course's own case and for the general contract, apart."""
    usual = f"the course's own case: {number(check.usual_points)} of {number(check.usual_max_points)} points"
    edges = f"the general contract: {number(check.edge_points)} of {number(check.edge_max_points)}"
    carried = f"; error carried forward: {number(check.carried_points)}" if check.carried_points else ""
    again = f"; charged before: {number(check.repeated_points)}" if check.repeated_points else ""
    return f"{usual}; {edges}{carried}{again}"


def _source(error: ErrorInfo) -> Iterator[Line]:
    """The student's line, and marks under what went wrong in it."""
    if not error.source:
        return
    margin = f"{error.line} | "
    yield _line((margin, "dim"), error.source, indent=DEEP + 2)
    if error.column:
        marks = "^" * max((error.end or 0) - error.column, 1)
        yield _line((" " * (len(margin) - 2) + "| ", "dim"), (" " * (error.column - 1) + marks, "red"), indent=DEEP + 2)


def _where(error: ErrorInfo, several: bool) -> str:
    """Where it happened: the module, or the notebook's cell, with its name where there are several of them."""
    cell = f"{error.file}, cell {error.cell}" if several and error.file else f"cell {error.cell}"
    where = cell if error.cell else error.file or ""
    return f"{where}, line {error.line}" if where and error.line else where


def _error(error: ErrorInfo, where: str, *, kind: bool = True) -> str:
    place = f"{where}: " if where else ""
    return f"{place}{in_words(error) if kind else error.message}"


def not_asked(result: Result) -> str:
    """Which parts the submission does not ask for, and how to have them graded."""
    named = listing([f"{part.title} ({number(part.points)})" for part in result.not_asked])
    return (
        f"Not asked for, and in no score or maximum: {named}. Nothing in the submission defines, calls or names them; "
        f"--assignment {result.assignment} asks for all parts."
    )


def _notebook(result: Result) -> str:
    run = result.notebook
    assert run is not None, "only called with a notebook"
    if run.trouble:
        return f"\nNotebook: could not be run, through no fault of the student's: {run.trouble}"
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


def verdict(result: Result) -> str:
    """The score, or that there is none, in a sentence or two; never that all passed where only some were asked for."""
    if result.score is None or result.max_score is None:
        return f"Not graded: {result.reason}"
    score = f"{number(result.score)} of {number(result.max_score)} points."
    statuses = [check.status for check in result.checks]
    skipped, passed = statuses.count(Status.SKIPPED), statuses.count(Status.PASSED)
    if result.left_out:
        score += f" {len(statuses) - skipped} of {result.all_checks} checks ran."
    elif skipped:
        score += f" {skipped} of {len(statuses)} checks {'was' if skipped == 1 else 'were'} skipped."
    if not _is_good(result):
        return score
    if result.left_out:
        return f"{score} {'It' if passed == 1 else 'They'} passed; the others are still to be checked."
    if skipped:
        return f"{score} All others passed."
    if result.public:
        return f"{score} All public checks passed; hidden checks run when it is graded."
    return f"{score} Every check passed."


def _is_good(result: Result) -> bool:
    """Whether something passed, and nothing that ran did not."""
    statuses = {check.status for check in result.checks}
    return Status.PASSED in statuses and statuses <= {Status.PASSED, Status.SKIPPED}


def _verdict(result: Result) -> Line:
    if result.score is None or result.max_score is None:
        return _line((f"\n{verdict(result)}", "bold magenta"))
    whole = _is_good(result) and not result.left_out and Status.SKIPPED not in {check.status for check in result.checks}
    return _line((f"\n{verdict(result)}", "bold green" if whole else "bold"))
