"""A cluster of this machine's own: a scheduler in this process, and programs as workers, begun anew if they die."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dask
from distributed import LocalCluster, Security

from grader.cluster.certificates import from_folder, make_certificates
from grader.intake.snapshot import private_folder
from grader.sandbox.process import last_words

SILENT = logging.CRITICAL + 1  # Dask's log, which has tracebacks: what goes wrong is said in a sentence
WORKS = "Works for"  # what a worker says once it has started
MOST_FAILED = 5  # that have not, in a row, after which none is begun anew
# Scheduler and workers are ours alone, so what would move a task that a worker has is never begun.
CONFIG = {"distributed.scheduler.work-stealing": False, "distributed.scheduler.worker-ttl": "30s"}
# Dask's looks at itself, which are for its pages: every 10 and 20 ms they took more of a processor than the tasks.
UNWATCHED = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "500ms",
    "distributed.admin.system-monitor.interval": "5s",
}


@contextlib.contextmanager
def local_cluster(
    workers: int, options: list[str], tell: Callable[[str], object]
) -> Iterator[tuple[str, Security, list[int]]]:
    """A scheduler's address, what is needed to talk to it, and its workers' process ids, which change.

    ``options`` are those of `grader worker`. TLS also on loopback: other users of this machine could else give work.
    """
    with private_folder() as folder, dask.config.set(CONFIG | UNWATCHED), contextlib.ExitStack() as stack:
        make_certificates(folder / "certificates")
        security = from_folder(folder / "certificates")
        cluster = stack.enter_context(
            LocalCluster(
                n_workers=0,
                processes=False,
                protocol="tls://",
                host="127.0.0.1",
                security=security,
                dashboard_address=None,
                scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # until it is settled
                silence_logs=SILENT,
            )
        )
        address = str(cluster.scheduler_address)
        command = [sys.executable, "-m", "grader", "worker", address, "--jobs", "1"]
        command += ["--certificates", str(folder / "certificates"), *options]
        hands = Hands(command, folder, workers, tell)
        stack.callback(hands.close)
        yield address, security, hands.pids


class Hands:
    """Worker programs, always as many as there should be."""

    def __init__(self, command: list[str], folder: Path, many: int, tell: Callable[[str], object]) -> None:
        self._command, self._folder, self._tell = command, folder, tell
        self.pids: list[int] = []
        self._closed = threading.Event()
        self._failed = 0
        self._running = [self._begun(number) for number in range(many)]
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def close(self) -> None:
        """End all of them; those that are stopped too."""
        self._closed.set()
        self._keeper.join()
        for program, _, _ in self._running:
            program.terminate()
        for program, _, _ in self._running:
            try:
                program.wait(5)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()

    def _begun(self, number: int) -> tuple[subprocess.Popen[bytes], float, Path]:
        log = self._folder / f"worker-{number}.log"
        with log.open("wb") as said:
            program = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )
        self.pids.append(program.pid)
        return program, time.monotonic(), log

    def _keep(self) -> None:
        while not self._closed.wait(0.5):
            for number, (program, began, log) in enumerate(self._running):
                if program.poll() is None or program.pid not in self.pids:
                    continue
                self.pids.remove(program.pid)
                lived = time.monotonic() - began
                # Who dies at work, has been killed: by a submission, perhaps, which does so three times.
                self._failed = 0 if WORKS.encode() in log.read_bytes() else self._failed + 1
                how = f"signal {-program.returncode}" if program.returncode < 0 else f"code {program.returncode}"
                self._tell(f"A worker of this machine ended ({how}) after {lived:.0f} s{last_words(log)}.")
                if self._failed <= MOST_FAILED:
                    self._running[number] = self._begun(number)
