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

from grader.errors import HarnessError, Interrupted
from grader.notebook.driven import LOOK_SECONDS, REPLY_LIMIT, last_words, read_object
from grader.notebook.jobs import QUOTA
from grader.sandbox import Box
from grader.sandbox.process import clean_environment
from grader.words import plain_text

BOOT = Path(__file__).parents[1] / "boot.py"
END_SECONDS = 10.0  # how long a kernel and what it started may take to die
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


class ForkServer:
    """A clean parent, started in the box; its files lie in ``folder``, of which ``room`` stays writable."""

    def __init__(self, box: Box, folder: Path, room: Path) -> None:
        self.log = folder / "stderr.txt"
        self.has_served = False
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        env = {name: value for name, value in clean_environment(room / "home").items() if name != "PYTHONSAFEPATH"}
        env["MALLOC_ARENA_MAX"] = "2"
        argv = [sys.executable, str(BOOT), "grader.notebook.forkserver"]
        with theirs:
            self._process = box.start(argv, cwd=folder, env=env, room=room, log=self.log, stdin=theirs.fileno())

    def has_ended(self) -> bool:
        """Whether its process is gone."""
        return self._process.poll() is not None

    @contextlib.contextmanager
    def kernel(self, box: Box, room: Path, imports: Sequence[str]) -> Iterator[Kernel]:
        """A new kernel, for the notebook whose cells write into ``room``; gone in the end with all that it started.

        ``imports`` are modules that the server had better import for all.
        """
        (channel, its_channel), (control, its_control) = socket.socketpair(), socket.socketpair()
        with channel, control:
            with its_channel, its_control:
                fds = [its_channel.fileno(), its_control.fileno()]
                with contextlib.suppress(OSError):  # a server that is gone shows as a closed channel
                    socket.send_fds(self._requests, [f"{' '.join(imports)}\n".encode()], fds)
            try:
                yield Kernel(channel, control, self, box, room)
            finally:
                _hang_up(control)

    def close(self, box: Box) -> None:
        """End it with all that it started."""
        box.kill(self._process)
        self._requests.close()
        if self._process.stdout:
            self._process.stdout.close()


class Kernel:
    """One kernel: it is told to run cells, and answers."""

    def __init__(self, channel: socket.socket, control: socket.socket, server: ForkServer, box: Box, room: Path):
        self._channel, self._control, self._server, self._box, self._room = channel, control, server, box, room
        self._channel.settimeout(SEND_SECONDS)
        self._received = bytearray()
        self._looked = time.monotonic()
        self._selector = selectors.DefaultSelector()
        for end in (channel, control):
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
        with contextlib.suppress(OSError):
            self._control.send(b"i")

    def _send(self, message: Mapping[str, Any]) -> None:
        self._channel.sendall(json.dumps(message).encode() + b"\n")

    def _frame(self, deadline: float) -> dict[str, Any] | None:
        """The next line that it sends, as a JSON object; None if there is none in time."""
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
            elif self._control in ready:
                raise Ended(self._exit_code())
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
            excess = QUOTA.excess(self._room)
            if excess:
                raise Stopped(f"The notebook was stopped: its cells wrote {excess}.")
        return [key.fileobj for key, _ in self._selector.select(min(left, LOOK_SECONDS))]

    def _receive(self) -> bytes:
        try:
            return self._channel.recv(2**16)
        except OSError:
            return b""

    def _exit_code(self) -> int:
        """How it ended, as the server says; HarnessError if the server is gone too."""
        word = b""
        with contextlib.suppress(OSError):
            word = self._control.recv(100)
        if not word:
            if self._box.closed:
                raise Interrupted("Grading was stopped.")
            raise HarnessError(f"The fork server stopped{last_words(self._server.log)}.")
        return int(json.loads(word)["ended"])


def _is_answer(frame: dict[str, Any], cell: int) -> bool:
    """Whether a frame is what a kernel says of that cell, with nothing in it that a report could stumble over."""
    line = frame.get("line")
    error = isinstance(frame.get("type"), str) and isinstance(frame.get("message"), str)
    return (
        type(frame.get("cell")) is int
        and frame["cell"] == cell
        and (frame.get("status") == "ok" or (frame.get("status") == "error" and error))
        and type(frame.get("ends")) is bool
        and (line is None or (type(line) is int and 0 < line < 2**31))
    )


def _hang_up(control: socket.socket) -> None:
    """Have the server kill the kernel, and wait until all that it started is gone."""
    with contextlib.suppress(OSError):
        control.settimeout(END_SECONDS)
        control.shutdown(socket.SHUT_WR)
        while control.recv(100):
            pass
