"""Whether a large class costs the same a submission as a small one: CPU, and memory of the grading process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks import submissions
from benchmarks.figures import Figure, Options
from benchmarks.measure import Usage, python
from benchmarks.throughput import grade

MEGABYTE = 2**20
QUICK_SIZES = (4, 12, 30)


def measure(options: Options) -> Iterator[Figure]:
    """Yield CPU and wall of one more submission between the sizes, and the peaks of memory at each."""
    sizes = QUICK_SIZES if options.quick else options.sizes
    python("-m", "solutions")
    used: dict[int, Usage] = {}
    with tempfile.TemporaryDirectory() as place:
        for size in sizes:
            folder = submissions.write_class(Path(place) / f"class{size}", submissions.small(), size)
            out = Path(place) / f"out{size}"
            used[size] = grade(folder, out, "--no-notebook", jobs=2, isolation=options.isolation, memory=True)
            yield Figure(f"{size} submissions: in all", (1000 * used[size].cpu / size,), "ms CPU a submission")
            yield Figure(f"{size} submissions: the grading process", (used[size].peak / MEGABYTE,), "MB at the peak")
            yield Figure(f"{size} submissions: all processes", (used[size].peak_tree / MEGABYTE,), "MB at the peak")
    more = [
        (few, many, (used[many].cpu - used[few].cpu) / (many - few), (used[many].peak - used[few].peak) / (many - few))
        for few, many in pairwise(sizes)
    ]
    for few, many, cpu, memory in more:
        yield Figure(f"one more, from {few} to {many}", (1000 * cpu,), "ms CPU")
        yield Figure(f"one more, from {few} to {many}", (memory / 1024,), "kB in the grading process")
    if len(more) > 1 and more[0][2] > 0:
        yield Figure("one more at the end", (more[-1][2] / more[0][2],), "of one more at the beginning (1 is flat)")
