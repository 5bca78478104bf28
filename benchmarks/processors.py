"""The same class on 1, 2, 4 and 8 processors, with as many jobs: what more of them bring, as a curve on the page."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import submissions
from benchmarks.figures import Figure, Options
from benchmarks.measure import BUSY, python, ratios, sound
from benchmarks.throughput import grade

MANY = (1, 2, 4, 8)
FEW, COUNT = 2, 60
UNIT = "submissions a minute"


def measure(options: Options) -> Iterator[Figure]:
    """Yield submissions a minute, functions only, and how much faster that is than on one processor."""
    there = sorted(os.sched_getaffinity(0))
    python("-m", "solutions")
    seconds: dict[int, list[float]] = {many: [] for many in MANY if many <= len(there)}
    with tempfile.TemporaryDirectory() as place:
        classes = [
            submissions.write_class(Path(place) / f"class{count}", submissions.small(), count)
            for count in (FEW, FEW + (12 if options.quick else COUNT))
        ]
        for number in range(1 if options.quick else options.rounds):
            for many in list(seconds)[:: -1 if number % 2 else 1]:
                seconds[many].append(_one_more(classes, Path(place) / "out", there[:many], options.isolation))
    os.sched_setaffinity(0, there)
    rounds = sound(zip(*seconds.values(), strict=True))
    note = "" if rounds else BUSY
    for many in MANY:
        if many in seconds:
            alone, ours = ([costs[list(seconds).index(which)] for costs in rounds] for which in (1, many))
            yield Figure(named(many), tuple(60 / one for one in ours), UNIT, note=note)
            yield Figure(f"{named(many)}: faster", ratios(alone, ours), "times as fast as on 1", note=note)
        else:
            yield Figure(named(many), (), UNIT, note=f"this machine has {named(len(there))}")


def named(many: int) -> str:
    """So many processors, in words."""
    return f"{many} processor{'s' if many > 1 else ''}"


def _one_more(classes: list[Path], out: Path, processors: list[int], isolation: str) -> float:
    """Seconds that one more submission takes on these processors."""
    os.sched_setaffinity(0, processors)  # what is started inherits it
    few, many = (
        grade(folder, out, "--no-notebook", jobs=len(processors), isolation=isolation).wall for folder in classes
    )
    return (many - few) / (len(list(classes[1].iterdir())) - len(list(classes[0].iterdir())))
