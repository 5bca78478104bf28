"""In which line of a student's function one small change makes everything right, where no known mistake explains it.

The changed functions (grader.variants) are played in a student process like the student's own: the process gets their
text and the inputs, and never an answer. A change counts if every case of the check comes back right with it, and so
does every check of the part that was right before. The line is told, and not the change. No mark moves by it.

How far it looks is counted in variants, not in seconds: what is told must be the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property, partial
from heapq import merge
from itertools import islice

import numpy as np

from grader.by_array import wrong_arrays
from grader.callees import Callee, Definitions
from grader.carried import CODE
from grader.changes import AXES_ALIKE
from grader.fitting import wrong_names
from grader.judging import Graded, Played
from grader.left_over import LeftOver
from grader.model import CheckResult, Diagnosis, Status
from grader.not_finite import first_not_finite
from grader.oracle import Oracle
from grader.other_shapes import of_other_shape
from grader.outcome import Outcome
from grader.places import CALLED
from grader.program import Program
from grader.records import dataclass, replace
from grader.scenarios import text_of
from grader.spec import Check
from grader.variants import Variant, variants
from grader.words import listing, plain_text
from grader.worker.client import StudentProcess

PREFIX = "one-place-"  # the codes begin with it
AT_ONCE, MOST = 150, 750  # variants that one process loads, and that are tried for a check
MOST_OF_WHOLES = 300  # that are tried for what builds on other checks, such as training: it takes ten times as long
MOST_ENDED = 3  # variants of a submission whose process ends, as they never end themselves or break it
ENDED = (Outcome.TIMED_OUT, Outcome.DIED, Outcome.VIOLATED)
LONGEST = 120  # characters of a line that are shown
SENTENCE = 'One small change in {where} makes it right: "{source}".'
SENTENCE_OF = 'One small change in {where} makes {names} right: "{source}".'
SENTENCE_BELOW = 'One small change in {where}, in {name}, makes this right as well: "{source}".'
SENTENCE_BUT = 'One small change in {where} makes right what no other cause explains: "{source}".'
ALL_RIGHT = "All cases come right then, and nothing else has to change."
HINT = "What does this line do, and what should it do?"
Process = Callable[[Program, str], StudentProcess]
# Checks that have to stay right, and those of which some has to come right.
Others = tuple[Sequence[Graded], Sequence[Graded]]


@dataclass(frozen=True, slots=True)
class Change:
    """A function or method, and a variant of it."""

    callee: Callee
    variant: Variant


class Budget:
    """What is left for a submission: variants to try, and how many of them may still cost a process."""

    def __init__(self, variants: int) -> None:
        self.variants, self.processes = variants, MOST_ENDED

    def take(self, changes: Iterator[Change], most: int) -> list[Change]:
        """So many of these at most; none once too many have cost a process."""
        taken = list(islice(changes, min(most, self.variants))) if self.processes > 0 else []
        self.variants -= len(taken)
        return taken


@dataclass(frozen=True, slots=True)
class Step:
    """A change, the arrays that are right in all cases with it, and else what explains the cases that are not."""

    change: Change
    right: frozenset[str]
    left: tuple[Diagnosis, ...] = ()


def searched(
    graded: Sequence[Graded],
    results: Sequence[CheckResult],
    program: Program,
    process: Process,
    budget: Budget,
    oracle: Oracle,
) -> list[CheckResult]:
    """The results of a part; a change that makes a check right is its cause.

    What shows by the cases that fail (a pattern), or by an exception about shapes, stays beside it.
    """
    search = _Search(graded, program, process, budget, oracle)
    patterns = oracle.catalogue.patterns | oracle.catalogue.about_shapes
    found = []
    for one, result in zip(graded, results, strict=True):
        if _unexplained(one, result, patterns):
            causes = search.causes(one, only_known=_on_sand(one, graded))
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


class _Search:
    """The search in one part of a submission; what made one check right is tried first in the next."""

    def __init__(
        self, part: Sequence[Graded], program: Program, process: Process, budget: Budget, oracle: Oracle
    ) -> None:
        self._part, self._program, self._process, self._budget = part, program, process, budget
        self._oracle = oracle
        self._found: dict[Change, None] = {}

    @cached_property
    def _definitions(self) -> Definitions:
        return Definitions(self._program)

    def causes(self, one: Graded, *, only_known: bool) -> tuple[Diagnosis, ...]:
        """A change that makes the check right, or else one for each wrong array, each found by itself.

        Or one that makes most failed cases right, where a known mistake explains the others.

        Where a function is wrong that this check makes use of, a change of that one has to make some failed check of
        it right as well. With ``only_known`` nothing is tried but what made another check of the part right.
        """
        if not only_known and (found := self._of_other_shape(one)):
            return found
        right = _right_in_all(one, one.played)
        below = _below(one, self._part)
        wrong = [] if below else wrong_arrays(one)
        passed = [other for other in self._part if other is not one and other.result.status is Status.PASSED]
        where = {one.check.rename.get(name, name) for name in (_called(other.check)[-1] for other in below)}
        alone: dict[str, Change] = {}
        partly: Step | None = None
        for step in self._steps(one, (passed, below), where, only_known=only_known):
            if step.right == _arrays(one):
                self._found[step.change] = None
                return (self._told(step.change, [], below=bool(below)),)
            partly = partly or (step if step.left else None)
            for name in step.right - right:
                alone.setdefault(name, step.change)
        if not wrong or not alone.keys() >= set(wrong):
            return (self._told(partly.change, [], but=True), *partly.left) if partly else self._not_finite(one)
        self._found |= dict.fromkeys(alone.values())
        steps = sorted(dict.fromkeys(alone[name] for name in wrong), key=lambda each: each.variant.line)
        return tuple(self._told(each, [name for name in wrong if alone[name] == each]) for each in steps)

    def _of_other_shape(self, one: Graded) -> tuple[Diagnosis, ...]:
        with self._process(self._program, one.check.part) as played:
            return of_other_shape(one, played)

    def _not_finite(self, one: Graded) -> tuple[Diagnosis, ...]:
        with self._process(self._program, one.check.part) as played:
            return first_not_finite(one, self._program, played)

    def _steps(self, one: Graded, others: Others, where: Collection[str], *, only_known: bool) -> Iterator[Step]:
        """The changes with which more arrays are right in every case than were; of ``others`` see there.

        They are changes of what is reached by a name in ``where``, unless that is empty; not of what the checks are
        about that this one builds on, for those are right.
        """
        builds_on = [other.check for other in self._part if other.check.slug in one.check.builds_on]
        right = [next(self._definitions.callees(check), None) for check in builds_on]
        callees = [each for each in self._definitions.callees(one.check) if not where or each.asked in where]
        known = [change for change in self._found if change.callee in callees]
        most = 0 if only_known else MOST_OF_WHOLES if builds_on else MOST
        left = None if where else LeftOver(one, self._part, self._oracle)
        for found in (iter(known), islice(_changes([each for each in callees if each not in right]), most)):
            while several := self._budget.take(found, AT_ONCE):
                with self._process(_with(self._program, several), one.check.part) as played:
                    yield from _better(one, others, several, played, self._budget, left)

    def _told(self, change: Change, names: list[str], *, below: bool = False, but: bool = False) -> Diagnosis:
        """The line of a change; ``names`` are the arrays that it makes right, if these are not all.

        ``but`` says that something else is told beside it.
        """
        callee, variant = change.callee, change.variant
        line = callee.line + variant.line - 1
        where = f"line {line}" if callee.cell is None else f"line {line} of cell {callee.cell}"
        if callee.file != self._program.entries.get(callee.asked):
            where = f"{where} of {plain_text(callee.file, LONGEST)}"
        if variant.kind == AXES_ALIKE:
            where = f"{where}, and the same at each other sum, mean or maximum,"
        source = plain_text(callee.text.split("\n")[variant.line - 1].strip(), LONGEST)
        sentence, hint = SENTENCE.format(where=where, source=source), f"{ALL_RIGHT} {HINT}"
        if below:
            sentence = SENTENCE_BELOW.format(where=where, name=callee.full_name, source=source)
        if but:
            sentence, hint = SENTENCE_BUT.format(where=where, source=source), HINT
        if names:
            sentence, hint = SENTENCE_OF.format(names=listing(names), where=where, source=source), HINT
        return Diagnosis(f"{PREFIX}{callee.full_name}-{line}", sentence, True, hint)


def _changes(callees: Iterable[Callee]) -> Iterator[Change]:
    """The changes of all of these, the likely ones first: those of what a check asks for before others as likely."""

    def changes_of(callee: Callee) -> Iterator[Change]:
        return (Change(callee, variant) for variant in variants(callee.text, callee.name, callee.owner))

    return merge(*map(changes_of, callees), key=lambda change: change.variant.rank + (not change.callee.is_asked))


def _with(program: Program, several: Sequence[Change]) -> Program:
    """The submission, and these changed functions beside it, each in its file, and what they stand in for."""
    units, entries = {**program.units}, {**program.entries}
    for file in dict.fromkeys(change.callee.file for change in several):
        named = [(name, change) for name, change in _named(several) if change.callee.file == file]
        cell: dict[str, object] = {
            "file": file,
            "cell": None,
            "label": f"<variants in {file}>",
            "text": "\n\n".join(change.variant.called(change.callee.name, name) for name, change in named),
            "statements": [{"index": index, "binds": [name]} for index, (name, _) in enumerate(named)],
        }
        units[file] = [*units[file], cell]
        for name, change in named:
            entries |= {name: file}
            entries.setdefault(change.callee.owner or change.callee.name, file)
    return replace(program, units=units, entries=entries)


def _named(several: Sequence[Change]) -> list[tuple[str, Change]]:
    """What each of these is called beside the others."""
    return [(f"{change.callee.name}__variant{number}", change) for number, change in enumerate(several)]


def _better(
    one: Graded,
    others: Others,
    several: Sequence[Change],
    process: StudentProcess,
    budget: Budget,
    left: LeftOver | None,
) -> Iterator[Step]:
    failed = [item for item in one.played if item.case.name not in one.passed]
    failed.sort(key=lambda item: sum(value.size for value in item.inputs.values()))  # most end at the quickest
    before = _right_in_all(one, one.played)
    for name, change in _named(several):
        if budget.processes <= 0:
            return
        play = partial(_played_with, process=process, budget=budget, instead=_instead(name, change.callee))
        first = play(one, failed[:1])
        if not (before < _right_in_all(one, first) or (left and left.may_explain(first[0]))):
            continue
        whole = play(one, one.played, all_of_them=left is not None)
        right = _right_in_all(one, whole)
        causes = left.causes(whole) if left and right != _arrays(one) else ()
        if not (before < right or causes):
            continue
        all_of, some_of = (
            (_right_in_all(other, play(other, other.played)) == _arrays(other) for other in of) for of in others
        )
        if all(all_of) and (not others[1] or any(some_of)):
            yield Step(change, right, causes)


def _instead(name: str, callee: Callee) -> dict[str, str]:
    """What the student process is to put in the place of what."""
    return {"name": callee.name, "owner": callee.owner, "by": name}


def _arrays(one: Graded) -> frozenset[str]:
    """The names of all that is judged."""
    return frozenset(expectation.name for expectation in one.check.expect)


def _played_with(
    one: Graded,
    cases: Iterable[Played],
    *,
    process: StudentProcess,
    budget: Budget,
    instead: dict[str, str],
    all_of_them: bool = False,
) -> list[Played]:
    """These cases with a changed function; no more of them, once one has nothing right, unless all are needed."""
    played: list[Played] = []
    for item in cases:
        transcript = process.play(one.check, item.inputs, instead)
        budget.processes -= transcript.outcome in ENDED
        played.append(replace(item, transcript=transcript))
        ended = transcript.outcome in ENDED
        if ended or (not all_of_them and not _right_in_all(one, played[-1:])):
            break
    return played


def _right_in_all(one: Graded, cases: Iterable[Played]) -> frozenset[str]:
    """The arrays that are right in all of these cases, or are not judged there."""
    wrong: set[str] = set()
    for item in cases:
        if item.transcript.outcome != Outcome.RETURNED:
            return frozenset()
        with np.errstate(all="ignore"):
            wrong |= wrong_names(one.check, item, item.values)
    return _arrays(one) - wrong
