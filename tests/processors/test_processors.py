"""The same answers, verdicts and sentences on every processor: what other processors do to products and sums is
asked of the BLAS and of NumPy, in processes of their own."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features

from grader.course.assignments import all_assignments
from grader.oracle.recorded import FILE, read

ROOT = Path(__file__).parents[2]
VECTORS = " ".join(np.show_config(mode="dicts")["SIMD Extensions"].get("found", []))
# The environment that stands for a processor, and the feature without which this one cannot do as if.
PROCESSORS = {
    "Haswell": ({"OPENBLAS_CORETYPE": "Haswell"}, "avx2"),
    "Zen": ({"OPENBLAS_CORETYPE": "Zen"}, "avx2"),
    "Sandybridge": ({"OPENBLAS_CORETYPE": "Sandybridge"}, "avx"),
    "Prescott": ({"OPENBLAS_CORETYPE": "Prescott"}, "sse3"),
    "SkylakeX": ({"OPENBLAS_CORETYPE": "SkylakeX"}, "avx512f"),
    "NumPy without vectors": ({"NPY_DISABLE_CPU_FEATURES": VECTORS}, ""),
    "Prescott, NumPy without vectors": (
        {"OPENBLAS_CORETYPE": "Prescott", "NPY_DISABLE_CPU_FEATURES": VECTORS},
        "sse3",
    ),
}
HERE = "this one"
# What OpenBLAS calls a processor where another one's kernels serve it.
ALSO_CALLED = {"Zen": "Haswell", "Prescott": "Katmai"}

pytestmark = [pytest.mark.processors, pytest.mark.xdist_group("processors")]


def missing(name: str) -> str:
    """Why this machine cannot do as if it were another; empty if it can."""
    environment, feature = PROCESSORS[name]
    if "OPENBLAS_CORETYPE" in environment and platform.machine() not in ("x86_64", "AMD64"):
        return "it is named for x86-64"
    if feature and not get_host_cpu_features().get(feature):
        return f"this processor lacks {feature}"
    if "NPY_DISABLE_CPU_FEATURES" in environment and not VECTORS:
        return "NumPy chooses nothing by the processor here"
    return ""


def decide(environment: dict[str, str]) -> dict[str, Any]:
    """What is decided in a process with that environment."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.processors.decisions"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def decided() -> Iterator[dict[str, Future[dict[str, Any]]]]:
    """What is decided on each processor, as many at a time as this machine has."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        possible = {name: environment for name, (environment, _) in PROCESSORS.items() if not missing(name)}
        yield {name: pool.submit(decide, environment) for name, environment in ({HERE: {}} | possible).items()}


def on(decided: dict[str, Future[dict[str, Any]]], name: str) -> dict[str, Any]:
    """What is decided on a processor; it is skipped in words where that cannot be told."""
    if name != HERE and missing(name):
        pytest.skip(f"{name.upper()} NOT TESTED: {missing(name)}")
    return decided[name].result()


@pytest.mark.parametrize("name", [HERE, *PROCESSORS])
def test_the_recorded_answers_are_those_of_every_processor(decided, name):
    """The same mistakes show in the same arrays, and no value differs by what a check would notice."""
    found = on(decided, name)["answers"]
    recorded = {
        f"{slug}/{key}"
        for slug, assignment in all_assignments().items()
        if (assignment.folder / FILE).exists()
        for key in read(assignment.folder / FILE)
    }
    assert set(found["names"]) == recorded
    assert found["odd"] == []


@pytest.mark.parametrize("name", PROCESSORS)
def test_students_are_told_the_same_on_every_processor(decided, name):
    """Status, points, which findings fail, and the sentences of the diagnoses."""
    found, here = on(decided, name)["gradings"], on(decided, HERE)["gradings"]
    assert len(found) > 12
    for specimen, checks in here.items():
        assert found[specimen] == checks, specimen


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_processor_is_the_one_that_was_asked_for(decided, name):
    """Else all this would compare one processor with itself."""
    environment, machine = PROCESSORS[name][0], on(decided, name)["machine"]
    if "OPENBLAS_CORETYPE" in environment and machine["blas"]:
        asked = environment["OPENBLAS_CORETYPE"]
        assert machine["blas"] in (asked, ALSO_CALLED.get(asked))
    if "NPY_DISABLE_CPU_FEATURES" in environment:
        assert machine["vectors"] == []
