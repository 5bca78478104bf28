"""Measuring words: calls in this process, whole processes with all that they start, and rounds that alternate.

Time is CPU time wherever that is the question: on a shared machine it moves less than wall time. Whatever is
compared is measured in turn within each round, so that a drift of the machine falls on both sides.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_SECONDS = 0.05
BUSY = "what else runs on this machine outweighed it in every round; measure again when there is less"
_PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
# One thread a process: NumPy's products otherwise take both cores, and the comparison is lost.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class Failed(Exception):
    """A measured command failed or took too long; the message is its last words."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command and all its descendants took: seconds, and bytes of resident memory at the peak.

    ``peak`` is of the command's own process, ``peak_tree`` the sum over it and its descendants (shared pages count
    in each); both are sampled, and 0 unless asked for.
    """

    wall: float
    cpu: float
    peak: int
    peak_tree: int
    code: int
    output: str


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    plain: bool = False,
    cwd: Path = ROOT,
    seconds: float = 900,
    memory: bool = False,
) -> Usage:
    """Run a command to its end, kill what it leaves behind, and count all of it.

    ``env`` is added to this process's environment, of which a ``plain`` one holds what anyone may know alone. Raises
    Failed if it takes longer than ``seconds``. Not counted is what ends with a PID namespace that is torn down, for the
    kernel forgets it: programs of their own at the isolation level ``namespaces``, and nothing of what is forked there,
    which its parent waits for. To be called from one thread, in a process without other children.
    """
    _adopt_orphans()
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**(_plain() if plain else os.environ), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        with _Watch(process.pid, seconds, memory=memory) as watch:
            process.returncode, cpu = _reap(process.pid)
            wall = time.perf_counter() - started
        cpu += _bury()
        output.seek(0)
        text = output.read()[-4000:].decode("utf-8", "replace")
    if watch.too_long:
        raise Failed(f"{Path(argv[0]).name} took longer than {seconds:g} s.")
    return Usage(wall, cpu, watch.peak, watch.peak_tree, process.returncode, text)


def python(
    *arguments: str,
    allowed: Sequence[int] = (0,),
    env: Mapping[str, str] | None = None,
    plain: bool = False,
    prefix: Sequence[str] = (),
    memory: bool = False,
) -> Usage:
    """Run this Python with this checkout importable, below the command ``prefix``.

    Raises Failed if it ends with a code that is not allowed.
    """
    # As after an installation: bytecode that is there is read, and what is missing is kept for the next round.
    env = {"PYTHONDONTWRITEBYTECODE": "", **(env or {})}
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    usage = run([*prefix, sys.executable, *arguments], env={"PYTHONPATH": path, **env}, plain=plain, memory=memory)
    if usage.code not in allowed:
        words = usage.output.strip().splitlines() or ["nothing said"]
        raise Failed(f"`python {' '.join(arguments[:3])} ...` ended with {usage.code}: {words[-1][:300]}")
    return usage


def _plain() -> dict[str, str]:
    """The environment of a desktop, in which the grader finds nothing that may be secret."""
    from grader.environment import is_plain

    return {name: value for name, value in os.environ.items() if is_plain(name, value)}


def _adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that they can be waited for and counted."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap(pid: int) -> tuple[int, float]:
    """Wait until ``pid`` ends; its exit code, and the CPU seconds of all children that ended until then."""
    cpu = 0.0
    while True:
        ended, status, used = os.wait4(-1, 0)  # its own times and those of the children that it waited for
        cpu += used.ru_utime + used.ru_stime
        if ended == pid:
            return os.waitstatus_to_exitcode(status), cpu


def _bury() -> float:
    """Kill what is left of the descendants; their CPU seconds."""
    cpu = 0.0
    while True:
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()
        try:
            _, _, used = os.wait4(-1, 0)
        except ChildProcessError:
            return cpu
        cpu += used.ru_utime + used.ru_stime


class _Watch:
    """A thread that samples a process's memory, and kills it after its time."""

    def __init__(self, pid: int, seconds: float, *, memory: bool) -> None:
        self.peak = self.peak_tree = 0
        self.too_long = False
        self._pid, self._deadline, self._memory = pid, time.monotonic() + seconds, memory
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS if self._memory else 0.5):
            with contextlib.suppress(psutil.Error):
                main = psutil.Process(self._pid)
                if self._memory:
                    self._sample(main)
                if time.monotonic() > self._deadline:
                    self.too_long = True
                    for process in [*main.children(recursive=True), main]:
                        with contextlib.suppress(psutil.Error):
                            process.kill()

    def _sample(self, main: psutil.Process) -> None:
        own = main.memory_info().rss
        self.peak = max(self.peak, own)
        total = own
        for process in main.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        self.peak_tree = max(self.peak_tree, total)


def cpu_a_call(function: Callable[[], object], at_least: float = 0.02) -> float:
    """CPU seconds of one call, from as many calls as take ``at_least`` seconds together."""
    calls = 1
    while True:
        started = time.process_time()
        for _ in range(calls):
            function()
        taken = time.process_time() - started
        if taken >= at_least:
            return taken / calls
        calls = max(2 * calls, int(1.2 * calls * at_least / taken) if taken > 0 else 0)


def in_turn(measures: Mapping[str, Callable[[], float]], rounds: int, warm: bool = True) -> dict[str, list[float]]:
    """Take every measure once a round, in turn and every other round backwards; the values by name.

    One round before them is not counted, with ``warm``.
    """
    found: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(-1 if warm else 0, rounds):
        for name in list(measures)[:: -1 if number % 2 else 1]:
            value = measures[name]()
            if number >= 0:
                found[name].append(value)
    return found


def sound(rounds: Iterable[Sequence[float]]) -> list[Sequence[float]]:
    """The rounds in which one more took time everywhere: in others what else ran on the machine outweighed it."""
    return [costs for costs in rounds if min(costs) > 0]


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, ...]:
    """Round by round, ours over theirs."""
    return tuple(a / b for a, b in zip(ours, theirs, strict=True))
