"""What follows from a data set that is given, for the checks that need one; all else comes from another oracle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from grader.course.catalogue import Catalogue
from grader.data_set import DataSet
from grader.errors import HarnessError
from grader.expectations import Arrays
from grader.mistakes import Mistake, Wrong
from grader.oracle import Answers, Oracle, key
from grader.oracle.live import shown
from grader.spec import Case, Check, Inputs

Kept = TypeVar("Kept")


def with_data(oracle: Oracle, data: DataSet | None) -> Oracle:
    """The oracle itself, if there is no data set."""
    return DataSetOracle(oracle, data) if data else oracle


class DataSetOracle:
    """Another oracle with a data set, whose reader stands for the reference where a check has no truth of its own.

    Answers are computed once a case and kept. Safe to use from several threads.
    """

    def __init__(self, oracle: Oracle, data: DataSet) -> None:
        self.seed = oracle.seed
        self.public = oracle.public
        self.data = data
        self._oracle = oracle
        self.catalogue = Catalogue((*data.mistakes, *oracle.catalogue.declared))
        self._reference = SimpleNamespace(**data.reference)
        self._lock = threading.RLock()
        self._kept: dict[str, Any] = {}

    def inputs(self, check: Check, case: Case) -> Inputs:
        """Drawn from the data set."""
        return check.inputs(case, self.seed, self.data) if check.needs_data else self._oracle.inputs(check, case)

    def answer(self, check: Check, case: Case) -> Arrays:
        """The check's truth, or what the reader gives."""
        if not check.needs_data:
            return self._oracle.answer(check, case)
        try:
            return self._once(f"out/{key(check, case)}", lambda: self._truth(check, case))
        except Exception as error:
            raise HarnessError(f"The data set fails {check.name}: {error!r}.") from error

    def seconds(self, check: Check, case: Case) -> float | None:
        """Of the checks that need no data set only."""
        return None if check.needs_data else self._oracle.seconds(check, case)

    def mistaken(self, check: Check, case: Case, wrong: Wrong) -> Answers:
        """What a known mistake makes of the data set; none is known where the grader only measures."""
        if not check.needs_data:
            return self._oracle.mistaken(check, case, wrong)
        if check.truth or not isinstance(wrong, Mistake) or wrong not in self.data.mistakes:
            return {}
        return self._once(f"not/{wrong.code}/{key(check, case)}", lambda: self._play(check, case, wrong))

    def matters(self, check: Check, wrong: Wrong) -> bool:
        """Of the data set's own mistakes each stands alone."""
        return not check.needs_data and self._oracle.matters(check, wrong)

    def _truth(self, check: Check, case: Case) -> Arrays:
        values = check.truth(self.data) if check.truth else check.call(self._reference, self.inputs(check, case))
        return {name: np.asarray(value) for name, value in values.items()}

    def _play(self, check: Check, case: Case, item: Mistake) -> Answers:
        def play() -> Mapping[str, Any]:
            code = SimpleNamespace(**{**vars(self._reference), **item.variant(self._reference)})
            return check.call(code, self.inputs(check, case))

        return shown(check, play, self.answer(check, case))

    def _once(self, name: str, compute: Callable[[], Kept]) -> Kept:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = compute()
            kept: Kept = self._kept[name]
            return kept
