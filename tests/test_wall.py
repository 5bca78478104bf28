"""The wall: nothing that ships computes an answer, and nothing of the secret half is where student code runs."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.course.parts import all_parts
from grader.expectations import Verdict
from grader.oracle import PUBLIC_SEED
from grader.oracle.live import LiveOracle
from grader.spec import Check, Part

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wall")]
ROOT = Path(__file__).parents[1]
# The reader of a data set must read it, or nothing could be asked about it in a self-check: the one thing given away.
GIVEN_AWAY = {"load_CIFAR10"}
# A subtraction is no secret, nor is the relative error, which the course gives in its notebooks and every verdict says.
NO_SECRET = {"softmax_residual", "rel_error"}


def shipped() -> Iterator[str]:
    """The modules of the wheel that compute: those that NumPy is mentioned in."""
    for folder in ("grader", "student_template"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "numpy" in file.read_text("utf-8") and file.name != "__main__.py":
                yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def functions() -> dict[str, Callable[..., Any]]:
    """The functions and classes in them that compute with NumPy, by where they are; others do things to processes."""
    found = {}
    for name in shipped():
        module = importlib.import_module(name)
        texts = defined(module)
        for key, value in vars(module).items():
            if callable(value) and getattr(value, "__module__", None) == name:
                text = texts.get(getattr(value, "__name__", "")) or inspect.getsource(value)
                if "np." in text:
                    found[f"{name}.{key}"] = value
    return found


def defined(module: ModuleType) -> dict[str, str]:
    """The texts of a module's functions and classes: inspect takes a module apart anew for each of them."""
    text = inspect.getsource(module)
    lines = text.splitlines()
    nodes = [node for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    first = {node.name: min([node, *node.decorator_list], key=lambda one: one.lineno).lineno for node in nodes}
    return {node.name: "\n".join(lines[first[node.name] - 1 : node.end_lineno]) for node in nodes}


PARTS = all_parts()
FUNCTIONS = functions()


def passes(check: Check, code: object, oracle: LiveOracle) -> bool:
    """Whether a check's own case is right with this code."""
    case = check.cases[0]
    inputs, want = oracle.inputs(check, case), oracle.answer(check, case)
    try:
        with np.errstate(all="ignore"):
            got = {name: np.asarray(value) for name, value in check.play(code, inputs).items()}
        said = [expectation.judge(got, want, inputs, True) for expectation in check.expect]
    except BaseException:
        return False
    verdicts = [verdict for verdict in said if isinstance(verdict, Verdict)]
    return bool(verdicts) and all(verdict.ok for verdict in verdicts)


def takes(function: Callable[..., Any], count: int) -> bool:
    """Whether it can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*range(count))
    except (TypeError, ValueError):
        return False
    return True


def arguments_of(part: Part, name: str, oracle: LiveOracle) -> set[int]:
    """With how many arguments the scenarios of a part call a function of the reference."""
    counts: set[int] = set()
    for check in part.checks.values():
        code = oracle._reference(check)
        right = getattr(code, name)

        @functools.wraps(right)
        def counting(*given: Any, right: Any = right, **named: Any) -> Any:
            counts.add(len(given) + len(named))
            return right(*given, **named)

        if not check.needs_data:
            check.play(SimpleNamespace(**{**vars(code), name: counting}), oracle.inputs(check, check.cases[0]))
    return counts


@pytest.fixture(scope="module")
def oracle() -> LiveOracle:
    return LiveOracle(PUBLIC_SEED, public=True)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.slug)
def test_no_function_that_ships_answers_a_check(part, oracle):
    """Each is played in the place of each function that is asked for: none but the reference passes."""
    answered = []
    for name in part.needs:
        if name in GIVEN_AWAY | NO_SECRET:
            continue
        counts = arguments_of(part, name, oracle)
        candidates = {place: one for place, one in FUNCTIONS.items() if any(takes(one, count) for count in counts)}
        for check in [check for check in part.checks.values() if not check.needs_data]:
            nothing = SimpleNamespace(**dict.fromkeys(part.needs))
            if passes(check, nothing, oracle):
                continue  # it asks for nothing of this
            reference = oracle._reference(check)
            without = SimpleNamespace(**{**vars(reference), name: None})
            if passes(check, without, oracle):
                continue  # it is about another function
            for place, one in candidates.items():
                if passes(check, SimpleNamespace(**{**vars(reference), name: one}), oracle):
                    answered.append(f"{check.name}: {place}")
    assert answered == []


def test_what_ships_has_no_function_by_the_name_of_an_exercise():
    """But for the stand-ins of the course's own files, which call what the student wrote, and what templates give."""
    wanted = {name for part in PARTS for name in part.needs} - GIVEN_AWAY
    allowed = {check.scenario for part in PARTS for check in part.checks.values()}
    allowed |= {frame for part in PARTS for frame in part.frames}
    named = {place for place, one in FUNCTIONS.items() if place.rpartition(".")[2] in wanted and one not in allowed}
    assert named == set()
