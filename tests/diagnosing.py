"""Wrong functions, played in this process as a student's process would play them, and what they are told."""

from __future__ import annotations

import functools
import time
import traceback
from collections.abc import Collection
from types import SimpleNamespace

import numpy as np
import pytest

from grader.course.assignments import find_assignment
from grader.diagnosis import explained
from grader.expectations import NotAnArray
from grader.judging import Graded, Played, judge
from grader.model import Diagnosis, Status
from grader.oracle.live import LiveOracle
from grader.spec import Check
from grader.worker.client import Transcript

# Assignments that have a network in common: what mistakes in one give, they give in the others.
ALIKE = {"cs231n_2016_a1": "two_layer_net", "two_layer_model": "two_layer_net"}


@functools.cache
def hidden() -> LiveOracle:
    """The hidden inputs of all tests that diagnose: what a mistake gives is dear, and is played once a process."""
    return LiveOracle(5)


def asks(slug: str) -> pytest.MarkDecorator:
    """Marks what asks about the mistakes of an assignment: all of it runs in one process, with the same answers."""
    return pytest.mark.xdist_group(ALIKE.get(slug, slug))


def described(error: Exception) -> dict[str, str]:
    """An exception as the student's process tells it."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}, line {frame.lineno}, in {frame.name}" for frame in frames]
    return {"type": type(error).__name__, "message": str(error), "traceback": "\n".join(places)}


def plain(value: object) -> np.ndarray | NotAnArray:
    """A returned value as it comes from the student's process."""
    return NotAnArray("None") if value is None else np.asarray(value)


def play(check: Check, code: object, oracle: LiveOracle) -> Graded:
    """A check played here as in the student's process."""
    played = []
    for case in check.cases:
        inputs = oracle.inputs(check, case)
        begin = time.perf_counter()
        try:
            with np.errstate(all="ignore"):
                values = {name: plain(value) for name, value in check.play(code, inputs).items()}
            transcript = Transcript("returned", time.perf_counter() - begin, values)
        except Exception as error:
            transcript = Transcript("raised", 0.0, error=described(error))
        played.append(Played(case, inputs, oracle.answer(check, case), transcript))
    return Graded(check, played, judge(check, played, public=False))


def diagnoses(
    slug: str, part: str, code: object, oracle: LiveOracle, but: Collection[str] = ()
) -> dict[str, tuple[Status, tuple[Diagnosis, ...]]]:
    """How each check of a part of an assignment ends, ``but`` for some, and its diagnoses."""
    checks = [check for check in find_assignment(slug).checks if check.part == part and check.slug not in but]
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
