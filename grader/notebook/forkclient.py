"""The grader's ends of the fork server and of its kernels: what comes from a kernel is read as hostile."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.forks.client import Forked, Parent
from grader.machine.shortage import Shortage
from grader.notebook.driven import LOOK_SECONDS, REPLY_LIMIT, read_object
from grader.notebook.jobs import QUOTA
from grader.notebook.record import is_answer, is_number
from grader.sandbox import Box
from grader.sandbox.process import clean_environment, last_words
from grader.words import plain_text

BOOT = Path(__file__).parents[1] / "boot.py"
SEND_SECONDS = 5.0  # how long a kernel that does not read is waited for
LATE_SECONDS = 2.0  # how long after a kernel's last byte the server may take to say how it ended


class Stopped(HarnessError):
    """The cells themselves made it impossible to go on: with another engine they would do so again."""


class Ended(Exception):
    """The kernel is gone, or not heard any more; ``code`` is its exit code, None if it lives."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Garbled(Exception):
    """What came from the kernel is no answer."""


def start_server(box: Box, folder: Path) -> Parent:
    """Start a clean parent in the box; its files lie in ``folder``."""
    home = folder / "server"  # not the kernels', who may be other users
    home.mkdir()
    env = {name: value for name, value in clean_environment(home).items() if name != "PYTHONSAFEPATH"}
    env["MALLOC_ARENA_MAX"] = "2"
    program = [sys.executable, str(BOOT), "grader.notebook.forkserver", str(box.folder), json.dumps(box.nest())]
    return Parent(box, program, env, folder, folder)


@contextlib.contextmanager
def open_kernel(server: Parent, box: Box, room: Path, imports: Sequence[str]) -> Iterator[Kernel]:
    """A new kernel, for the notebook whose cells write into ``room``; gone in the end with all that it started.

    ``imports`` are modules that the server had better import for all.
    """
    channel, its_channel = socket.socketpair()
    with channel:
        with its_channel:
            child = server.fork(imports, [its_channel.fileno()])
        try:
            yield Kernel(channel, child, server, box, room)
        finally:
            child.end()


class Kernel:
    """One kernel: it is told to run cells, and answers."""

    def __init__(self, channel: socket.socket, child: Forked, server: Parent, box: Box, room: Path):
        self._channel, self._child, self._server, self._box, self._room = channel, child, server, box, room
        self._channel.settimeout(SEND_SECONDS)
        self._received = bytearray()
        self._shortage = Shortage()
        self._looked = time.monotonic()
        self._selector = selectors.DefaultSelector()
        for end in (channel, child.control):
            self._selector.register(end, selectors.EVENT_READ)

    def greet(self, request: Mapping[str, Any], seconds: float) -> dict[str, str]:
        """Have it lock itself as the request says: the probes; HarnessError if it does not."""
        with contextlib.suppress(OSError, Ended, Garbled):
            self._send(request)
            answer = self._frame(time.monotonic() + seconds) or {"trouble": f"no answer within {seconds:g} s"}
            probes = answer.get("probes")
            if isinstance(probes, dict):
                self._server.has_served = True
                return probes
            raise HarnessError(plain_text(f"The notebook's kernel could not be started ({answer.get('trouble')})."))
        raise HarnessError(f"The notebook's kernel could not be started{last_words(self._server.log)}.")

    def ask(self, cell: int, code: str) -> None:
        """Hand in a cell; OSError if it cannot be heard, Garbled if it spoke unasked."""
        if self._received:
            raise Garbled
        self._send({"cell": cell, "code": code})

    def answer(self, cell: int, deadline: float) -> dict[str, Any] | None:
        """What it says of that cell, None if nothing in time; raises Ended, Garbled, Stopped if it fills the disk."""
        frame = self._frame(deadline)
        if frame is not None and not _is_answer(frame, cell):
            raise Garbled
        return frame

    def interrupt(self) -> None:
        """Interrupt its cell."""
        self._child.interrupt()

    def _send(self, message: Mapping[str, Any]) -> None:
        self._channel.sendall(json.dumps(message).encode() + b"\n")

    def _frame(self, deadline: float) -> dict[str, Any] | None:
        """The next line that it sends, as a JSON object; None if there is none in time. Starved if memory ran out."""
        while b"\n" not in self._received:
            if len(self._received) > REPLY_LIMIT:
                raise Garbled
            ready = self._wait(deadline)
            if ready is None:
                return None
            if self._channel in ready:
                piece = self._receive()
                if not piece:  # the exit code is on its way, unless the kernel has closed its end and lives
                    self._selector.unregister(self._channel)
                    deadline = min(deadline, time.monotonic() + LATE_SECONDS)
                self._received += piece
            elif self._child.control in ready:
                code = self._child.exit_code()
                self._shortage.check(code, "The notebook's kernel")
                raise Ended(code)
        line, _, self._received = self._received.partition(b"\n")
        frame = read_object(bytes(line))
        if frame is None:
            raise Garbled
        return frame

    def _wait(self, deadline: float) -> list[Any] | None:
        """Which of the two sockets can be read, perhaps none yet; None if the time is over."""
        left = deadline - time.monotonic()
        if left <= 0:
            if self._channel not in self._selector.get_map():
                raise Ended(None)
            return None
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self._looked = time.monotonic()
            self._shortage.look()
            excess = QUOTA.excess(self._room)
            if excess:
                raise Stopped(f"The notebook was stopped: its cells wrote {excess}.")
        return [key.fileobj for key, _ in self._selector.select(min(left, LOOK_SECONDS))]

    def _receive(self) -> bytes:
        try:
            return self._channel.recv(2**16)
        except OSError:
            return b""


def _is_answer(frame: dict[str, Any], cell: int) -> bool:
    """Whether a frame is what a kernel says of that cell, with nothing in it that a report could stumble over."""
    return is_number(frame.get("cell")) and frame["cell"] == cell and "ends" in frame and is_answer(frame)
