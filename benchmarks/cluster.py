"""Many submissions over four workers, of which two are killed and one is stopped on the way.

``python -m benchmarks.cluster --size 10000`` (hours: it is no topic of ``python -m benchmarks``). It fails unless each
submission is graded once. Faults come at a quarter, at two fifths and at half of the class; the fourth worker does the
rest.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

import psutil

from benchmarks import submissions
from benchmarks.figures import Figure
from benchmarks.measure import ROOT, Failed, python
from grader.cluster.certificates import CERTIFICATE, KEY, make_certificates

FAULTS = {0.25: signal.SIGKILL, 0.4: signal.SIGSTOP, 0.5: signal.SIGKILL}  # by the share that is done
COUNTED = re.compile(r" *(\d+)/(\d+)\s+(\S+)")
GRADE = ("--layout", "class", "--assignment", "layers", "--seed", "231", "--no-notebook")
MEGABYTE = 2**20


class Seen:
    """The peak of memory and the seconds of CPU of processes, each by name, while they run."""

    def __init__(self, processes: dict[str, psutil.Process]) -> None:
        self.peak = dict.fromkeys(processes, 0)
        self.early = dict.fromkeys(processes, 0)  # the peak until a tenth was done
        self.cpu = dict.fromkeys(processes, 0.0)
        self.spans: dict[str, float] = {}  # from when a tenth was done until the last result
        self._processes = processes
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def begun(self) -> None:
        """A tenth is done."""
        self.early, self.spans = dict(self.peak), self._used()

    def done(self) -> None:
        """The last result is there."""
        self.spans = {name: seconds - self.spans.get(name, 0.0) for name, seconds in self._used().items()}

    def _used(self) -> dict[str, float]:
        found = dict.fromkeys(self._processes, 0.0)
        for name, process in self._processes.items():
            with contextlib.suppress(psutil.Error):  # of a worker with its judges and student processes
                for one in (process, *process.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        found[name] += sum(one.cpu_times()[:4])  # its own, and of those that it waited for
        return found

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            for name, process in self._processes.items():
                try:
                    times = process.cpu_times()
                    self.peak[name] = max(self.peak[name], process.memory_info().rss)
                    self.cpu[name] = times.user + times.system
                except psutil.Error:
                    continue


def main() -> int:
    """Measure and print; 1 if some submission was lost, or there twice."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="submissions (10000)")
    parser.add_argument("--no-faults", dest="faults", action="store_false", help="leave the workers alone")
    parser.add_argument("--workers", type=int, default=4, help="workers, one submission at a time each (4)")
    options = parser.parse_args()
    python("-m", "solutions")  # kernels are compiled once in a machine's life, not here
    programs: list[subprocess.Popen[str]] = []
    with tempfile.TemporaryDirectory() as place:
        try:
            for figure in _measure(Path(place), options, programs):
                values = " ".join(f"{value:.3g}" for value in figure.values)
                print(f"{figure.what}: {values} {figure.unit}", flush=True)
        except Failed as error:
            print(f"failed: {error}")
            return 1
        finally:
            stop(programs)
    return 0


def _measure(place: Path, options: argparse.Namespace, programs: list[subprocess.Popen[str]]) -> list[Figure]:
    folder = submissions.write_class(place / "class", submissions.small(), options.size)
    make_certificates(place / "certificates")
    address = scheduler(place, programs)
    workers = [_worker(place, address, programs) for _ in range(options.workers)]
    words = ["grade", str(folder), "--out", str(place / "out"), *GRADE, "--engine", address]
    run = begin(["grader", *words, "--certificates", str(place / "certificates")], programs)
    watched = {"starter": psutil.Process(run.pid), "scheduler": psutil.Process(programs[0].pid)}
    watched |= {f"worker {number}": psutil.Process(one.pid) for number, one in enumerate(workers, 1)}
    seen = Seen(watched)
    faults = dict(zip(FAULTS, zip(workers, FAULTS.values(), strict=False), strict=False)) if options.faults else {}
    came = _followed(run, options.size, faults, seen)
    code = run.wait()
    ended = time.monotonic()
    seen.end()
    students = [student for student, _ in came]
    written = sum(1 for _ in (place / "out").glob("*/result.json"))
    if code or len(set(students)) != options.size or len(students) != options.size or written != options.size:
        raise Failed(f"exit code {code}; {len(students)} told of, {len(set(students))} of them once, {written} written")
    at = [when for _, when in came]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    pages = sum(file.stat().st_size for file in (place / "out").rglob("*.html"))
    return [
        Figure("graded once each", (len(students),), "submissions"),
        Figure("pace", (60 * (len(at) - 1) / (at[-1] - at[0]),), "submissions a minute"),
        Figure("longest time between two results", (max(gaps),), "s"),
        Figure("tail: from the last but one to the last result", (gaps[-1],), "s"),
        Figure("the class's page and table after it", (ended - at[-1],), "s"),
        *(Figure(f"{who}: CPU", (1000 * seen.cpu[who] / options.size,), "ms a task") for who in list(watched)[:2]),
        *(Figure(f"{who}: of it while they come", (value,), "ms a task") for who, value in _shares(seen, options.size)),
        *(Figure(f"{who}: at the peak", (seen.peak[who] / MEGABYTE,), "MB") for who in watched),
        Figure("starter: more than at a tenth", ((seen.peak["starter"] - seen.early["starter"]) / MEGABYTE,), "MB"),
        Figure("grades.db", ((place / "out" / "grades.db").stat().st_size / MEGABYTE,), "MB"),
        Figure("pages", (pages / MEGABYTE,), "MB"),
    ]


def _shares(seen: Seen, size: int) -> list[tuple[str, float]]:
    """The CPU a task, once a tenth is done: of starter, scheduler, and all workers."""
    found = {"starter": 0.0, "scheduler": 0.0, "workers": 0.0}
    for name, seconds in seen.spans.items():
        found["workers" if name.startswith("worker") else name] += seconds
    return [(name, 1000 * seconds / (size - max(1, size // 10))) for name, seconds in found.items()]


def _followed(
    run: subprocess.Popen[str],
    size: int,
    faults: dict[float, tuple[subprocess.Popen[str], signal.Signals]],
    seen: Seen,
) -> list[tuple[str, float]]:
    """Who was told of, and when; meanwhile faults happen."""
    came: list[tuple[str, float]] = []
    assert run.stdout
    for line in run.stdout:
        told = COUNTED.match(line)
        if not told:
            continue
        came.append((told[3], time.monotonic()))
        if len(came) == max(1, size // 10):
            seen.begun()
        if len(came) == size:
            seen.done()
        for share in [share for share in faults if len(came) >= share * size]:
            worker, fault = faults.pop(share)
            worker.send_signal(fault)
            print(f"after {len(came)}: a worker gets {fault.name}", flush=True)
    return came


def scheduler(place: Path, programs: list[subprocess.Popen[str]]) -> str:
    """Start a scheduler of Dask's; its address."""
    pem, key = (str(place / "certificates" / name) for name in (CERTIFICATE, KEY))
    words = ["distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    words += ["--protocol", "tls", "--tls-ca-file", pem, "--tls-cert", pem, "--tls-key", key]
    program = begin(words, programs)
    line = heard(program, "Scheduler at:")
    return line.split()[-1]


def _worker(place: Path, address: str, programs: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    words = ["grader", "worker", address, "--jobs", "1", "--certificates", str(place / "certificates")]
    program = begin(words, programs)
    heard(program, "Works for")
    return program


def begin(words: list[str], programs: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    """Start a module as a program, which is one of ``programs`` from now on."""
    program = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    programs.append(program)
    return program


def heard(program: subprocess.Popen[str], words: str) -> str:
    """The line in which it says some words; Failed if it ends before."""
    assert program.stdout
    for line in program.stdout:
        if words in line:
            return line
    raise Failed(f"{' '.join(map(str, program.args))} ended")  # type: ignore[arg-type]


def stop(programs: list[subprocess.Popen[str]]) -> None:
    """End programs, those that are stopped too."""
    for program in programs:
        program.send_signal(signal.SIGCONT)
        program.kill()
        program.wait()


if __name__ == "__main__":
    sys.exit(main())
