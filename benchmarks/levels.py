"""What level `namespaces`, the default of `grade`, costs beside `lockdown` (bar 12): one class of 40, in turn."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import submissions
from benchmarks.figures import Figure, Options
from benchmarks.measure import Usage, python, ratios
from benchmarks.throughput import grade

COUNT, QUICK_COUNT = 40, 12
BASE, OTHER = "lockdown", "namespaces"
MOST = 1.2


def measure(options: Options) -> Iterator[Figure]:
    """Yield wall and CPU of whole classes at both levels, and their ratios, with notebooks and without."""
    from grader.sandbox import LEVELS

    missing = LEVELS[OTHER].missing()
    if missing:
        yield Figure(OTHER, (), bar=12, note=missing)
        return
    python("-m", "solutions")
    count = QUICK_COUNT if options.quick else COUNT
    with tempfile.TemporaryDirectory() as place:
        folder = submissions.write_class(Path(place) / "class", submissions.small(), count)
        for kind, extra in (("with notebooks", ()), ("functions only", ("--no-notebook",))):
            used: dict[str, list[Usage]] = {BASE: [], OTHER: []}
            for number in range(1 if options.quick else options.rounds):
                for level in list(used)[:: -1 if number % 2 else 1]:
                    out = Path(place) / f"out-{level}-{len(used[level])}-{len(extra)}"
                    used[level].append(grade(folder, out, *extra, jobs=2, isolation=level))
            yield from _compared(f"{count} submissions, {kind}", used)


def _compared(what: str, used: dict[str, list[Usage]]) -> Iterator[Figure]:
    for level, usages in used.items():
        yield Figure(f"{what}, {level}: wall", tuple(usage.wall for usage in usages), "s")
        yield Figure(f"{what}, {level}: CPU", tuple(usage.cpu for usage in usages), "s")
    for name in ("wall", "cpu"):
        theirs, ours = ([getattr(usage, name) for usage in used[level]] for level in (BASE, OTHER))
        yield Figure(f"{what}: {name}", ratios(ours, theirs), f"of {BASE}'s", bar=12, limit=MOST)
