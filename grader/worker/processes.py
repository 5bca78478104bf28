"""In the grader: the two ways to a student process. Both give it two pipes of its own, and an end.

fork   by a clean parent, one a box, that has imported NumPy: takes milliseconds
start  as a program of its own: everywhere, and in the place of a fork that fails
"""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from grader.forks.client import Child, ForkServer, shared_server
from grader.sandbox import Box
from grader.sandbox.process import clean_environment

BOOT = Path(__file__).parents[1] / "boot.py"
SWITCH = "GRADER_FORK"  # the environment variable that, set to 0, chooses programs of their own


Way = Callable[[Box, Path, Sequence[str]], "Running"]


class Running(Protocol):
    """A student process: pipes without buffers, so that a byte too many shows, and the ``log`` of what it says."""

    requests: IO[bytes]
    replies: IO[bytes]
    log: Path

    @property
    def settle(self) -> dict[str, str] | None:
        """The environment that it has to take on, if it was forked."""

    def answered(self) -> None:
        """It has locked itself."""

    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None if it lives on for a second more."""

    def kill(self) -> None:
        """End it and all that it started, and wait until that is gone."""


def can_fork(box: Box) -> bool:
    """Whether student processes are forked in this box: not where each gets a view of the files of its own."""
    return sys.platform == "linux" and not box.fixed_view and os.environ.get(SWITCH) != "0"


def start(box: Box, room: Path, read: Sequence[str]) -> Running:
    """Start a program; OSError if it cannot be started."""
    return _Started(box, room, read)


def fork(box: Box, room: Path, read: Sequence[str]) -> Running:
    """Have one forked; OSError or HarnessError if that cannot be asked for."""
    server = shared_server(box, "worker", lambda folder: _server(box, folder))
    (its_requests, requests), (replies, its_replies) = _pipe(), _pipe()
    with its_requests, its_replies:
        child = server.fork([], [its_requests.fileno(), its_replies.fileno()])
    return _Forked(server, child, requests, replies, room)


def split(box: Box) -> None:
    """Fork the box's clean parent off this process, if that can be: it must know nothing that students must not."""
    if not can_fork(box):
        return

    def server(folder: Path) -> ForkServer:
        from grader.worker.forkserver import NEEDED, main

        return ForkServer(box, lambda: main([], NEEDED), _environment(folder), folder, folder)

    with contextlib.suppress(OSError):
        shared_server(box, "worker", server)


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    reader, writer = os.pipe()
    return os.fdopen(reader, "rb", 0), os.fdopen(writer, "wb", 0)


class _Started:
    settle = None

    def __init__(self, box: Box, room: Path, read: Sequence[str]) -> None:
        self._box = box
        self.log = room.with_suffix(".log")
        env = _environment(room)
        self._process = box.start(_argv("student"), cwd=room, env=env, room=room, log=self.log, read=read)
        assert self._process.stdin and self._process.stdout, "the box starts processes with pipes"
        self.requests, self.replies = self._process.stdin, self._process.stdout

    def answered(self) -> None:
        pass

    def exit_code(self) -> int | None:
        return self._box.exit_code(self._process)

    def kill(self) -> None:
        self._box.kill(self._process)


class _Forked:
    def __init__(self, server: ForkServer, child: Child, requests: IO[bytes], replies: IO[bytes], room: Path) -> None:
        self._server, self._child = server, child
        self.log = server.log
        self.settle = _environment(room)
        self.requests, self.replies = requests, replies

    def answered(self) -> None:
        self._server.has_served = True

    def exit_code(self) -> int | None:
        return self._child.exit_code()

    def kill(self) -> None:
        self._child.end()


def _server(box: Box, folder: Path) -> ForkServer:
    return ForkServer(box, _argv("forkserver"), _environment(folder), folder, folder)


def _argv(module: str) -> list[str]:
    # -I -S: no environment variables, no user site, no .pth file, so nothing adds the checkout to the path.
    return [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(BOOT), f"grader.worker.{module}", *_packages()]


def _environment(room: Path) -> dict[str, str]:
    return clean_environment(room) | {"MPLBACKEND": "Agg"}


def _packages() -> list[str]:
    """The folders of installed packages, which student code may import from."""
    paths = sysconfig.get_paths()
    return list(dict.fromkeys([paths["purelib"], paths["platlib"], str(Path(np.__file__).parents[1])]))
