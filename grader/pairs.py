"""Which two known mistakes are worth playing together, where none alone explains a check. All functions are pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import numpy as np

from grader.conventions import either_of
from grader.evidence import SAME
from grader.expectations import Labels, Matches, Within
from grader.fitting import distance, same_as
from grader.judging import Graded, Played
from grader.mistakes import Mistake
from grader.oracle import Oracle
from grader.outcome import Outcome
from grader.tolerance import judges_of

MOST_TOGETHER = 150  # pairs of mistakes that are thought of though nothing hints at them
MOST_QUICK = 1000  # the same where a case has so few numbers that
QUICK = 300  # it takes a fraction of a millisecond
NEAR = 1e-3  # relative error of an array that a slip like a misplaced eps is added to


def worth_trying(
    one: Graded, failed: Sequence[Played], mistakes: Sequence[Mistake], oracle: Oracle, known: Collection[str]
) -> Iterator[tuple[Mistake, Mistake]]:
    """All pairs that may give every wrong array, as each array is given by one of the two alone; and a few others.

    Two mistakes that meet in one array show in no way but by playing them together, which takes its time. Those come
    first of which one is ``known`` from another check, then those of which each array is nearly given by one of the
    two: the other may be a slip of eps that is in all arrays. An array that neither changes in any case both do not.
    """
    pairs = [pair for pair in combinations(range(len(mistakes)), 2) if not _same_thing(*(mistakes[n] for n in pair))]
    if not pairs:
        return
    first, second = np.array(pairs).T
    errors, changes = _alone(one, failed, mistakes, oracle)
    nearer = np.minimum(errors[first], errors[second])
    given_alone = (nearer <= SAME).all(axis=1)
    yield from (_both(pairs[n], mistakes) for n in np.flatnonzero(given_alone))
    far = np.count_nonzero(nearer > NEAR, axis=1)
    new = np.array([not any(mistakes[n].code in known for n in pair) for pair in pairs])
    together = [n for n in np.lexsort((far, new)) if not given_alone[n]]
    quick = min(sum(value.size for value in item.inputs.values()) for item in failed) <= QUICK
    reached = (changes[first] | changes[second]).all(axis=1)
    yield from (_both(pairs[n], mistakes) for n in together[: MOST_QUICK if quick else MOST_TOGETHER] if reached[n])


def _alone(
    one: Graded, failed: Sequence[Played], mistakes: Sequence[Mistake], oracle: Oracle
) -> tuple[np.ndarray, np.ndarray]:
    """How far each mistake is by itself from each wrong array, and whether it may change it, be it in another case.

    Nothing is known of that where a mistake raises, nor of arrays that are not compared, or in either of two ways: what
    is only remarked on may be made of several.
    """
    names = [expectation.name for expectation in one.check.expect]
    wrong = [(item, name) for item in failed for name in names if not same_as(item, name, item.want)]
    judges = judges_of(of for of in one.check.expect if not either_of(of))
    by_itself = {name for name, judge in judges.items() if isinstance(judge, (Labels, Matches, Within))}
    compared = [
        item.transcript.outcome == Outcome.RETURNED and name in by_itself and name in item.want for item, name in wrong
    ]
    errors, changes = [], []
    for mistake in mistakes:
        given = [oracle.mistaken(one.check, item.case, mistake) for item in failed]
        arrays = {item.case.name: of for item, of in zip(failed, given, strict=True) if of}
        errors.append([distance(item, name, arrays.get(item.case.name, {}).get(name)) for item, name in wrong])
        changed = {name for of in arrays.values() for name in of}
        raises = any(of is None for of in given)
        changes.append([raises or name in changed or not told for (_, name), told in zip(wrong, compared, strict=True)])
    return np.array(errors), np.array(changes, dtype=bool)


def _both(pair: tuple[int, int], mistakes: Sequence[Mistake]) -> tuple[Mistake, Mistake]:
    return mistakes[pair[0]], mistakes[pair[1]]


def _same_thing(one: Mistake, other: Mistake) -> bool:
    return bool(one.about & other.about)
