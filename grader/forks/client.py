"""The grader's end of a clean parent and of its children."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import tempfile
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from grader.errors import HarnessError, Interrupted
from grader.folders import remove
from grader.forks.split import Split
from grader.sandbox import Box
from grader.sandbox.process import last_words

END_SECONDS = 10.0  # how long a child and what it started may take to die
LATE_SECONDS = 1.0  # how long a child that closed its channel may take to end, and its parent to say so
WORD_LIMIT = 100  # bytes

_servers: weakref.WeakKeyDictionary[Box, dict[str, Parent]] = weakref.WeakKeyDictionary()
_starting = threading.Lock()


class Parent:
    """A clean parent, started in the box; ``folder`` is where it starts, and holds its ``log``."""

    def __init__(
        self, box: Box, program: list[str] | Callable[[], None], env: Mapping[str, str], folder: Path, room: Path
    ) -> None:
        """Start the program, whose stdin is a socket for requests; of its files ``room`` stays writable.

        In the place of a program's arguments may be what a process does that is forked off this one.
        """
        self.log = folder / "stderr.txt"
        self.has_served = False  # whether a child of it has answered
        self.is_hung = False  # whether it left a child alive that was to be ended
        self._box = box
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._requests.settimeout(END_SECONDS)  # for a parent that does not read
        with theirs:
            try:
                self._process = _started(box, program, env, folder, room, self.log, theirs.fileno())
            except BaseException:
                self._requests.close()
                raise

    def has_ended(self) -> bool:
        """Whether its process is gone."""
        return self._process.poll() is not None

    @property
    def output(self) -> IO[bytes] | None:
        """What its program says on stdout."""
        return self._process.stdout

    def tell(self, message: bytes) -> None:
        """Send it a message before the first request."""
        self._requests.send(message)

    def fork(self, words: Iterable[str], given: Sequence[int]) -> Forked:
        """Ask for a child that gets the descriptors ``given``; the caller closes its own copies.

        ``words`` say what the parent had better import for it. Where no child can be had, its ends are closed.
        """
        control, theirs = socket.socketpair()
        with theirs, contextlib.suppress(OSError):  # a parent that is gone shows as a closed control
            socket.send_fds(self._requests, [f"{' '.join(words)}\n".encode()], [*given, theirs.fileno()])
        return Forked(self, control)

    def close(self) -> None:
        """End it with all that it started."""
        if isinstance(self._process, Split):
            self._requests.close()
            self._process.end()
            return
        if not self.has_ended():
            self._box.kill(self._process)
        self._requests.close()
        if self._process.stdout:
            self._process.stdout.close()


def _started(
    box: Box,
    program: list[str] | Callable[[], None],
    env: Mapping[str, str],
    folder: Path,
    room: Path,
    log: Path,
    stdin: int,
) -> subprocess.Popen[bytes] | Split:
    if callable(program):
        return Split(program, env, stdin, str(log))
    return box.start(program, cwd=folder, env=env, room=room, log=log, stdin=stdin, nests=True)


class Forked:
    """A forked process, of which the grader holds the ``control``: readable when it has ended."""

    def __init__(self, server: Parent, control: socket.socket) -> None:
        self.control = control
        self._server = server

    def interrupt(self) -> None:
        """Interrupt what it does."""
        with contextlib.suppress(OSError):
            self.control.send(b"i")

    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None if it lives on for a second more.

        HarnessError if its parent is gone too, Interrupted if the box is closed.
        """
        word = b""
        self.control.settimeout(LATE_SECONDS)
        try:
            word = self.control.recv(WORD_LIMIT)
        except TimeoutError:
            return None
        except OSError:
            pass
        if word:
            return int(json.loads(word)["ended"])
        if self._server._box.closed:
            raise Interrupted("Grading was stopped.")
        raise HarnessError(f"The fork server stopped{last_words(self._server.log)}.")

    def end(self) -> None:
        """Have it killed with all that it started, and wait for that; its parent too if that does not help."""
        gone = False
        with contextlib.suppress(OSError):
            self.control.settimeout(END_SECONDS)
            self.control.shutdown(socket.SHUT_WR)
            while self.control.recv(WORD_LIMIT):
                pass
            gone = True
        self.control.close()
        if not gone:
            self._server.is_hung = True
            self._server.close()


def shared_server(box: Box, kind: str, start: Callable[[Path], Parent]) -> Parent:
    """The box's server of that kind, which ends with the box; ``start`` starts one in the folder that it is given.

    A new one takes the place of one that has died. HarnessError if it never worked, or had to be ended.
    """
    with _starting:
        own = _servers.setdefault(box, {})
        server = own.get(kind)
        if server is not None and not server.has_ended():
            return server
        if server is not None and (server.is_hung or not server.has_served):
            raise HarnessError(f"The fork server does not work{last_words(server.log)}.")
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(_folder(box))
            server = own[kind] = start(folder)
            stack.callback(server.close)
            box.at_close(stack.pop_all().close)
        return server


@contextlib.contextmanager
def _folder(box: Box) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fork-", dir=box.folder))
    folder.chmod(0o711)  # children may be other users
    try:
        yield folder
    finally:
        remove(folder)
