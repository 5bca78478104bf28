"""A cause for each wrong array by itself: a known mistake that changes this array alone, or a relation.

Students write dx, dw and db in lines of their own and may slip in each of them, so that no one mistake explains the
check. Together they do, if each array is given in every case. All functions here are pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.evidence import same, telling
from grader.expectations import Labels, Matches, Verdict, Within, plain
from grader.fitting import GivenBy, gives, quickest_first, same_as
from grader.judging import Graded, Played
from grader.mistakes import Mistake
from grader.model import Diagnosis, Status
from grader.outcome import Outcome
from grader.relations import LEAST, PREFIX, Case, relation
from grader.tolerance import judges_of


def by_array(
    one: Graded,
    part: Sequence[Graded],
    mistakes: Sequence[Mistake],
    variant: Callable[[Mistake], GivenBy],
    ruled_out: Callable[[Mistake], bool],
) -> tuple[Diagnosis, ...]:
    """A certain cause for every wrong array, each once; nothing if one of them has none, or a case did not return."""
    names = wrong_arrays(one)
    if not names or any(item.transcript.outcome != Outcome.RETURNED for item in one.played):
        return ()
    found = []
    for name in names:
        known = [item for item in mistakes if gives_alone(one, name, variant(item)) and not ruled_out(item)]
        told = {item.sentence: item for item in known}
        if len(told) == 1:
            ((sentence, mistake),) = told.items()
            found.append(Diagnosis(mistake.code, sentence, True, mistake.hint))
        elif measured := None if _forward_failed(one, part) else _measured(one, name) or _exchanged(one, name):
            found.append(measured)
        else:
            return ()
    return tuple({item.sentence: item for item in found}.values())


def wrong_arrays(one: Graded) -> list[str]:
    """The arrays that are wrong in some case; none, if something else is wrong than an array that is compared."""
    judges = judges_of(one.check.expect)
    found: dict[str, None] = {}
    for item in one.played:
        for expectation in one.check.expect:
            said = expectation.judge(item.values, item.want, item.inputs, False)
            if isinstance(said, Verdict) and not said.ok:
                if not isinstance(judges.get(expectation.name), (Matches, Within, Labels)):
                    return []
                found[expectation.name] = None
    return list(found)


def gives_alone(one: Graded, name: str, variant: GivenBy) -> bool:
    """Whether a mistake gives this array in all cases, and leaves the others as they should be."""
    shows = False
    for item in quickest_first(one):  # most end there, and so before they are played in a whole training
        given = variant(one.check, item.case)
        if given is None or set(given) - {name}:
            return False
        if name in given:
            shows = True
            if not gives(one, item, name, given[name]):
                return False
        elif not same_as(item, name, item.want):
            return False
    return shows


def _measured(one: Graded, name: str) -> Diagnosis | None:
    cases = [Case(item.values.get(name), item.want[name], item.inputs) for item in one.played if _has(item, name)]
    return relation(name, cases)


def _exchanged(one: Graded, name: str) -> Diagnosis | None:
    """That an array is what another one should be, in every case."""
    for other in one.played[0].want:
        alike = [item for item in one.played if other != name and _has(item, other) and same_as(item, name, item.want)]
        cases = [item for item in one.played if item not in alike]
        if other != name and len(cases) >= LEAST and all(_is(item, name, other) for item in cases):
            hint = "Under which name is each of them kept, and in which order are they returned?"
            return Diagnosis(f"{PREFIX}{name}-is-{other}", f"{name} is what {other} should be.", True, hint)
    return None


def _is(item: Played, name: str, other: str) -> bool:
    """Whether an array that came back is the right one of another name, which is not all the same number."""
    got, want = item.values.get(name), item.want.get(other)
    if not isinstance(got, np.ndarray) or not isinstance(want, np.ndarray) or want.dtype.kind not in "biuf":
        return False
    return bool(want.ndim) and telling(plain(want)) and same(plain(got), plain(want))


def _has(item: Played, name: str) -> bool:
    return isinstance(item.want.get(name), np.ndarray)


def _forward_failed(one: Graded, part: Sequence[Graded]) -> bool:
    """Whether the forward pass, of which this is the gradient, or anything that this makes use of is wrong."""
    below = {*one.check.builds_on, *((one.check.gradient_of.forward,) if one.check.gradient_of else ())}
    return any(
        other.check.part == one.check.part
        and other.check.slug in below
        and other.result.status in (Status.FAILED, Status.CRASHED)
        for other in part
    )
