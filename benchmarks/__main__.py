"""``python -m benchmarks``: measure all topics, print them beside their bars, write the page and the JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import page
from benchmarks.figures import BARS, Figure, Options, from_dict, short
from benchmarks.measure import ONE_THREAD, ROOT, Failed
from benchmarks.page import PROCESSORS

TOPICS = {
    "startup": "Start-up",
    "kernels": "Kernels",
    "gradients": "Gradient checks",
    "cache": "Compiled kernels",
    "notebooks": "Notebook engines",
    "throughput": "A class",
    "levels": "Isolation levels",
    "scaling": "Growing classes",
    "processors": PROCESSORS,
    "class_page": "The page of a class",
}
# These are measured at the level that `grade` takes by default, and beside it at that which is quickest.
BY_LEVEL = {"notebooks", "throughput", "scaling", "processors"}
# These time calls in their own process, which must have one thread from the start.
IN_PROCESS = {"kernels", "gradients"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks; 0 if all topics ran, whatever the bars say."""
    options = _parse(arguments)
    chosen = Options(options.quick, options.rounds, tuple(options.sizes), options.isolation[-1])
    if options.topic:
        return _measure_here(options.topic, chosen)
    started, failed = time.monotonic(), False
    topics: dict[str, list[Figure]] = {}
    given = list(sys.argv[1:] if arguments is None else arguments)
    for topic, level in _planned(options):
        title = f"{TOPICS[topic]}, {level}" if topic in BY_LEVEL else TOPICS[topic]
        print(f"\n{title} (after {time.monotonic() - started:.0f} s)", flush=True)
        found = topics[title] = []
        for figure in _measure_apart(topic, [*given, "--isolation", level]):
            found.append(figure)
            print(line(figure), flush=True)
        failed |= not found or any(figure.note.startswith("failed: ") for figure in found)
    print("\nBars")
    for bar, figures in page.by_bar(topics).items():
        print(f"  {bar:2} {page.bar_verdict(figures):12} {BARS[bar]}")
    place = page.write(options.out, "bench", "Benchmarks", topics)
    print(f"\n{time.monotonic() - started:.0f} s. Page: {os.path.relpath(place)}")
    return int(failed)


def _planned(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The topics, and at which isolation levels each is measured."""
    levels = list(dict.fromkeys(options.isolation))
    for topic in options.only or TOPICS:
        yield from ((topic, level) for level in (levels if topic in BY_LEVEL else levels[:1]))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller classes; under two minutes")
    parser.add_argument("--only", action="append", choices=TOPICS, help="only this topic (repeatable)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (5)")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[10, 100, 500], help="sizes of the growing classes (10 100 500)"
    )
    parser.add_argument(
        "--isolation",
        action="append",
        help="isolation level of all grading (repeatable; the default of `grade`, and beside it lockdown)",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "out", help="folder of page and JSON")
    parser.add_argument("--topic", choices=TOPICS, help=argparse.SUPPRESS)  # measure here, print JSON
    options = parser.parse_args(arguments)
    if not options.isolation:
        from grader.sandbox import own_level, strongest_level

        options.isolation = [strongest_level()] if options.quick else [strongest_level(), own_level()]
    return options


def line(figure: Figure) -> str:
    """A figure as a line for the terminal."""
    if not figure.values:
        return f"  {figure.what}: not measured{f' (bar {figure.bar})' if figure.bar else ''}: {figure.note}"
    spread = f" ({short(figure.low)} to {short(figure.high)})" if len(figure.values) > 1 else ""
    bar = f"  bar {figure.bar}: {figure.verdict}" if figure.met is not None else ""
    note = f"  [{figure.note}]" if figure.note else ""
    return f"  {figure.what}: {short(figure.median)} {figure.unit}{spread}{bar}{note}"


def _measure_here(topic: str, options: Options) -> int:
    """Measure one topic in this process and print each figure as JSON; trouble is a figure too."""
    try:
        for figure in importlib.import_module(f"benchmarks.{topic}").measure(options):
            print(json.dumps(figure.as_dict()), flush=True)
    except (Failed, ImportError, OSError) as error:
        print(json.dumps(Figure(TOPICS[topic], (), note=f"failed: {error}").as_dict()), flush=True)
        return 1
    return 0


def _measure_apart(topic: str, arguments: Sequence[str]) -> Iterator[Figure]:
    """Measure one topic in a process of its own, so that none feels what another imported."""
    threads = ONE_THREAD if topic in IN_PROCESS else {}
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks", *arguments, "--topic", topic],
        cwd=ROOT,
        env={**os.environ, **threads},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    for text in child.stdout:
        if text.startswith("{"):
            yield from_dict(json.loads(text))
    if child.wait() > 1 or child.returncode < 0:
        yield Figure(TOPICS[topic], (), note=f"failed: the topic ended with exit code {child.returncode}")


if __name__ == "__main__":
    sys.exit(main())
