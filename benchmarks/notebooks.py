"""Engines that run notebooks, against nbclient as one calls it (bars 7 and 10).

What is compared is CPU time a notebook, with all descendants, from runs of few and of many notebooks: so the start of
a process that serves a whole class is left out of it, and told by itself.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import submissions
from benchmarks.figures import Figure, Options
from benchmarks.measure import ROOT, Failed, in_turn, python, ratios

UNCOUNTED = "namespaces"  # the level at which the CPU of programs of their own is lost: benchmarks.measure.run
NO_FORK = "this version has no fork engine"
PARITY = ROOT / "tests" / "notebook" / "test_parity.py"


def cpu_a_notebook(engine: str, path: Path, more: int, isolation: str) -> float:
    """CPU seconds that one more notebook costs, of ``more`` beyond the first."""
    return (_cpu(engine, path, 1 + more, isolation) - _cpu(engine, path, 1, isolation)) / more


def _cpu(engine: str, path: Path, count: int, isolation: str) -> float:
    return python("-m", "benchmarks.engine_runs", engine, str(count), str(path), isolation).cpu


def has_fork() -> bool:
    """Whether this version of the grader has the fork engine."""
    from grader import notebook

    return "fork" in getattr(notebook, "ENGINES", {})


def measure(options: Options) -> Iterator[Figure]:
    """Yield each engine's CPU over nbclient's, for trivial cells, plots and a typical submission."""
    rounds = 2 if options.quick else options.rounds
    bodies: dict[str, Sequence[str]] = {"30 trivial cells": submissions.trivial()}
    if not options.quick:
        bodies |= {"6 plots": submissions.plots(), "a typical submission": submissions.typical()}
    with tempfile.TemporaryDirectory() as folder:
        for name, sources in bodies.items():
            path = submissions.write_notebook(Path(folder) / "layers.ipynb", sources)
            try:
                yield from _engines(name, path, options, rounds)
            except Failed as error:
                yield Figure(name, (), note=str(error))
    yield _parity(options)


def _engines(name: str, path: Path, options: Options, rounds: int) -> Iterator[Figure]:
    level = options.isolation
    trivial = name == "30 trivial cells"
    measures = {"jupyter": lambda: cpu_a_notebook("jupyter", path, 2, level)}
    if level != UNCOUNTED:
        measures["nbclient"] = lambda: cpu_a_notebook("nbclient", path, 2, level)
    if has_fork():
        measures["fork"] = lambda: cpu_a_notebook("fork", path, 20 if trivial else 5, level)
    found = in_turn(measures, rounds, warm=False)
    yield Figure(f"{name}: nbclient", tuple(1000 * s for s in found["jupyter"]), "ms CPU")
    bar = {"bar": 7, "limit": 0.06} if trivial else {}
    if "fork" in found:
        yield Figure(f"{name}: forked, locked in", ratios(found["fork"], found["jupyter"]), "of nbclient's CPU", **bar)  # type: ignore[arg-type]
        yield Figure(f"{name}: forked, locked in", tuple(1000 * s for s in found["fork"]), "ms CPU")
        start = _cpu("fork", path, 1, level) - _cpu("fork", path, 0, level)
        yield Figure(f"{name}: forked, the first of a class", (1000 * start,), "ms CPU", note="with the parent's start")
    else:
        yield Figure(f"{name}: forked, locked in", (), "of nbclient's CPU", **bar, note=NO_FORK)  # type: ignore[arg-type]
    what, unit = f"{name}: nbclient, locked in", "of nbclient's CPU"
    if "nbclient" in found:
        yield Figure(what, ratios(found["nbclient"], found["jupyter"]), unit)
    else:
        yield Figure(what, (), unit, note="a kernel that ends with its process numbers is not counted")


def _parity(options: Options) -> Figure:
    """Bar 10 is a test, run here so that the table is whole."""
    what, bar = "kinds of cell with the same outputs (tests/notebook/test_parity.py)", 10
    if options.quick or not PARITY.exists():
        reason = "left out of the quick run" if options.quick else NO_FORK
        return Figure(what, (), bar=bar, limit=1.0, at_least=True, note=reason)
    try:
        used = python("-m", "pytest", "-q", "-p", "no:cacheprovider", str(PARITY), allowed=(0, 1))
    except Failed as error:
        return Figure(what, (), bar=bar, limit=1.0, at_least=True, note=str(error))
    words = used.output.strip().splitlines()[-1].replace("=", "").strip()
    return Figure(what, (float(used.code == 0),), "of the test's cases", bar, 1.0, at_least=True, note=words)
