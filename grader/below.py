"""In a self-check: that what has failed calls a function whose own check fails, so that nothing else may be wrong.

What a mistake in one part gives in another is not recorded for students; who calls whom, the text tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.callees import Definitions
from grader.judging import Graded
from grader.model import CheckResult, Note, Status
from grader.places import CALLED
from grader.program import Program
from grader.records import replace
from grader.scenarios import text_of
from grader.words import listing, plain_text

CODE = "calls-what-fails"
SAID = "This calls {names}, which {checks} find{s} wrong: mend that first, and look here again."
FAILING = (Status.FAILED, Status.CRASHED, Status.MISSING)


def with_what_is_called(
    found: Sequence[list[CheckResult]], graded: Sequence[Graded], program: Program
) -> list[list[CheckResult]]:
    """The results of the parts; a failed check without a certain cause says which wrong functions it calls."""
    results = {id(one): result for one, result in zip(graded, (each for of in found for each in of), strict=True)}
    failing: dict[str, list[Graded]] = {}
    for one in graded:
        if results[id(one)].status in FAILING:
            failing.setdefault(_own(one), []).append(one)
    definitions = Definitions(program)
    noted = iter([_noted(one, results[id(one)], failing, definitions) for one in graded])
    return [[next(noted) for _ in of] for of in found]


def _own(one: Graded) -> str:
    """The function or class that a check is about: what its scenario calls last."""
    called = CALLED.findall(text_of(one.check.scenario)) or [""]
    return one.check.rename.get(called[-1], called[-1])


def _noted(
    one: Graded, result: CheckResult, failing: Mapping[str, Sequence[Graded]], definitions: Definitions
) -> CheckResult:
    sure = any(item.certain and item.specific for item in result.diagnosis)
    if sure or result.status not in (Status.FAILED, Status.CRASHED):
        return result
    asked = {one.check.rename.get(name, name) for name in CALLED.findall(text_of(one.check.scenario))}
    called = {callee.name for callee in definitions.callees(one.check) if not callee.owner} - asked
    names = [name for name in failing if name in called]
    if not names:
        return result
    checks = [other.check.name for name in names for other in failing[name]]
    said = SAID.format(names=listing(names), checks=listing(checks, 3), s="s" if len(checks) == 1 else "")
    return replace(result, notes=(*result.notes, Note(CODE, plain_text(said))))
