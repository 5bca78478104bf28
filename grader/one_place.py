"""In which line of a student's function one small change makes everything right, where no known mistake explains it.

The changed functions (grader.variants) are played in a student process like the student's own: the process gets their
text and the inputs, and never an answer. A change counts if every case of the check comes back right with it, and so
does every check of the part that was right before. The line is told, and not the change. No mark moves by it.

How far it looks is counted in variants, not in seconds: what is told must be the same on every machine.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from grader.by_array import wrong_arrays
from grader.carried import CODE
from grader.changes import AXES_ALIKE
from grader.fitting import wrong_names
from grader.judging import Graded, Played
from grader.model import CheckResult, Diagnosis, Status
from grader.outcome import Outcome
from grader.places import CALLED
from grader.program import Program
from grader.records import dataclass, replace
from grader.scenarios import text_of
from grader.spec import Check
from grader.variants import Variant, numbered, variants
from grader.words import listing, plain_text
from grader.worker.client import StudentProcess

PREFIX = "one-place-"  # the codes begin with it
AT_ONCE, MOST = 150, 750  # variants that one process loads, and that are tried of a function
MOST_ENDED = 3  # variants of a submission whose process ends, as they never end themselves or break it
ENDED = (Outcome.TIMED_OUT, Outcome.DIED, Outcome.VIOLATED)
LONGEST = 120  # characters of a line that are shown
SENTENCE = 'One small change in {where} makes it right: "{source}".'
SENTENCE_OF = 'One small change in {where} makes {names} right: "{source}".'
SENTENCE_BELOW = 'One small change in {where}, in {name}, makes this right as well: "{source}".'
ALL_RIGHT = "All cases come right then, and nothing else has to change."
HINT = "What does this line do, and what should it do?"
Process = Callable[[Program, str], StudentProcess]
# Checks that have to stay right, and those of which some has to come right.
Others = tuple[Sequence[Graded], Sequence[Graded]]


class Budget:
    """What is left for a submission: variants to try, and how many of them may still cost a process."""

    def __init__(self, variants: int) -> None:
        self.variants, self.processes = variants, MOST_ENDED

    def take(self, most: int) -> int:
        """So many of them at most; none once too many have cost a process."""
        taken = min(most, self.variants) if self.processes > 0 else 0
        self.variants -= taken
        return taken


@dataclass(frozen=True, slots=True)
class Step:
    """A change, and the arrays that are right in all cases with it."""

    variant: Variant
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the submission: its name, its text, and the file, cell (None in a module) and line of it."""

    name: str
    text: str
    file: str
    cell: object
    line: int


def searched(
    graded: Sequence[Graded],
    results: Sequence[CheckResult],
    program: Program,
    process: Process,
    budget: Budget,
    patterns: Collection[str],
) -> list[CheckResult]:
    """The results of a part; a change that makes a check right is its cause.

    What shows by the cases that fail, of which the codes are ``patterns``, stays beside it.
    """
    found = []
    for one, result in zip(graded, results, strict=True):
        if _unexplained(one, result, patterns) and not _on_sand(one, graded):
            causes = _causes(one, graded, program, process, budget)
            result = replace(result, diagnosis=(*causes, *_kept(result, patterns))) if causes else result
        found.append(result)
    return found


def _unexplained(one: Graded, result: CheckResult, patterns: Collection[str]) -> bool:
    failed = result.status in (Status.FAILED, Status.CRASHED) and len(one.played) == len(one.check.cases)
    sure = any(item.certain and item.specific and item.code not in patterns for item in result.diagnosis)
    return failed and not sure and not one.check.truth and not one.check.needs_data


def _kept(result: CheckResult, patterns: Collection[str]) -> tuple[Diagnosis, ...]:
    return tuple(item for item in result.diagnosis if item.code == CODE or item.code in patterns)


def _on_sand(one: Graded, part: Sequence[Graded]) -> bool:
    """Whether a whole that this check builds on is wrong."""
    return any(
        other.check.slug in one.check.builds_on and other.result.status is not Status.PASSED
        for other in part
        if other.check.part == one.check.part
    )


def _below(one: Graded, part: Sequence[Graded]) -> list[Graded]:
    """The failed checks of functions that this check makes use of: what is wrong there may be all that is wrong."""
    *uses, own = _called(one.check) or [""]
    failed = [other for other in part if other is not one and other.result.status in (Status.FAILED, Status.CRASHED)]
    return [other for other in failed if (_called(other.check) or [own])[-1] in uses]


def _called(check: Check) -> list[str]:
    """What a scenario calls, in order: mostly first what the rest needs."""
    return list(dict.fromkeys(CALLED.findall(text_of(check.scenario))))


def _causes(
    one: Graded, part: Sequence[Graded], program: Program, process: Process, budget: Budget
) -> tuple[Diagnosis, ...]:
    """A change that makes the check right, or else one for each wrong array, each found by itself.

    Where a function is wrong that this check makes use of, a change of that one has to make some failed check of it
    right as well.
    """
    right = _right_in_all(one, one.played)
    below = _below(one, part)
    wrong = [] if below else wrong_arrays(one)
    passed = [other for other in part if other is not one and other.result.status is Status.PASSED]
    where = {_called(other.check)[-1] for other in below}
    for function in _functions(one.check, program):
        if below and function.name not in {one.check.rename.get(name, name) for name in where}:
            continue
        alone: dict[str, Step] = {}
        for step in _steps(one, (passed, below), program, process, function, budget):
            if step.right == _arrays(one):
                return (_told(function, step, [], below=bool(below)),)
            for name in step.right - right:
                alone.setdefault(name, step)
        if wrong and alone.keys() >= set(wrong):
            steps = sorted(dict.fromkeys(alone[name] for name in wrong), key=lambda each: each.variant.line)
            return tuple(_told(function, each, [name for name in wrong if alone[name] == each]) for each in steps)
    return ()


def _steps(
    one: Graded, others: Others, program: Program, process: Process, function: Function, budget: Budget
) -> Iterator[Step]:
    """The changes with which more arrays are right in every case than were; of ``others`` see there."""
    found = islice(variants(function.text, function.name), MOST)
    while several := list(islice(found, budget.take(AT_ONCE))):
        with process(_with(program, function, several), one.check.part) as played:
            yield from _better(one, others, function, several, played, budget)


def _functions(check: Check, program: Program) -> Iterator[Function]:
    """What a scenario calls, the last first, as far as it is a function at the top of a cell or module."""
    called = (check.rename.get(name, name) for name in reversed(CALLED.findall(text_of(check.scenario))))
    for name in dict.fromkeys(called):
        file = program.entries.get(name, "")
        for cell in reversed(program.units.get(file, [])):
            text = str(cell["text"])
            node = _definition(text, name)
            if node is not None:
                lines = text.split("\n")[node.lineno - 1 : node.end_lineno]
                yield Function(name, "\n".join(lines) + "\n", file, cell["cell"], node.lineno)
                break


def _definition(text: str, name: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None


def _with(program: Program, function: Function, several: Sequence[Variant]) -> Program:
    """The submission, and these variants of a function beside it, in its file."""
    text, names = numbered(several, function.name)
    label = f"<variants of {function.name}>"
    statements = [{"index": index, "binds": [name]} for index, name in enumerate(names)]
    cell: dict[str, object] = {
        "file": function.file,
        "cell": None,
        "label": label,
        "text": text,
        "statements": statements,
    }
    units = {**program.units, function.file: [*program.units[function.file], cell]}
    return replace(program, units=units, entries={**program.entries, **dict.fromkeys(names, function.file)})


def _better(
    one: Graded,
    others: Others,
    function: Function,
    several: Sequence[Variant],
    process: StudentProcess,
    budget: Budget,
) -> Iterator[Step]:
    failed = [item for item in one.played if item.case.name not in one.passed]
    failed.sort(key=lambda item: sum(value.size for value in item.inputs.values()))  # most end at the quickest
    before = _right_in_all(one, one.played)
    _, names = numbered(several, function.name)
    for variant, name in zip(several, names, strict=True):
        if budget.processes <= 0:
            return
        if not before < _right_with(one, failed[:1], function, name, process, budget):
            continue
        right = _right_with(one, one.played, function, name, process, budget)
        if not before < right:
            continue
        all_of, some_of = (
            (_right_with(other, other.played, function, name, process, budget) == _arrays(other) for other in of)
            for of in others
        )
        if all(all_of) and (not others[1] or any(some_of)):
            yield Step(variant, right)


def _arrays(one: Graded) -> frozenset[str]:
    """The names of all that is judged."""
    return frozenset(expectation.name for expectation in one.check.expect)


def _right_with(
    one: Graded, cases: Iterable[Played], function: Function, variant: str, process: StudentProcess, budget: Budget
) -> frozenset[str]:
    """The arrays that come back right in these cases with a variant of the function; none, once a case has none."""
    asked = next((name for name, own in one.check.rename.items() if own == function.name), function.name)
    check = replace(one.check, rename={**one.check.rename, asked: variant})
    right = _arrays(one)
    for item in cases:
        transcript = process.play(check, item.inputs)
        budget.processes -= transcript.outcome in ENDED
        right &= _right_in_all(one, [replace(item, transcript=transcript)])
        if not right:
            break
    return right


def _right_in_all(one: Graded, cases: Iterable[Played]) -> frozenset[str]:
    """The arrays that are right in all of these cases, or are not judged there."""
    wrong: set[str] = set()
    for item in cases:
        if item.transcript.outcome != Outcome.RETURNED:
            return frozenset()
        with np.errstate(all="ignore"):
            wrong |= wrong_names(one.check, item, item.values)
    return _arrays(one) - wrong


def _told(function: Function, step: Step, names: list[str], *, below: bool = False) -> Diagnosis:
    """The line of a change; ``names`` are the arrays that it makes right, if these are not all."""
    line = function.line + step.variant.line - 1
    where = f"line {line}" if function.cell is None else f"line {line} of cell {function.cell}"
    if step.variant.kind == AXES_ALIKE:
        where = f"{where}, and the same at each other sum, mean or maximum,"
    source = plain_text(function.text.split("\n")[step.variant.line - 1].strip(), LONGEST)
    sentence, hint = SENTENCE.format(where=where, source=source), f"{ALL_RIGHT} {HINT}"
    if below:
        sentence = SENTENCE_BELOW.format(where=where, name=function.name, source=source)
    if names:
        sentence, hint = SENTENCE_OF.format(names=listing(names), where=where, source=source), HINT
    return Diagnosis(f"{PREFIX}{function.name}-{line}", sentence, True, hint)
