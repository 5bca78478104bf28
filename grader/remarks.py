"""What is said of a whole submission besides its checks: cells that do not parse, the age of the code, stand-ins.

None of it carries marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.compat.old_names import may_show_age
from grader.course.assignments import Assignment, all_assignments
from grader.judging import Graded
from grader.model import CheckResult, Note, PartResult, Status
from grader.outcome import Outcome
from grader.program import Program
from grader.records import replace
from grader.scenarios import text_of
from grader.submission import Cell, SourceFile, Submission
from grader.words import listing, plain_text

MOST_BROKEN = 5  # cells that are named
LENDS = "cache_of("  # a scenario that goes on without the student's cache (grader.spec)
LENT = (
    "Your forward pass gave no cache, so this ran with the one that the exercise describes. If yours holds something "
    "else, nothing may be wrong here: mend the forward pass first."
)
AS_IT_IS = "It was graded as it is; --compat grades a converted copy."


def notes_on_cells(program: Program, assignment: Assignment, parts: Sequence[PartResult]) -> Iterator[Note]:
    """What is amiss with the cells; of those that do not parse, what no check names, where marks were lost."""
    for note in program.notes:
        yield replace(note, sentence=plain_text(note.sentence))
    lost = [check for part in parts for check in part.checks if check.points < check.max_points]
    named = {(check.error.file, check.error.cell) for check in lost if check.error}
    broken = [item for item in program.broken if item.cell and item.file in program.units]
    broken = [item for item in broken if lost or item.names & program.entries.keys()]
    for item in [item for item in broken if (item.file, item.cell) not in named][:MOST_BROKEN]:
        again = sorted(item.names & program.entries.keys())
        what = f"and its {listing(again, MOST_BROKEN)} with it" if again else "and was left out"
        line = f" (line {item.line})" if item.line else ""
        said = f"{item.file}, cell {item.cell} does not parse {what}: {item.message}{line}."
        yield Note("does-not-parse", plain_text(said))
    for file, names in program.others.items():
        for slug in _also_held(names, assignment):
            said = f"{file} also holds all that {slug} asks for; it was graded as {assignment.slug} only."
            yield Note("glued", plain_text(said))


def notes_on_lent_caches(graded: Sequence[Graded]) -> list[Graded]:
    """Where nothing came of a forward pass, say of the failing backward pass that its cache was the exercise's.

    Right code that keeps something else in its own cache raises then, at a line in which nothing is wrong.
    """
    silent = {
        (one.check.part, one.check.slug)
        for one in graded
        if one.played and all(each.transcript.outcome != Outcome.RETURNED for each in one.played)
    }
    return [replace(one, result=_lent(one.result)) if _is_lent(one, silent) else one for one in graded]


def _is_lent(one: Graded, silent: set[tuple[str, str]]) -> bool:
    of = one.check.gradient_of
    failing = one.result.status in (Status.FAILED, Status.CRASHED)
    return bool(failing and of and (one.check.part, of.forward) in silent and LENDS in text_of(one.check.scenario))


def _lent(result: CheckResult) -> CheckResult:
    return replace(result, notes=(*result.notes, Note("lent-cache", LENT)))


def _also_held(names: set[str], assignment: Assignment) -> Iterator[str]:
    """Other assignments of which a notebook defines everything, and mostly what its own template does not give."""
    for other in all_assignments().values():
        own = set(other.names) - set(assignment.names)
        if other.template and other.recognised and names.issuperset(other.names) and 2 * len(own) > len(other.names):
            template = assignment.folder / assignment.notebook
            given = template.read_text("utf-8") if assignment.template else ""
            if not all(f"def {name}(" in given or f"class {name}" in given for name in own):
                yield other.slug


def notes_on_age(submission: Submission, program: Program, *, compat: bool) -> Iterator[Note]:
    """What shows that code was written for Python 2 or an older NumPy, the first of each kind, and what was done."""
    broken = {item.file for item in program.broken}
    used = [file for file in submission.files if file.path in broken | program.units.keys()]
    # The quick look is for what parses; of a converted copy it is not known whether it did before.
    old = [
        file for file in used if compat or file.path in broken or any(may_show_age(cell.text) for cell in file.cells)
    ]
    if not old:
        return
    from grader.compat import facts_of

    seen = set()
    for file in old:
        for cell, fact in facts_of(file):
            if fact.code not in seen:
                seen.add(fact.code)
                yield Note(fact.code, plain_text(f"{_place(file, cell)}: {fact.sentence}"))
    if seen:
        yield Note("compat", _done(program, {file.path for file in old}) if compat else AS_IT_IS)


def _done(program: Program, converted: set[str]) -> str:
    """That a converted copy was graded, and what of it does not parse even so."""
    left = [item.place for item in program.broken if item.file in converted]
    if not left:
        return "A converted copy was graded."
    verb = "does" if len(left) == 1 else "do"
    return plain_text(
        f"A converted copy was graded, without {listing(left, MOST_BROKEN)}, which {verb} not parse even so."
    )


def note_on_stand_ins(names: Sequence[str]) -> list[Note]:
    """Which modules were supplied, since the submission imports them and they are neither there nor installed."""
    listed = listing(list(names)) if names else ""
    return [Note("stand-ins", f"Not in the submission, and supplied: {listed}.")] if names else []


def _place(file: SourceFile, cell: Cell) -> str:
    return f"{file.path}, cell {cell.number}" if cell.number else file.path
