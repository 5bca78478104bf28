"""In the grader: how student processes are come by. Each has two pipes of its own, a room, and an end.

fork   by a clean parent, one a box, that has imported NumPy: takes milliseconds
start  as a program of its own: everywhere, and in the place of a fork that fails

Who gives them is the host: here the box's own. A judge, which may start nothing, has another (grader.judges).
"""

from __future__ import annotations

import abc
import contextlib
import json
import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np

from grader.errors import Interrupted
from grader.folders import remove
from grader.forks.client import Parent, shared_server
from grader.limits import ROOM, ROOM_FILES
from grader.machine.shortage import Shortage
from grader.machine.system import FORKS
from grader.sandbox import Box
from grader.sandbox.process import clean_environment, descendants, last_words
from grader.sandbox.quota import Quota, stamp
from grader.worker import frames

if TYPE_CHECKING:
    from grader.limits import NotebookLimits
    from grader.model import NotebookRun

BOOT = Path(__file__).parents[1] / "boot.py"
SWITCH = "GRADER_FORK"  # the environment variable that, set to 0, chooses programs of their own
QUOTA = Quota(ROOM, ROOM_FILES)


class Look(NamedTuple):
    """What shows of a process from outside.

    ``excess`` says what it left too much of in its room; ``waited`` is how many seconds it was ready to run and had no
    processor: others' doing, which must cost it nothing. One that sleeps, or was stopped, does not wait. ``worked`` is
    what all its threads have had of processors: who waits for threads of its own waits for itself.
    """

    excess: str = ""
    waited: float = 0.0
    worked: float = 0.0


class Guest(Protocol):
    """A student process: pipes without buffers, so that a byte too many shows.

    How it has to lock itself was said before anyone gets these pipes, so that who speaks with it cannot say otherwise.
    """

    requests: IO[bytes]
    replies: IO[bytes]

    def answered(self, pid: int) -> None:
        """It has locked itself; ``pid`` is its number for the grader if it was forked, else as it sees it."""

    def look(self, *, room_only: bool = False) -> Look:
        """Look at it, or only at what is in its room, which takes a tenth of the time."""

    def open_room(self) -> int:
        """A descriptor of its room, to see whether something was put there (grader.sandbox.quota.stamp)."""

    def last_words(self) -> str:
        """The last line of what it, or its parent, said to stderr, in brackets; empty if there is none."""

    def exit_code(self) -> int | None:
        """How it ended, negative for a signal; None if it lives on for a second more. Starved if memory ran out."""

    def kill(self) -> None:
        """End it and all that it started, wait until that is gone, and remove its room."""


@runtime_checkable
class Host(Protocol):
    """Who gives student processes, at an isolation level; ``probes`` are what was tried from inside them."""

    @property
    def level(self) -> str:
        """The isolation level."""

    @property
    def closed(self) -> bool:
        """Whether grading was stopped."""

    @property
    def probes(self) -> Mapping[str, str]:
        """As of a box."""

    def ways(self) -> Sequence[str]:
        """The ways to a process, the quickest first."""

    def guest(self, way: str, read: Sequence[str]) -> Guest:
        """A new process, which may also read the files and folders ``read``; OSError or HarnessError if none can be."""

    def note(self, probes: Mapping[str, str]) -> None:
        """As of a box."""

    def run_notebook(
        self, path: Path, root: Path | None, limits: NotebookLimits, converted: Mapping[str, bytes]
    ) -> NotebookRun:
        """Run a notebook from top to bottom; see grader.notebook."""


class BoxHost:
    """The box of this process as host."""

    def __init__(self, box: Box) -> None:
        self.box = box

    @property
    def level(self) -> str:
        """The box's level."""
        return self.box.level

    @property
    def closed(self) -> bool:
        """Whether the box is closed."""
        return self.box.closed

    @property
    def probes(self) -> Mapping[str, str]:
        """The box's."""
        return self.box.probes

    def ways(self) -> Sequence[str]:
        """Forks where they are possible."""
        return list(WAYS) if can_fork(self.box) else ["start"]

    def guest(self, way: str, read: Sequence[str]) -> Guest:
        """In a room of its own; Interrupted if the box is closed."""
        try:
            return WAYS[way](self.box, read)
        except OSError:
            if self.box.closed:
                raise Interrupted("Grading was stopped.") from None
            raise

    def note(self, probes: Mapping[str, str]) -> None:
        """Tell the box."""
        self.box.note(probes)

    def run_notebook(
        self, path: Path, root: Path | None, limits: NotebookLimits, converted: Mapping[str, bytes]
    ) -> NotebookRun:
        """In the box."""
        from grader import notebook  # a self-check without it need not wait for its imports

        return notebook.run(
            path,
            root,
            self.box,
            cell_seconds=limits.cell,
            total_seconds=limits.total,
            engine=limits.engine,
            converted=converted,
        )


def host_of(given: Box | Host) -> Host:
    """The host itself, or that of a box."""
    return given if isinstance(given, Host) else BoxHost(given)


def can_fork(box: Box) -> bool:
    """Whether student processes are forked in this box."""
    return FORKS and os.environ.get(SWITCH) != "0"


def split(box: Box) -> None:
    """Fork the box's clean parent off this process, if that can be: it must know nothing that students must not."""
    if not can_fork(box) or box.nest() is not None:  # the grader itself cannot leave its namespaces
        return

    def server(folder: Path) -> Parent:
        from grader.worker.forkserver import NEEDED, main

        return Parent(box, lambda: main(["", json.dumps(None)], NEEDED), _environment(folder), folder, folder)

    with contextlib.suppress(OSError):
        shared_server(box, "worker", server)


class _Lodged(abc.ABC):
    """What guests have in common: a room in a folder of its own."""

    requests: IO[bytes]
    replies: IO[bytes]
    forked: ClassVar[bool]
    settle: dict[str, str] | None  # the environment that it has to take on, if it was forked

    def __init__(self, box: Box, read: Sequence[str]) -> None:
        self._folder = Path(tempfile.mkdtemp(dir=box.folder))
        with contextlib.ExitStack() as undo:
            undo.callback(remove, self._folder)
            self._folder.chmod(0o711)  # the process may be another user
            self._room = Path(tempfile.mkdtemp(dir=self._folder))
            lock = box.room(self._room, "worker", read, forked=self.forked)
            self._pids: list[int] = []
            self._shortage = Shortage()
            self._begin(box, read)
            self._empty = stamp(self._room)
            undo.pop_all()
        with contextlib.suppress(OSError):  # one that has gone shows when it is asked something
            frames.write(self.requests, 0, {"do": "terms", "settle": self.settle, "lock": lock})

    @abc.abstractmethod
    def _begin(self, box: Box, read: Sequence[str]) -> None:
        """Have the process started."""

    @abc.abstractmethod
    def _ended(self) -> int | None:
        """Its exit code."""

    def exit_code(self) -> int | None:
        code = self._ended()
        self._shortage.check(code, "The student process")
        return code

    def look(self, *, room_only: bool = False) -> Look:
        if room_only:
            return Look("" if stamp(self._room) == self._empty else QUOTA.excess(self._room))
        self._shortage.look()
        return Look(QUOTA.excess(self._room), waited(self._pids), processor_seconds(self._pids))

    def open_room(self) -> int:
        return os.open(self._room, os.O_PATH | os.O_DIRECTORY)

    def _leave(self) -> None:
        remove(self._folder)


class _Started(_Lodged):
    forked = False

    def _begin(self, box: Box, read: Sequence[str]) -> None:
        self.settle = None
        self._box = box
        self._log = self._room.with_suffix(".log")
        env = _environment(self._room)
        self._process = box.start(_argv("student"), cwd=self._room, env=env, room=self._room, log=self._log, read=read)
        assert self._process.stdin and self._process.stdout, "the box starts processes with pipes"
        self.requests, self.replies = self._process.stdin, self._process.stdout

    def answered(self, pid: int) -> None:
        # Its own number may be that of a namespace; what is around it there only waits for its end.
        self._pids = [self._process.pid, *(process.pid for process in descendants(self._process.pid))]

    def last_words(self) -> str:
        return last_words(self._log)

    def _ended(self) -> int | None:
        return self._box.exit_code(self._process)

    def kill(self) -> None:
        self._box.kill(self._process)
        self._leave()


class _Forked(_Lodged):
    forked = True

    def _begin(self, box: Box, read: Sequence[str]) -> None:
        self.settle = _environment(box.inside(self._room, self._room))
        order = box.nest(read)
        kind = " ".join(["worker", *(read if order else ())])  # what its children see is settled
        self._server = shared_server(box, kind, lambda folder: _server(box, folder, order))
        (its_requests, self.requests), (self.replies, its_replies) = _pipe(), _pipe()
        with its_requests, its_replies:
            self._child = self._server.fork([], [its_requests.fileno(), its_replies.fileno()])

    def answered(self, pid: int) -> None:
        self._server.has_served = True
        self._pids = [pid]

    def last_words(self) -> str:
        return last_words(self._server.log)

    def _ended(self) -> int | None:
        return self._child.exit_code()

    def kill(self) -> None:
        self._child.end()
        self._leave()


WAYS: dict[str, Callable[[Box, Sequence[str]], Guest]] = {"fork": _Forked, "start": _Started}


def waited(pids: Iterable[int]) -> float:
    """How many seconds processes were ready to run without a processor, as Linux counts it for their main threads."""
    seconds = 0.0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/schedstat", "rb") as file:
            seconds += int(file.read().split()[1]) / 1e9
    return seconds


def processor_seconds(pids: Iterable[int]) -> float:
    """What processes, all their threads, have used of processors; 0 where that is not known."""
    seconds = 0.0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def _pipe() -> tuple[IO[bytes], IO[bytes]]:
    reader, writer = os.pipe()
    return os.fdopen(reader, "rb", 0), os.fdopen(writer, "wb", 0)


def _server(box: Box, folder: Path, order: Mapping[str, Any] | None) -> Parent:
    program = _argv("forkserver", str(box.folder), json.dumps(order))
    return Parent(box, program, _environment(folder), folder, folder)


def _argv(module: str, *arguments: str) -> list[str]:
    # -I -S: no environment variables, no user site, no .pth file, so nothing adds the checkout to the path.
    python = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(BOOT)]
    return [*python, f"grader.worker.{module}", *arguments, *_packages()]


def _environment(room: Path) -> dict[str, str]:
    return clean_environment(room) | {"MPLBACKEND": "Agg"}


def _packages() -> list[str]:
    """The folders of installed packages, which student code may import from."""
    paths = sysconfig.get_paths()
    return list(dict.fromkeys([paths["purelib"], paths["platlib"], str(Path(np.__file__).parents[1])]))
