"""A cause is charged once: in later checks it costs the share that the assignment sets. All functions here are pure.

Only a known mistake that is named for certain is known to be the same: two functions may each divide dx by the number
of samples, in lines of their own (grader.relations). Nothing is given for what took no work: a check that
earned nothing, and whose arrays have nothing to do with the right ones, is charged in full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.carried import CODE, is_like
from grader.differences import CODE as DIFFERENCES
from grader.judging import Graded
from grader.model import Audit, CheckResult, Note, Status
from grader.outcome import Outcome
from grader.relations import PREFIX

MODES = ("-training", "-test", "-backward", "-staged")  # in which one function has a mistake, or the other


def charged_once(
    parts: Sequence[tuple[str, Sequence[CheckResult]]], graded: Sequence[Graded], share: float
) -> list[list[CheckResult]]:
    """The results of the parts, by slug and in order, where a cause that was charged before costs a ``share``."""
    played = {one.check.name: one for one in graded}
    first: dict[str, str] = {}
    found = []
    for slug, results in parts:
        found.append([_charged(result, f"{slug}/{result.slug}", played, first, share) for result in results])
    return found


def _charged(
    result: CheckResult, name: str, played: Mapping[str, Graded], first: dict[str, str], share: float
) -> CheckResult:
    causes = _causes(result)
    if not causes:
        return result
    before = [first.setdefault(cause, name) for cause in causes]
    if name in before or not (result.points or _is_work(played[name])):
        return result
    given = round((1 - share) * (result.max_points - result.points), 2)
    if not given:
        return result
    where = before[0]
    audit = Audit(f"as above: {where}", "repeated", given, 0.0, share=share)
    said = Note("as-above", f"The cause was charged in {where}; it costs only {share:.0%} of the points here.")
    return replace(
        result,
        points=round(result.points + given, 2),
        repeated_points=given,
        notes=(*result.notes, said),
        audit=(*result.audit, audit),
    )


def _causes(result: CheckResult) -> list[str]:
    """The mistakes that explain all of a check that failed and lost points."""
    named = [item for item in result.diagnosis if item.specific and item.code != CODE]
    flagged = any(note.code == DIFFERENCES for note in result.notes)
    if result.status is not Status.FAILED or flagged or result.points >= result.max_points:
        return []
    known = all(item.certain and not item.code.startswith(PREFIX) for item in named)
    return [_cause(item.code) for item in named] if known else []


def _cause(code: str) -> str:
    for mode in MODES:
        code = code.removesuffix(mode)
    return code


def _is_work(one: Graded) -> bool:
    """Whether some array that came back has to do with what is right."""
    returned = [item for item in one.played if item.transcript.outcome == Outcome.RETURNED]
    names = [expectation.name for expectation in one.check.expect]
    return any(
        is_like(item.values.get(name), item.want[name]) for item in returned for name in names if name in item.want
    )
