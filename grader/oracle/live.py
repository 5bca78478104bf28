"""The oracle that plays the scenarios with the reference solutions; a TA's machine only."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.course.catalogue import live
from grader.course.reference import load_solutions
from grader.errors import HarnessError, MalformedCheck
from grader.expectations import Arrays, Labels, Matches, NoteAbout, Within
from grader.mistakes import Ignored, Mistake, Together, Wrong
from grader.oracle import Answers, key
from grader.patches import combined
from grader.rebuilt import rebuilt
from grader.shapes import fitted
from grader.spec import Case, Check, Inputs
from grader.tolerance import differing
from grader.words import listing

MOST_TOGETHER = 4096  # answers of several mistakes that are kept
BY_NAME = (Labels, Matches, NoteAbout, Within)  # what compares the array of its name


class LiveOracle:
    """Inputs and answers are computed once a case and kept: a class shares one seed. Several threads may use it."""

    data: None = None

    def __init__(self, seed: int, *, public: bool = False) -> None:
        self.seed = seed
        self.public = public
        self.catalogue = live()
        self._solutions = load_solutions()
        self._lock = threading.RLock()  # scenarios seed NumPy's global generator: one at a time
        self._inputs: dict[str, Inputs] = {}
        self._answers: dict[str, Arrays] = {}
        self._mistaken: dict[tuple[str, str, str, str], Answers] = {}
        self._together: dict[tuple[str, str, str, str], Answers] = {}  # of several mistakes, those that came last
        self._seconds: dict[str, float] = {}

    def inputs(self, check: Check, case: Case) -> Inputs:
        """The inputs that the seed gives, which none may change."""
        place = key(check, case)
        if place not in self._inputs:
            inputs = check.inputs(case, self.seed, hidden=not self.public)
            for value in inputs.values():
                value.flags.writeable = False
            self._inputs[place] = inputs
        return self._inputs[place]

    def answer(self, check: Check, case: Case) -> Arrays:
        """Play the scenario with the reference; HarnessError if that fails, for it is our own fault."""
        with self._lock:
            if key(check, case) not in self._answers:
                try:
                    values = check.play(self._reference(check), self.inputs(check, case))
                except Exception as error:
                    said = str(error).replace("'types.SimpleNamespace' object", "solutions/")
                    where = f"{check.name} ({case.name or 'usual case'})"
                    message = f"The reference fails {where}: {type(error).__name__}: {said}."
                    raise HarnessError(message) from error
                absent = [one.name for one in check.expect if isinstance(one, BY_NAME) and one.name not in values]
                if absent:
                    gives = listing([*values]) if values else "nothing"
                    raise MalformedCheck(f"{check.name} expects {absent[0]!r}; what it returns is {gives}.")
                self._answers[key(check, case)] = {name: np.asarray(value) for name, value in values.items()}
            return self._answers[key(check, case)]

    def seconds(self, check: Check, case: Case) -> float:
        """The shortest of three plays after the first, measured once a case."""
        self.answer(check, case)
        with self._lock:
            if key(check, case) not in self._seconds:
                self._seconds[key(check, case)] = min(self._timed(check, case) for _ in range(3))
            return self._seconds[key(check, case)]

    def _timed(self, check: Check, case: Case) -> float:
        inputs, code = self.inputs(check, case), self._reference(check)
        begin = time.perf_counter()
        check.play(code, inputs)
        return time.perf_counter() - begin

    def mistaken(self, check: Check, case: Case, wrong: Wrong) -> Answers:
        """Play the scenario with the reference as the mistake changes it; {} where that changes nothing."""
        if isinstance(wrong, Mistake) and check.name in wrong.spares:
            return {}
        place = (wrong.code, check.part, check.slug, case.name)
        if place in self._mistaken:  # as nearly always: it is asked of each check of each submission
            return self._mistaken[place]
        with self._lock:
            kept = self._together if isinstance(wrong, Together) else self._mistaken
            if place not in kept:
                kept[place] = self._play_mistaken(check, case, wrong)
            found = kept[place]
            if len(self._together) > MOST_TOGETHER:  # there are more pairs than a long class's memory should hold
                del self._together[next(iter(self._together))]
            return found

    def matters(self, check: Check, wrong: Wrong) -> bool:
        """Whether the mistake changes the answer of some case."""
        return any(self.mistaken(check, case, wrong) != {} for case in check.cases)

    def _play_mistaken(self, check: Check, case: Case, wrong: Wrong) -> Answers:
        inputs = self.inputs(check, case)
        if isinstance(wrong, Ignored):
            return self._without(check, case, inputs, wrong.name)
        if isinstance(wrong, Mistake):
            return self._shown(check, case, combined(self._reference(check), [wrong]), inputs)
        try:
            changed = self._changed(check, wrong)
        except MalformedCheck:  # the pieces of one are not there any more with the other
            return {}
        return self._shown(check, case, changed, inputs)

    def _changed(self, check: Check, wrong: Together) -> Any:
        """The reference with several mistakes in it; MalformedCheck if two do not go together."""
        reference = self._reference(check)
        if wrong.inherited:
            reference = rebuilt(reference, combined(reference, wrong.inherited))
        return combined(reference, wrong.own)

    def _without(self, check: Check, case: Case, inputs: Inputs, name: str) -> Answers:
        """The answer as if an argument had its usual value; {} where that cannot be told."""
        usual = self.inputs(check, check.cases[0])
        others = {other: value for other, value in inputs.items() if other != name}
        changed = others | ({name: usual[name]} if name in usual else {})
        return self._shown(check, case, self._reference(check), changed) or {}

    def _shown(self, check: Check, case: Case, code: Any, inputs: Inputs) -> Answers:
        return shown(check, lambda: check.play(code, inputs), self.answer(check, case))

    def _reference(self, check: Check) -> Any:
        """The solutions, under the names that the check's part has for them."""
        own = {name: getattr(self._solutions, reference) for name, reference in check.reference.items()}
        return SimpleNamespace(**{**vars(self._solutions), **own})


def shown(check: Check, play: Callable[[], Mapping[str, Any]], right: Arrays) -> Answers:
    """What wrong code gives that is not right, to the tolerance of the check: None where it raises.

    What is no array, such as rows of several lengths, shows nothing: no student's numbers could be the same.
    """
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = play()
    except Exception:  # a mistake may well raise
        return None
    try:
        arrays = {name: np.asarray("None" if value is None else value) for name, value in values.items()}
    except ValueError:
        return {}
    if any(value.dtype.hasobject for value in arrays.values()):
        return {}
    return differing(check.expect, fitted(arrays, right), right)
