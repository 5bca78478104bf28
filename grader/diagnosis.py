"""Which mistake explains what failed. All functions here are pure; what mistakes would give, the oracle says.

In this order: one known mistake, two of them together, the cases that fail, a mistake that explains some of the
cases, and at last what the numbers themselves show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from grader.evidence import SAME, evidence
from grader.expectations import OWN, UNMARKED, Arrays, Expectation, NotAnArray, Verdict, plain, rel_errors
from grader.judging import Graded, Played
from grader.mistakes import Mistake, ignored
from grader.model import CheckResult, Diagnosis, Status
from grader.oracle import Answers, Oracle
from grader.outcome import Outcome
from grader.spec import Case, Check

MOST_TOGETHER = 150  # pairs of mistakes that are played though nothing hints at them
MOST_QUICK = 1000  # the same where a case has so few numbers that
QUICK = 300  # it takes a fraction of a millisecond

GivenBy = Callable[[Check, Case], Answers]  # what a mistake gives in a case: {} where that is the right answer


@dataclass(frozen=True, slots=True)
class Fit:
    """How a mistake fits a check: how many failed cases it explains, of how many; ``numbers`` of them by numbers."""

    explained: int
    numbers: int
    failed: int

    @property
    def certain(self) -> bool:
        """Whether it explains all that failed."""
        return self.explained == self.failed


@np.errstate(all="ignore")  # wild values overflow, and then agree with nothing
def explained(graded: Sequence[Graded], oracle: Oracle) -> list[CheckResult]:
    """The results of a part with their diagnoses.

    A mistake that a passed case rules out, of whatever check of the part, explains nothing; of those that are left,
    the ones that explain most checks are named.
    """
    singles = {one.check.name: list(_singles(one, graded, oracle)) for one in graded}
    explains = Counter(item.code for found in singles.values() for item in found)
    known = oracle.catalogue
    about = {item.code: item.about for one in graded for item in known.mistakes_of(one.check.part)}
    results = []
    for one in graded:
        certain = _most([item for item in singles[one.check.name] if item.certain], explains, about)
        likely = _most([item for item in singles[one.check.name] if not item.certain], explains, about)
        carried = one.result.diagnosis
        if len(certain) > 1:  # the cases do not tell them apart
            certain = tuple(replace(item, certain=False) for item in certain)
        found = certain or _raised(one, oracle) or _pair(one, graded, oracle) or (*_patterns(one, oracle), *likely)
        if not found and not carried:
            found = _evidence(one)
        results.append(replace(one.result, diagnosis=(*found, *carried)))
    return results


def fit(one: Graded, variant: GivenBy) -> Fit | None:
    """How well a mistake explains a check; None if it explains nothing, or a passed case shows that it was not made."""
    explained = numbers = failed = 0
    for item in one.played:
        given = variant(one.check, item.case)
        if item.case.name in one.passed:
            if _fails(one.check, item, given):
                return None
        elif item.transcript.outcome == Outcome.RAISED:
            failed += 1
            explained += given is None
        elif item.transcript.outcome == Outcome.RETURNED:
            failed += 1
            hit = given is not None and _reproduces(one.check, item, given)
            explained += hit
            numbers += hit
    return Fit(explained, numbers, failed) if numbers else None


def _singles(one: Graded, part: Sequence[Graded], oracle: Oracle) -> Iterator[Diagnosis]:
    """Each known mistake that explains something of a check; arguments that are ignored only where none does."""
    if not _failed(one):
        return
    found = False
    for item in (*oracle.catalogue.mistakes_of(one.check.part), *ignored(one.check)):
        if found and item.code.startswith("ignores-"):
            return
        variant = _variant(oracle, item.code)
        fits = fit(one, variant)
        if fits and not _ruled_out(variant, one, part):
            found |= fits.certain
            yield _diagnosis(item, certain=fits.certain)


def _pair(one: Graded, part: Sequence[Graded], oracle: Oracle) -> tuple[Diagnosis, ...]:
    """The first two mistakes that together explain all of a check."""
    failed = [item for item in one.played if item.case.name not in one.passed]
    failed.sort(key=lambda item: sum(value.size for value in item.inputs.values()))  # the quickest first
    before = {other.check.slug: other.result.status for other in part if other.check.part == one.check.part}
    if any(before.get(slug) in (Status.FAILED, Status.CRASHED) for slug in one.check.builds_on):
        return ()
    if not any(item.transcript.outcome == Outcome.RETURNED for item in failed):
        return ()
    mistakes = [
        item
        for item in oracle.catalogue.mistakes_of(one.check.part)
        if oracle.matters(one.check, item.code) and not _ruled_out(_variant(oracle, item.code), one, part)
    ]
    for pair in _worth_trying(one, failed, mistakes, oracle):
        variant = _variant(oracle, "+".join(item.code for item in pair))
        first = variant(one.check, failed[0].case)
        if first == {} or not _may_explain(one.check, failed[0], first):
            continue  # most pairs end here, after one case
        fits = fit(one, variant)
        if fits and fits.certain and not _ruled_out(variant, one, part):
            return tuple(_diagnosis(item, certain=True) for item in pair)
    return ()


def _worth_trying(
    one: Graded, failed: Sequence[Played], mistakes: Sequence[Mistake], oracle: Oracle
) -> Iterator[tuple[Mistake, Mistake]]:
    """All pairs that may give every wrong array, as each array is given by one of the two alone; and a few others.

    Two mistakes that meet in one array show in no way but by playing them together, which takes its time.
    """
    wrong = {
        (item.case.name, expectation.name)
        for item in failed
        for expectation in one.check.expect
        if not _same_as(item, expectation.name, item.want)
    }
    alone = {
        mistake.code: {
            (item.case.name, name)
            for item in failed
            for name, given in (_variant(oracle, mistake.code)(one.check, item.case) or {}).items()
            if _same_as(item, name, {name: given})
        }
        for mistake in mistakes
    }
    pairs = [pair for pair in combinations(mistakes, 2) if not pair[0].about & pair[1].about]
    together = []
    for pair in pairs:
        if wrong <= alone[pair[0].code] | alone[pair[1].code]:
            yield pair
        else:
            together.append(pair)
    quick = sum(value.size for value in failed[0].inputs.values()) <= QUICK
    yield from together[: MOST_QUICK if quick else MOST_TOGETHER]


def _same_as(item: Played, name: str, arrays: Arrays) -> bool:
    return name in arrays and _distance(item.values.get(name), arrays[name]) <= SAME


def _raised(one: Graded, oracle: Oracle) -> tuple[Diagnosis, ...]:
    """What every exception says, if all failed cases ended with one of the same known cause."""
    failed = [item for item in one.played if item.case.name not in one.passed]
    known = oracle.catalogue
    causes = {
        known.raised_by(one.check.name, item.transcript.error) if item.transcript.outcome == Outcome.RAISED else None
        for item in failed
    }
    return tuple(Diagnosis(cause.code, cause.sentence, True, cause.hint) for cause in causes if cause)[
        : len(causes) == 1
    ]


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


def _variant(oracle: Oracle, code: str) -> GivenBy:
    return lambda check, case: oracle.mistaken(check, case, code)


def _diagnosis(item: Mistake, *, certain: bool) -> Diagnosis:
    return Diagnosis(item.code, item.sentence, certain, item.hint)


def _ruled_out(variant: GivenBy, one: Graded, part: Sequence[Graded]) -> bool:
    """Whether a case that was passed, of another check, would have come back wrong with the mistake: it was not made.

    A variant that raises there rules nothing out: it need not be made for all that another check does. Nor does a
    check whose function is written apart, such as a prediction that has a forward pass of its own.
    """
    return any(
        given is not None and _fails(other.check, item, given)
        for other in part
        if other.check is not one.check and not other.check.independent
        for item in other.played
        if item.case.name in other.passed
        for given in [variant(other.check, item.case)]
    )


def _most(
    candidates: Sequence[Diagnosis], explains: Counter[str], about: Mapping[str, frozenset[str]]
) -> tuple[Diagnosis, ...]:
    most = max((explains[item.code] for item in candidates), default=0)
    kept: list[Diagnosis] = []
    told: set[str] = set()
    for item in candidates:
        subject = about.get(item.code, frozenset())
        if explains[item.code] == most and not (told & subject):  # two about the same would contradict each other
            kept.append(item)
            told |= subject
    return tuple(kept)


def _failed(one: Graded) -> set[str]:
    """The cases that came back wrong, or raised."""
    ended = [item for item in one.played if item.transcript.outcome in (Outcome.RETURNED, Outcome.RAISED)]
    return {item.case.name for item in ended if item.case.name not in one.passed}


def _fails(check: Check, item: Played, given: Answers) -> bool:
    """Whether what a mistake gives would not have passed; what passed by the student's own functions tells nothing."""
    if given is None:
        return True
    values = {**item.want, **given}
    wrong = (
        expectation
        for expectation in check.expect
        if isinstance(verdict := expectation.judge(values, item.want, item.inputs, False), Verdict) and not verdict.ok
    )
    return bool(given) and any(not _by_own(item, expectation) for expectation in wrong)


def _by_own(item: Played, expectation: Expectation) -> bool:
    said = expectation.judge(item.values, item.want, item.inputs, False)
    return isinstance(said, Verdict) and said.rule == OWN


def _may_explain(check: Check, item: Played, given: Answers) -> bool:
    if given is None:
        return item.transcript.outcome == Outcome.RAISED
    return item.transcript.outcome == Outcome.RETURNED and _reproduces(check, item, given)


def _reproduces(check: Check, item: Played, given: Arrays) -> bool:
    """Whether a mistake gives the student's arrays, and not the right ones, in one of the conventions of the check."""
    conventions = dict.fromkeys(["", *(getattr(expectation, "other", "") for expectation in check.expect)])
    return bool(given) and any(_gives(check, item, {**item.want, **given}, convention) for convention in conventions)


def _gives(check: Check, item: Played, values: Arrays, convention: str) -> bool:
    """Whether these values are the student's: much nearer to them than the right ones are, which may be near too."""
    got = item.values
    names = {  # of each array, and of what stands for it in the convention
        expectation.name: (convention if hasattr(expectation, "other") else "") + expectation.name
        for expectation in check.expect
        if expectation.name in values and not isinstance(expectation, UNMARKED)
    }
    wrong = max((_distance(got.get(name), item.want.get(place)) for name, place in names.items()), default=0.0)
    return wrong > 0 and all(
        _distance(got.get(name), values[place]) <= min(SAME, wrong / 10) for name, place in names.items()
    )


def _distance(x: object, y: object) -> float:
    """The largest relative error; NaN and infinities agree, as a mistake may give itself away by where they stand."""
    if isinstance(x, NotAnArray) and isinstance(y, np.ndarray):
        return 0.0 if y.dtype.kind == "U" and x.kind == str(y) else np.inf  # what a mistake leaves out
    if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray)) or x.shape != y.shape:
        return np.inf
    if x.dtype.kind not in "biuf" or y.dtype.kind not in "biuf":
        return np.inf
    x, y = plain(x), plain(y)
    finite = np.isfinite(x)
    if not np.array_equal(finite, np.isfinite(y)) or not np.array_equal(x[~finite], y[~finite], equal_nan=True):
        return np.inf
    return float(np.max(rel_errors(x[finite], y[finite]), initial=0.0))
