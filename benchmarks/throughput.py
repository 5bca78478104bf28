"""A class through `grader grade`: CPU and wall a submission, whole and functions only (bars 8, 9 and 13).

A submission's cost is what one more costs: a class of few and a class of many are graded, and the difference is
divided. The student's own CPU is that of the same cells and the same calls in plain Python, with nothing around.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import submissions
from benchmarks.figures import Figure, Options
from benchmarks.measure import BUSY, Usage, in_turn, python, ratios, sound
from benchmarks.notebooks import cpu_a_notebook


class Cost(NamedTuple):
    """Seconds of a submission."""

    wall: float
    cpu: float


def grade(folder: Path, out: Path, *options: str, jobs: int, isolation: str, memory: bool = False) -> Usage:
    """Grade a class in a process of its own; raises Failed unless every submission was graded."""
    arguments = ["grade", str(folder), "--out", str(out), "--seed", "231", "--layout", "class"]
    arguments += ["--jobs", str(jobs), "--isolation", isolation, *options]
    return python("-m", "grader.cli", *arguments, memory=memory)


def measure(options: Options) -> Iterator[Figure]:
    """Yield submissions a minute, their CPU, and the ratios of the bars."""
    python("-m", "solutions")  # kernels are compiled once in a machine's life, not here
    with tempfile.TemporaryDirectory() as place:
        yield from _measure(Path(place), options)


def _measure(place: Path, options: Options) -> Iterator[Figure]:
    few, many = (1, 4) if options.quick else (2, 12)
    short, jobs = (12, (2,)) if options.quick else (60, (1, 2))
    rounds = 1 if options.quick else max(1, options.rounds // 2)
    classes = {n: submissions.write_class(place / f"class{n}", submissions.typical(), n) for n in (few, many, short)}
    one = classes[few] / "student0000" / "layers.ipynb"
    bare = submissions.write_notebook(place / "layers.ipynb", submissions.small())

    def cost(largest: int, jobs: int, *extra: str) -> Cost:
        """What one more submission costs."""
        used = [
            grade(classes[n], place / "out", *extra, jobs=jobs, isolation=options.isolation) for n in (few, largest)
        ]
        count = largest - few
        return Cost((used[1].wall - used[0].wall) / count, (used[1].cpu - used[0].cpu) / count)

    cpu: dict[str, list[float]] = {}
    for kind, largest, extra in (("whole", many, ()), ("functions only", short, ("--no-notebook",))):
        found: dict[int, list[Cost]] = {number: [] for number in jobs}
        for _ in range(rounds):
            for number, costs in found.items():
                costs.append(cost(largest, number, *extra))
        for number, costs in found.items():
            paces = tuple(60 / c.wall for c in costs if c.wall > 0)
            yield Figure(f"{kind}, {number} job(s)", paces, "submissions a minute", note="" if paces else BUSY)
        cpu[kind] = [c.cpu for c in found[jobs[0]]]
        yield Figure(f"{kind}: CPU", tuple(1000 * s for s in cpu[kind]), "ms a submission")
        if len(jobs) > 1:
            rounds_of_both = sound([c.wall for c in costs] for costs in zip(found[1], found[2], strict=True))
            faster = tuple(alone / both for alone, both in rounds_of_both)
            bar: dict[str, Any] = {"bar": 13, "limit": 1.8, "at_least": True} if kind == "functions only" else {}
            yield Figure(f"{kind}: 2 jobs", faster, "times as fast as 1", **bar, note="" if faster else BUSY)
    peers = in_turn(
        {
            "own": lambda: cpu_a_notebook("functions", one, 2 if options.quick else 5, options.isolation),
            "played": lambda: cpu_a_notebook("functions", bare, 20, options.isolation),
            "nbclient": lambda: cpu_a_notebook("jupyter", one, 2, options.isolation),
        },
        rounds,
        warm=False,
    )
    yield Figure("the student's own CPU", tuple(1000 * s for s in peers["own"]), "ms a submission")
    whole = ratios(cpu["whole"], peers["own"])
    yield Figure("a whole submission", whole, "of the student's own CPU", bar=8, limit=1.2)
    only = ratios(cpu["functions only"], peers["nbclient"])
    yield Figure("functions only", only, "of nbclient's CPU on the notebook", bar=9, limit=1 / 40)
    floor = "functions only: the student's functions themselves, in plain Python"
    yield Figure(floor, ratios(peers["played"], peers["nbclient"]), "of nbclient's CPU on the notebook")
