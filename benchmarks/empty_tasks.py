"""Dask's own part: tasks of a class's size that do nothing, through the same scheduler, workers and starter.

``python -m benchmarks.empty_tasks --tasks 2000 --workers 2`` prints the CPU of each program a submission. Nothing is
graded, copied or stored: parcels are bytes, and each is answered at once with a text as long as a result with its page.
With ``--together`` several go in a task, as where no notebook is executed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import dask
import psutil

from benchmarks.cluster import begin, heard, scheduler, stop
from grader.cluster import tasks
from grader.cluster.bags import IN_FLIGHT
from grader.cluster.card import Card, own_card
from grader.cluster.certificates import make_certificates, security_of
from grader.cluster.local import UNWATCHED
from grader.cluster.plain import guard
from grader.sandbox import open_box

LEVEL = "lockdown"
WARM = 100  # tasks before those that are measured
BEGIN, END = "Begins", "Done"
PARCEL, ANSWER = 40_000, 100_000  # bytes of a small submission, and of its result with its page


@dataclass
class Idle:
    """A bench that answers at once."""

    card: Card
    text: str

    def handed(self, resource: str, parcel: bytes) -> str:
        """The same for every parcel."""
        return self.text

    def tell(self, sentence: str) -> None:
        """Say it where the worker runs."""
        print(sentence, flush=True)


def work(address: str, certificates: Path, size: int) -> None:
    """Be a worker, as ``grader worker`` is."""
    from grader.cluster import node

    guard()
    bench = Idle(own_card(LEVEL, None), json.dumps("x" * size))
    tasks.settle_at(bench)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder, dask.config.set(UNWATCHED):
        asyncio.run(node._serve(address, security_of(address, certificates), 1, bench, Path(folder)))  # type: ignore[arg-type]


def hand_out(address: str, certificates: Path, count: int, workers: int, size: int, together: int) -> None:
    """Be the starter: so many submissions, as many tasks at a time as there are workers."""
    from grader.cluster import engine, starter

    guard()
    box, parcel = open_box(LEVEL), b"x" * size
    threads = workers * (IN_FLIGHT if together else 1)
    with engine._client(address, security_of(address, certificates)) as client, ThreadPoolExecutor(threads) as pool:
        line = starter.Line(client, address, own_card(LEVEL, None), box, print, workers)
        for said, first, last in ((BEGIN, 0, WARM), (END, WARM, WARM + count)):
            for _ in pool.map(lambda _: line.asked(parcel, 60, together=bool(together)), range(first, last)):
                pass
            print(said, flush=True)
            sys.stdin.readline()  # until what was used is read
        line.close()
    box.close()


def main(words: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.empty_tasks", description=__doc__)
    parser.add_argument("--tasks", type=int, default=2000, help="submissions that are measured (2000)")
    parser.add_argument("--workers", type=int, default=2, help="workers, one task at a time each (2)")
    parser.add_argument("--parcel", type=int, default=PARCEL, help=f"bytes of a parcel ({PARCEL})")
    parser.add_argument("--answer", type=int, default=ANSWER, help=f"bytes of an answer ({ANSWER})")
    parser.add_argument("--together", action="store_true", help="several submissions a task")
    options = parser.parse_args(words)
    programs: list[subprocess.Popen[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        make_certificates(place / "certificates")
        try:
            address = scheduler(place, programs)
            own = ["benchmarks.empty_tasks", "--be", address, str(place / "certificates")]
            for _ in range(options.workers):
                heard(begin([*own, str(options.answer)], programs), "Works for")
            numbers = [options.tasks, options.workers, options.parcel, int(options.together)]
            run = begin([*own, *map(str, numbers)], programs)
            _measure(run, {"starter": run, "scheduler": programs[0], "workers": programs[1:-1]}, options.tasks)
        finally:
            stop(programs)


def _measure(
    run: subprocess.Popen[str], whose: dict[str, subprocess.Popen[str] | list[subprocess.Popen[str]]], count: int
) -> None:
    heard(run, BEGIN)
    before, began = _used(whose), time.monotonic()
    _go_on(run)
    heard(run, END)
    after, ended = _used(whose), time.monotonic()
    _go_on(run)
    for name, seconds in after.items():
        print(f"{name}: CPU: {1000 * (seconds - before[name]) / count:.2f} ms a submission")
    print(f"pace: {60 * count / (ended - began):.0f} submissions a minute")


def _used(whose: dict[str, subprocess.Popen[str] | list[subprocess.Popen[str]]]) -> dict[str, float]:
    """Seconds of CPU by now."""
    found = {}
    for name, given in whose.items():
        times = [psutil.Process(one.pid).cpu_times() for one in (given if isinstance(given, list) else [given])]
        found[name] = sum(one.user + one.system for one in times)
    return found


def _go_on(run: subprocess.Popen[str]) -> None:
    assert run.stdin
    run.stdin.write("\n")
    run.stdin.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--be"]:
        address, certificates, *numbers = sys.argv[2:]
        role = work if len(numbers) == 1 else hand_out
        role(address, Path(certificates), *map(int, numbers))
    else:
        main(sys.argv[1:])
