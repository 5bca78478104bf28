"""Wrong functions, played in this process as a student's process would play them, and what they are told."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from grader.assignments import find_assignment
from grader.diagnosis import Graded, explained
from grader.judging import Played, judge
from grader.model import Diagnosis, Status
from grader.oracle.live import LiveOracle
from grader.spec import Check
from grader.worker.client import Transcript


def play(check: Check, code: object, oracle: LiveOracle) -> Graded:
    """A check played here as in the student's process."""
    played = []
    for case in check.cases:
        inputs = oracle.inputs(check, case)
        try:
            with np.errstate(all="ignore"):
                values = {name: np.asarray(value) for name, value in check.play(code, inputs).items()}
            transcript = Transcript("returned", 0.0, values)
        except Exception as error:
            transcript = Transcript("raised", 0.0, error={"type": type(error).__name__, "message": str(error)})
        played.append(Played(case, inputs, oracle.answer(check, case), transcript))
    return Graded(check, played, judge(check, played, public=False))


def diagnoses(
    slug: str, part: str, code: object, oracle: LiveOracle
) -> dict[str, tuple[Status, tuple[Diagnosis, ...]]]:
    """How each check of a part of an assignment ends, and its diagnoses."""
    checks = [check for check in find_assignment(slug).checks if check.part == part]
    graded = [play(check, code, oracle) for check in checks]
    return {
        one.check.name: (one.result.status, result.diagnosis)
        for one, result in zip(graded, explained(graded, oracle), strict=True)
    }


def changed(source: str, function: str, *changes: str) -> SimpleNamespace:
    """The functions of a source, one of them with pieces changed: each piece, and what stands there instead."""
    head, *functions = source.split("\ndef ")
    for i, text in enumerate(functions):
        if text.startswith(f"{function}("):
            for old, new in zip(changes[::2], changes[1::2], strict=True):
                assert old in text, (function, old)
                text = text.replace(old, new)
            functions[i] = text
    namespace: dict[str, object] = {}
    exec("\ndef ".join([head, *functions]), namespace)
    return SimpleNamespace(**namespace)
