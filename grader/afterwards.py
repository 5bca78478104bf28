"""What is looked for once a check has failed; where all passed, none of the modules that know how is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from grader.errors import Interrupted
from grader.judging import Graded
from grader.model import CheckResult, Note, Status
from grader.oracle import Oracle
from grader.program import Program
from grader.records import replace
from grader.spec import Part
from grader.words import plain_text
from grader.worker.client import StudentProcess

EXPLAINED = {Status.FAILED, Status.CRASHED}
Results = list[list[CheckResult]]  # of each part
Process = Callable[[Program, str], StudentProcess]  # for a part


def carried_forward(graded: list[Graded], process: StudentProcess, share: float) -> list[Graded]:
    """Points for what is consistent with the student's own wrong functions (grader.carried)."""
    if not _any_failed(one.result for one in graded):
        return graded
    from grader import carried

    return carried.carried_forward(graded, process, share)


def flagged(graded: list[Graded], process: StudentProcess, *, zero: bool) -> list[Graded]:
    """What looks like derivatives by differences (grader.differences), also where all passed."""
    from grader import differences

    return differences.flagged(graded, process, zero=zero)


def explained(parts: Sequence[Part], graded: Sequence[Graded], oracle: Oracle) -> Results:
    """The results of each part with their diagnoses: from its own mistakes, then from those of the other parts."""
    played = [[one for one in graded if one.check.part == part.slug] for part in parts]
    plain = [[one.result for one in of] for of in played]
    if not _any_failed(result for results in plain for result in results):
        return plain
    from grader import diagnosis, inherited

    found = [
        _looked(results, partial(diagnosis.explained, of, oracle)) if _any_failed(results) else results
        for of, results in zip(played, plain, strict=True)
    ]
    if oracle.public:  # what is recorded for self-checks does not tell what a mistake gives in other parts
        return found
    try:
        return inherited.inherited(list(zip([part.title for part in parts], played, found, strict=True)), oracle)
    except Exception as error:
        return [_undiagnosed(results, error) for results in found]


def _looked(results: list[CheckResult], look: Callable[[], list[CheckResult]]) -> list[CheckResult]:
    try:
        return look()
    except Interrupted:
        raise
    except Exception as error:
        return _undiagnosed(results, error)


def _undiagnosed(results: list[CheckResult], error: Exception) -> list[CheckResult]:
    """A bug of ours in looking for the cause must not cost the marks, nor what was found; but it is said."""
    said = plain_text(f"The grader failed to look for the cause ({type(error).__name__}: {error}).")
    return [replace(one, notes=(*one.notes, Note("undiagnosed", said))) for one in results]


def with_what_is_called(found: Results, graded: Sequence[Graded], program: Program) -> Results:
    """Which failed checks call functions whose own checks fail (grader.below)."""
    if not _any_failed(result for results in found for result in results):
        return found
    from grader import below

    return below.with_what_is_called(found, graded, program)


def charged_once(parts: Sequence[Part], found: Results, graded: list[Graded], share: float) -> Results:
    """Points of checks that fail for a cause that was charged before (grader.repeats)."""
    if not any(result.diagnosis for results in found for result in results):
        return found
    from grader import repeats

    return repeats.charged_once(list(zip([part.slug for part in parts], found, strict=True)), graded, share)


def searched(
    parts: Sequence[Part],
    found: Results,
    graded: Sequence[Graded],
    program: Program,
    process: Process,
    oracle: Oracle,
    most: int,
) -> Results:
    """The line in which one small change makes right what no known mistake explains (grader.one_place)."""
    if not most or not _any_failed(result for results in found for result in results):
        return found
    from grader import one_place

    told, budget = [], one_place.Budget(most)
    for part, results in zip(parts, found, strict=True):
        played = [one for one in graded if one.check.part == part.slug]
        look = partial(one_place.searched, played, results, program, process, budget, oracle)
        told.append(_looked(results, look) if _any_failed(results) else results)
    return told


def _any_failed(results: Iterable[CheckResult]) -> bool:
    return any(result.status in EXPLAINED for result in results)
