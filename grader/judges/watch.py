"""How the class's process looks at a judge: what it uses, for how long; and hangs up on one that is late."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.errors import GraderError, HarnessError, Interrupted
from grader.forks.client import Forked
from grader.limits import READING_SECONDS
from grader.worker.processes import BoxHost, processor_seconds

LOOK_SECONDS = 0.2  # how often a judge that says nothing is looked at


@dataclass(slots=True)
class Judge:
    """A judge, and the desk's ends of the line to it."""

    child: Forked
    words: Connection
    lines: tuple[socket.socket, socket.socket]  # that of the words, and that of descriptors
    folder: Path
    pid: int = 0
    size: int = 0  # bytes of memory at first

    def hang_up(self) -> None:
        """Have whoever waits for it hear that it has gone."""
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class Watch(threading.Thread):
    """Hangs up on a judge that is late, or when grading is stopped: ``why``. A context manager.

    It is a thread of its own, so that a judge can make nobody wait by half a message, or by not reading.
    """

    def __init__(self, judge: Judge, host: BoxHost, wall: float) -> None:
        super().__init__(daemon=True)
        self.why: GraderError | None = None
        self._judge, self._host, self._wall = judge, host, wall
        self._begin, self._used = time.monotonic(), processor_seconds([judge.pid])
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        """Look at the judge now and then."""
        while (why := self._trouble()) is None:
            if self._done.wait(LOOK_SECONDS):
                return
        self.why = why
        self._judge.hang_up()

    def _trouble(self) -> GraderError | None:
        if self._host.closed:
            return Interrupted("Grading was stopped.")
        if processor_seconds([self._judge.pid]) - self._used > READING_SECONDS:
            return HarnessError(f"Reading and judging it took longer than {READING_SECONDS:g} s of processor time.")
        if time.monotonic() - self._begin > self._wall:
            return HarnessError(f"It was not graded within {self._wall:g} s.")
        return None


def size(pid: int) -> int:
    """The memory that a process occupies, in bytes; 0 where that is not known."""
    with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/statm", "rb") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
