"""What is left once one small change has made some of a check right: a known mistake, or where the cases fail.

Who slips twice in one array has no known mistake that explains all of it, and no single line either.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from grader.diagnosis import ruled_out, variant_of
from grader.evidence import SAME
from grader.expectations import Array, plain, rel_errors
from grader.fitting import is_certain
from grader.judging import Graded, Played
from grader.mistakes import Mistake
from grader.model import Diagnosis
from grader.oracle import Oracle
from grader.outcome import Outcome

ENOUGH = 2  # cases that a change has to make right


class LeftOver:
    """Looks at what a changed function of a check gives, and at what explains the cases that still fail."""

    def __init__(self, one: Graded, part: Sequence[Graded], oracle: Oracle) -> None:
        self._one, self._part, self._oracle = one, part, oracle
        self._given: dict[str, dict[tuple[int, ...], Array]] = {}

    @cached_property
    def _mistakes(self) -> list[Mistake]:
        """The known mistakes that no passed case rules out."""
        known = self._oracle.catalogue.mistakes_of(self._one.check.part)
        return [
            item
            for item in known
            if self._oracle.matters(self._one.check, item) and not ruled_out(self._oracle, item, self._one, self._part)
        ]

    def _given_in(self, item: Played) -> dict[tuple[int, ...], Array]:
        """What the mistakes make of the first array of a case, by the shape: one below the other."""
        if item.case.name not in self._given:
            name = self._one.check.expect[0].name
            given = [self._oracle.mistaken(self._one.check, item.case, one) or {} for one in self._mistakes]
            arrays = [plain(one[name]) for one in given if name in one and one[name].dtype.kind in "biuf"]
            shapes = dict.fromkeys(array.shape for array in arrays)
            self._given[item.case.name] = {
                shape: np.array([array for array in arrays if array.shape == shape]) for shape in shapes
            }
        return self._given[item.case.name]

    def may_explain(self, item: Played) -> bool:
        """Whether some known mistake gives the first array of a case: a quick look, before all cases are played."""
        got = item.values.get(self._one.check.expect[0].name)
        if (
            item.transcript.outcome != Outcome.RETURNED
            or not isinstance(got, np.ndarray)
            or got.dtype.kind not in "biuf"
        ):
            return False
        given = self._given_in(item).get(got.shape)
        if given is None:
            return False
        with np.errstate(all="ignore"):
            apart = rel_errors(np.broadcast_to(plain(got), given.shape), given)
        return bool((apart.reshape(len(given), -1).max(axis=1, initial=0.0) <= SAME).any())

    def causes(self, played: Sequence[Played]) -> tuple[Diagnosis, ...]:
        """What explains all cases that still fail, if the change has made some of those right that failed before.

        That is a mistake that gives their numbers, where two have come right or half of all; or a pattern of cases,
        where half have. Nothing if a case that was right became wrong, or if two mistakes explain what is left.
        """
        changed = Graded(self._one.check, played, self._one.result)
        failed = {item.case.name for item in played} - self._one.passed
        came = changed.passed & failed
        half = bool(came) and 2 * len(came) >= len(failed)
        if len(played) < len(self._one.played) or not self._one.passed <= changed.passed:
            return ()
        if not half and len(came) < ENOUGH:
            return ()
        fits = [item for item in self._mistakes if is_certain(changed, variant_of(self._oracle, item))]
        if len({item.sentence for item in fits}) == 1:
            return (Diagnosis(fits[0].code, fits[0].sentence, True, fits[0].hint),)
        if fits or not half:
            return ()
        left = failed - came
        patterns = self._oracle.catalogue.patterns_of(self._one.check.part)
        found = [item for item in patterns if item.fits(self._one.check.name, left)]
        return tuple(Diagnosis(item.code, item.sentence, True, item.hint) for item in found[:1])
