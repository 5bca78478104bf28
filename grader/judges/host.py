"""A judge's end of the line to the class's process, which gives it student processes: JSON and descriptors."""

from __future__ import annotations

import base64
import json
import os
import socket
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from grader.errors import HarnessError
from grader.jsontext import built
from grader.limits import NotebookLimits
from grader.model import NotebookRun
from grader.sandbox.quota import stamp
from grader.worker.processes import Guest, Look

MOST_BYTES = 1 << 28  # of a message to a judge
MOST_SAID = 1 << 26  # of one of a judge's: its JSON may take the memory of twenty times as much


class DeskHost:
    """The desk as host; the probes that it tells of come with each answer."""

    closed = False  # who stops grading ends this process

    def __init__(self, words: Connection, descriptors: socket.socket, level: str, ways: Sequence[str]) -> None:
        self.level = level
        self.probes: dict[str, str] = {}
        self._words, self._descriptors, self._ways = words, descriptors, list(ways)

    def ask(self, verb: str, **more: Any) -> dict[str, Any]:
        """Ask the desk for something: what it says; HarnessError if it cannot do it."""
        send(self._words, {"ask": verb, **more})
        said = receive(self._words)
        if "trouble" in said:
            raise HarnessError(said["trouble"])
        return said

    def descriptors(self, count: int) -> list[int]:
        """The descriptors that came with what the desk said."""
        _, found, _, _ = socket.recv_fds(self._descriptors, 16, count, socket.MSG_CMSG_CLOEXEC)
        return found

    def ways(self) -> Sequence[str]:
        """Those of the desk's box."""
        return self._ways

    def guest(self, way: str, read: Sequence[str]) -> Guest:
        """One that the desk starts, and looks after."""
        return _AskedFor(self, self.ask("guest", way=way, read=list(read)))

    def note(self, probes: Mapping[str, str]) -> None:
        """Tell the desk's box."""
        self.probes = self.ask("note", probes=dict(probes))["probes"]

    def run_notebook(
        self, path: Path, root: Path | None, limits: NotebookLimits, converted: Mapping[str, bytes]
    ) -> NotebookRun:
        """Have the desk run it, in its box."""
        files = {name: base64.b64encode(content).decode() for name, content in converted.items()}
        said = self.ask("notebook", path=str(path), root=str(root) if root else None, converted=files)
        self.probes = said["probes"]
        run = built(NotebookRun, said["run"])
        assert isinstance(run, NotebookRun)
        return run


class _AskedFor:
    """A student process that the desk looks after; the pipes are here."""

    def __init__(self, host: DeskHost, said: Mapping[str, Any]) -> None:
        self._host, self._number = host, said["number"]
        requests, replies, self._room = host.descriptors(3)
        self.requests: IO[bytes] = os.fdopen(requests, "wb", 0)
        self.replies: IO[bytes] = os.fdopen(replies, "rb", 0)
        self._empty = stamp(self._room)

    def answered(self, pid: int) -> None:
        self._host.ask("answered", number=self._number, pid=pid)

    def look(self, *, room_only: bool = False) -> Look:
        if room_only and stamp(self._room) == self._empty:
            return Look()  # most put nothing there, and to ask is dear
        return Look(*self._host.ask("look", number=self._number, room_only=room_only)["look"])

    def open_room(self) -> int:
        return os.dup(self._room)

    def last_words(self) -> str:
        return str(self._host.ask("last words", number=self._number)["words"])

    def exit_code(self) -> int | None:
        code = self._host.ask("exit code", number=self._number)["code"]
        return code if code is None else int(code)

    def kill(self) -> None:
        self._host.ask("kill", number=self._number)
        os.close(self._room)


def send(words: Connection, message: Mapping[str, Any]) -> None:
    """Send a JSON object."""
    words.send_bytes(json.dumps(message).encode())


def receive(words: Connection, most: int = MOST_BYTES) -> dict[str, Any]:
    """Receive one; EOFError or OSError if the other end is gone, or sends what is too long."""
    message = json.loads(words.recv_bytes(most))
    if not isinstance(message, dict):
        raise OSError("a message is no object")
    return message
