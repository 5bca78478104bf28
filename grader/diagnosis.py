"""Which mistake explains what failed. All functions here are pure; what mistakes would give, the oracle says.

In this order: one known mistake, two of them together, the cases that fail, a mistake that is likely as it explains
most of the cases (grader.fitting), and at last what the numbers themselves show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader.by_array import by_array
from grader.evidence import evidence
from grader.expectations import Verdict
from grader.fitting import Fit, GivenBy, explainable, fails, fit, is_certain, may_explain, takes_long
from grader.judging import Graded
from grader.mistakes import Ignored, Mistake, Together, Wrong, ignored
from grader.model import CheckResult, Diagnosis, Status
from grader.oracle import Oracle
from grader.outcome import Outcome
from grader.pairs import worth_trying
from grader.words import plain_text

Known = Mistake | Ignored
Sure = Mapping[str, Sequence[Known]]  # of each check, the known mistakes that explain all of it

LONGEST = 200  # characters of an exception that are told


@np.errstate(all="ignore")  # wild values overflow, and then agree with nothing
def explained(graded: Sequence[Graded], oracle: Oracle) -> list[CheckResult]:
    """The results of a part with their diagnoses.

    A mistake that a passed case rules out, of whatever check of the part, explains nothing; of those that are left,
    the ones that explain most checks are named.
    """
    certain_of = {one.check.name: _certain(one, graded, oracle) for one in graded}
    sure = {}
    for one in graded:
        most = _most(certain_of[one.check.name], lambda item: _count(item, graded, certain_of, oracle))
        others = [other for other in graded if other is not one]
        sure[one.check.name] = _least_contradicted(most, certain_of, oracle, others)
    results = []
    for one in graded:
        certain = sure[one.check.name]
        carried = one.result.diagnosis
        found: tuple[Diagnosis, ...] = tuple(_diagnosis(item, certain=True) for item in certain[: len(certain) == 1])
        found = found or _raised(one, oracle)
        found = found or (() if certain else _by_array(one, graded, oracle) or _pair(one, graded, sure, oracle))
        if not found:
            likely = _either(certain) if certain else _likely(one, list(_singles(one, graded, oracle)), oracle)
            seen = _raised(one, oracle, general=True)
            found = (*_patterns(one, oracle), *seen, *likely) if not _on_sand(one, graded) else seen
        if not found and not carried:
            found = _evidence(one)
        told = {(item.sentence, item.hint): item for item in (*found, *carried)}  # two codes may say the same
        results.append(replace(one.result, diagnosis=tuple(told.values())))
    return results


def _certain(one: Graded, part: Sequence[Graded], oracle: Oracle) -> list[Known]:
    """Each known mistake that explains all of a check; arguments that are ignored only where no other does."""
    found: list[Known] = []
    for item in _possible(one, part, oracle) if _failed(one) else ():
        if found and isinstance(item, Ignored):
            break
        if is_certain(one, variant_of(oracle, item)) and not ruled_out(oracle, item, one, part):
            found.append(item)
    return found


def _singles(one: Graded, part: Sequence[Graded], oracle: Oracle) -> Iterator[tuple[Known, Fit]]:
    """Each known mistake that explains something of a check of which none explains all."""
    for item in _possible(one, part, oracle) if _failed(one) else ():
        fits = fit(one, variant_of(oracle, item))
        if fits and not ruled_out(oracle, item, one, part):
            yield item, fits


def _known(one: Graded, oracle: Oracle) -> Iterator[Known]:
    yield from oracle.catalogue.mistakes_of(one.check.part)
    yield from ignored(one.check)


def _possible(one: Graded, part: Sequence[Graded], oracle: Oracle) -> Iterator[Known]:
    """The known mistakes; of a check that takes long, without those that are ruled out: elsewhere that is seen last."""
    long = takes_long(one)
    return (item for item in _known(one, oracle) if not (long and ruled_out(oracle, item, one, part)))


def _explains_some(wrong: Known, one: Graded, part: Sequence[Graded], certain: Sequence[Known], oracle: Oracle) -> bool:
    """Whether a mistake explains some of a check of which these explain all."""
    sure = {item.code for item in certain}
    found = False
    for item in _known(one, oracle) if _failed(one) else ():
        if found and isinstance(item, Ignored):
            return False
        found |= item.code in sure
        if item.code == wrong.code:
            return item.code in sure or bool(
                fit(one, variant_of(oracle, item)) and not ruled_out(oracle, item, one, part)
            )
    return False


def _count(wrong: Known, part: Sequence[Graded], certain: Sure, oracle: Oracle) -> int:
    """Of how many checks of a part a mistake explains something."""
    return sum(_explains_some(wrong, one, part, certain[one.check.name], oracle) for one in part)


def all_certain(one: Graded, part: Sequence[Graded], oracle: Oracle) -> list[Mistake]:
    """Every known mistake that explains all of a check; most are not told, as the cases do not tell them apart."""
    return [item for item in _certain(one, part, oracle) if isinstance(item, Mistake)]


def _least_contradicted(found: list[Known], certain_of: Sure, oracle: Oracle, others: Sequence[Graded]) -> list[Known]:
    """Of several those that fit best to what is certain of the other checks, which each of them would have changed."""
    if len(found) < 2:
        return found
    certain = {name: {item.code for item in those} for name, those in certain_of.items()}
    against = {
        item.code: sum(
            any(variant_of(oracle, item)(other.check, played.case) != {} for played in other.played)
            for other in others
            if not other.check.independent and certain[other.check.name] and item.code not in certain[other.check.name]
        )
        for item in found
    }
    return [item for item in found if against[item.code] == min(against.values())]


def _either(found: Sequence[Known]) -> tuple[Diagnosis, ...]:
    """Two mistakes that the cases do not tell apart, in one sentence: one of them was made. Of more nothing is said."""
    if len(found) != 2:
        return ()
    one, other = found
    hint = " ".join(dict.fromkeys((one.hint, other.hint)))
    sentence = f"Either: {one.sentence} Or: {other.sentence}"
    return (Diagnosis(f"{one.code}-or-{other.code}", sentence, False, hint),)


def _likely(one: Graded, singles: Sequence[tuple[Known, Fit]], oracle: Oracle) -> tuple[Diagnosis, ...]:
    """The one mistake that explains much of what failed, if what it explains has no second explanation.

    Many mistakes look the same in some of the cases. One that another can stand for there, even one that the passed
    cases rule out, is not said: the student's may be a third.
    """
    most = max((fits.numbers for _, fits in singles), default=0)
    best = [(item, fits) for item, fits in singles if fits.numbers == most]
    if len(best) != 1 or not best[0][1].likely:
        return ()
    ((mistake, fits),) = best
    explained = [item for item in one.played if item.case.name in fits.explains]
    for other in oracle.catalogue.mistakes_of(one.check.part):
        variant = variant_of(oracle, other)
        if other.code != mistake.code and all(
            may_explain(one, item, variant(one.check, item.case)) for item in explained
        ):
            return ()
    return (_diagnosis(mistake, certain=False),)


def _pair(one: Graded, part: Sequence[Graded], sure: Sure, oracle: Oracle) -> tuple[Diagnosis, ...]:
    """The first two mistakes that together explain all of a check.

    Those that are certain of another check come first: what it has made, this one may go on from. Where a check that
    this one makes use of has failed, one of the two is certain there.
    """
    failed = explainable(one)
    below = [other for other in _others(one, part) if other.check.slug in one.check.builds_on and _has_failed(other)]
    known = {item.code for other in below or _others(one, part) for item in sure[other.check.name]}
    if (below and not known) or not failed:
        return ()
    mistakes = [
        item
        for item in oracle.catalogue.mistakes_of(one.check.part)
        if not ruled_out(oracle, item, one, part) and oracle.matters(one.check, item)
    ]
    for pair in worth_trying(one, failed, mistakes, oracle, known):
        if below and not known & {item.code for item in pair}:
            continue
        both = Together(pair)  # most end after one case
        if is_certain(one, variant_of(oracle, both)) and not ruled_out(oracle, both, one, part):
            return tuple(_diagnosis(item, certain=True) for item in pair)
    return ()


def _by_array(one: Graded, part: Sequence[Graded], oracle: Oracle) -> tuple[Diagnosis, ...]:
    """What explains each wrong array by itself."""
    if not _failed(one):
        return ()
    known = [item for item in _possible(one, part, oracle) if isinstance(item, Mistake)]
    excluded = partial(ruled_out, oracle, one=one, part=part)
    return by_array(one, part, known, lambda item: variant_of(oracle, item), excluded)


def _on_sand(one: Graded, part: Sequence[Graded]) -> bool:
    """Whether what a check makes use of is wrong, so that its cases may fail for that."""
    return any(other.check.slug in one.check.builds_on and _has_failed(other) for other in _others(one, part))


def _others(one: Graded, part: Sequence[Graded]) -> list[Graded]:
    return [other for other in part if other is not one and other.check.part == one.check.part]


def _has_failed(one: Graded) -> bool:
    return one.result.status in (Status.FAILED, Status.CRASHED)


def _raised(one: Graded, oracle: Oracle, *, general: bool = False) -> tuple[Diagnosis, ...]:
    """What every exception says, if all failed cases ended with one of the same known cause."""
    failed = [item for item in one.played if item.case.name not in one.passed]
    known = oracle.catalogue
    causes = {
        known.raised_by(one.check.name, item.transcript.error, general=general)
        if item.transcript.outcome == Outcome.RAISED
        else None
        for item in failed
    }
    cause = causes.pop() if len(causes) == 1 else None
    if cause is None:
        return ()
    if not general:
        return (Diagnosis(cause.code, cause.sentence, True, cause.hint),)
    error = failed[0].transcript.error or {}
    words = plain_text(f"{error.get('type')}: {error.get('message')}", LONGEST)
    return (Diagnosis(cause.code, f"{cause.sentence.rstrip('.')} ({words}).", True, cause.hint),)


def _patterns(one: Graded, oracle: Oracle) -> tuple[Diagnosis, ...]:
    failed = _failed(one)
    return tuple(
        Diagnosis(item.code, item.sentence, True, item.hint)
        for item in oracle.catalogue.patterns_of(one.check.part)
        if failed and item.fits(one.check.name, failed)
    )[:1]


def _evidence(one: Graded) -> tuple[Diagnosis, ...]:
    """What the numbers of the first wrong array show."""
    for item in one.played:
        if item.transcript.outcome != Outcome.RETURNED or item.case.name in one.passed:
            continue
        for expectation in one.check.expect:
            got, want = item.values.get(expectation.name), item.want.get(expectation.name)
            said = expectation.judge(item.values, item.want, item.inputs, False)
            if isinstance(said, Verdict) and not said.ok and isinstance(got, np.ndarray) and want is not None:
                found = evidence(expectation.name, got, want, item.inputs)
                where = f"With {item.case.name}: " if item.case.name else ""
                return tuple(replace(each, sentence=where + each.sentence, specific=False) for each in found)
    return ()


def variant_of(oracle: Oracle, wrong: Wrong) -> GivenBy:
    """What code with that mistake in it gives."""
    return lambda check, case: oracle.mistaken(check, case, wrong)


def _diagnosis(item: Known, *, certain: bool) -> Diagnosis:
    return Diagnosis(item.code, item.sentence, certain, item.hint)


def ruled_out(oracle: Oracle, wrong: Wrong, one: Graded, part: Sequence[Graded]) -> bool:
    """Whether a case that was passed, of another check, would have come back wrong with the mistake: it was not made.

    A variant that raises there rules nothing out: it need not be made for all that another check does. Nor does a
    check whose function is written apart, such as a prediction that has a forward pass of its own.
    """
    return any(
        _is_free_of(other, wrong, oracle)
        for other in part
        if other.check is not one.check and not other.check.independent
    )


def _is_free_of(one: Graded, wrong: Wrong, oracle: Oracle) -> bool:
    """Whether a case of a check was passed that the mistake makes wrong; the same for all other checks."""
    place = ("free of", wrong.code)
    if place not in one.kept:
        passed = (item for item in one.played if item.case.name in one.passed)
        given = ((item, oracle.mistaken(one.check, item.case, wrong)) for item in passed)
        one.kept[place] = any(values is not None and fails(one, item, values) for item, values in given)
    return bool(one.kept[place])


def _most(candidates: Sequence[Known], explains: Callable[[Known], int]) -> list[Known]:
    """Those that explain most checks; of two about the same, or with the same sentence, the first."""
    if len(candidates) < 2:
        return [*candidates]
    counts = [explains(item) for item in candidates]
    kept: list[Known] = []
    told: set[str] = set()
    for item, count in zip(candidates, counts, strict=True):
        if count == max(counts) and not (told & (item.about | {item.sentence})):
            kept.append(item)
            told |= item.about | {item.sentence}
    return kept


def _failed(one: Graded) -> set[str]:
    """The cases that came back wrong, or raised."""
    ended = [item for item in one.played if item.transcript.outcome in (Outcome.RETURNED, Outcome.RAISED)]
    return {item.case.name for item in ended if item.case.name not in one.passed}
