"""The oracle that plays the scenarios with the reference solutions; a TA's machine only."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.errors import HarnessError, Refused
from grader.expectations import Arrays
from grader.mistakes import mistakes_of
from grader.oracle import key
from grader.spec import Case, Check, Inputs


class LiveOracle:
    """Answers are computed once a case and kept: a class shares one seed. Safe to use from several threads."""

    data: None = None

    def __init__(self, seed: int, *, public: bool = False) -> None:
        self.seed = seed
        self.public = public
        self._solutions = load_solutions()
        self._lock = threading.RLock()  # scenarios seed NumPy's global generator: one at a time
        self._answers: dict[str, Arrays] = {}
        self._variants: dict[str, Mapping[str, Arrays]] = {}

    def inputs(self, check: Check, case: Case) -> Inputs:
        """Draw the inputs from the seed."""
        return check.inputs(case, self.seed)

    def answer(self, check: Check, case: Case) -> Arrays:
        """Play the scenario with the reference; HarnessError if that fails, for it is our own fault."""
        with self._lock:
            if key(check, case) not in self._answers:
                try:
                    values = check.play(self._reference(check), self.inputs(check, case))
                except Exception as error:
                    message = f"The reference fails {check.name} ({case.name or 'usual case'}): {error!r}."
                    raise HarnessError(message) from error
                self._answers[key(check, case)] = {name: np.asarray(value) for name, value in values.items()}
            return self._answers[key(check, case)]

    def variants(self, check: Check, case: Case) -> Mapping[str, Arrays]:
        """Play the scenario with each known mistake of the part."""
        with self._lock:
            if key(check, case) not in self._variants:
                self._variants[key(check, case)] = dict(self._played_variants(check, case))
            return self._variants[key(check, case)]

    def _reference(self, check: Check) -> Any:
        """The solutions, under the names that the check's part has for them."""
        own = {name: getattr(self._solutions, reference) for name, reference in check.reference.items()}
        return SimpleNamespace(**{**vars(self._solutions), **own})

    def _played_variants(self, check: Check, case: Case) -> list[tuple[str, Arrays]]:
        played: list[tuple[str, Arrays]] = []
        reference = self._reference(check)
        for item in mistakes_of(check.part):
            code = SimpleNamespace(**{**vars(reference), **item.variant(reference)})
            try:
                values = check.play(code, self.inputs(check, case))
            except Exception:  # a mistake may well raise: then it explains no numbers
                continue
            played.append((item.code, {name: np.asarray(value) for name, value in values.items()}))
        return played


def load_solutions() -> Any:
    """Import the reference solutions; Refused if this machine has none."""
    try:
        import solutions
    except ModuleNotFoundError as error:
        raise Refused(
            f"Grading needs the reference solutions and Numba, but {error.name} is not installed here; "
            "install the project from its checkout with `pip install -e .[grade]`, or use `grader check`."
        ) from None
    return solutions
