"""In the grader: start the student process, ask it to play scenarios, keep the time.

A process that hangs, exits, crashes or breaks the protocol is replaced, so it costs only the check it was
playing. Whatever happens there comes back as a Transcript; HarnessError is for our own trouble only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import queue
import select
import signal
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, TracebackType
from typing import Any, Self

from grader import sandbox
from grader.checks import all_parts, load_part
from grader.errors import HarnessError, Interrupted
from grader.expectations import Array, Odd
from grader.extract import Program
from grader.folders import remove
from grader.sandbox.process import last_words
from grader.sandbox.quota import Quota
from grader.scenarios import text_of
from grader.spec import Check, Inputs
from grader.words import plain_text
from grader.worker import frames, processes, stand_ins
from grader.worker.packages import USUAL
from grader.worker.processes import Running, Way

START_SECONDS = 60.0
FORK_SECONDS = 60.0  # the first one waits for its parent's imports
LOAD_SECONDS = 20.0
QUOTA = Quota(size=128 << 20, files=5000)  # what student code may leave in its folder
ERROR_FIELDS = {"type", "message", "file", "cell", "line", "traceback", "function", "scenario", "denied"}
ERROR_LENGTH = 8000  # characters of each
LOOK_SECONDS = 0.1  # how often a busy process's folder is looked at


@dataclass(frozen=True, slots=True)
class Transcript:
    """What came of playing one scenario in the student process.

    ``outcome`` is returned, raised, missing (no such name), unwritten (NotImplementedError), timed_out, died
    or violated. ``error`` is the student process's description of the exception, as plain data.
    """

    outcome: str
    seconds: float
    values: Mapping[str, Array | Odd] = field(default_factory=dict)
    error: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    tried: tuple[str, ...] = ()  # what the sandbox denied, as the student process saw it


class StudentProcess:
    """The student process of one submission; a context manager."""

    def __init__(
        self,
        box: sandbox.Box,
        program: Program,
        parts: Iterable[str] = (),
        *,
        read: Sequence[str] = (),
        allow: Sequence[str] = USUAL,
    ) -> None:
        """Prepare a process for ``program``; ``parts`` are those whose checks will be played (none: all).

        ``read`` are further files and folders that it may read: a data set; ``allow`` the packages that its code may
        use besides NumPy.
        """
        self._box = box
        self._program = program
        wanted = [load_part(name) for name in dict.fromkeys(parts)] or all_parts()
        self._draw = any("np.random" in text_of(check.scenario) for part in wanted for check in part.checks.values())
        self._read = tuple(read)
        self._allow = list(allow)
        self._folder = Path(tempfile.mkdtemp(prefix="grader-"))
        self._folder.chmod(0o711)  # the process may be another user
        self._room = self._folder
        self._exchange: _Exchange | None = None
        self._ways = [processes.fork, processes.start] if processes.can_fork(box) else [processes.start]
        self._process: Running | None = None
        self._failure: Transcript | None = None
        self.problems: list[dict[str, Any]] = []  # statements that raised when the submission was loaded
        self.stand_ins: list[str] = []  # modules that were supplied then, as the submission lacks them

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end()
        remove(self._folder)

    def play(self, check: Check, inputs: Inputs) -> Transcript:
        """Play a scenario in the student process, started or replaced if need be."""
        return self._play(check, inputs, {})[0]

    def count(self, check: Check, inputs: Inputs) -> tuple[dict[str, int], dict[str, int]]:
        """How often student code called functions of its own with an input that was moved a little, by the input.

        And how often those that the exercise asks for, but for backward passes, by their names.
        """
        _, head = self._play(check, inputs, {"count": True})
        return _counts(head.get("moved")), _counts(head.get("called"))

    def _play(self, check: Check, inputs: Inputs, more: dict[str, Any]) -> tuple[Transcript, dict[str, Any]]:
        if self._failure:  # loading failed as it always will: every check would wait for the same end
            return self._failure, {}
        if self._process and _has_more(self._process):  # sent by a thread of the student's since the last reply
            self._end()
        if self._process is None:
            self._failure = self._start()
            if self._failure:
                return self._failure, {}
        scenario = {"name": check.scenario.__name__, "label": f"<check {check.name}>", "text": text_of(check.scenario)}
        request = {"do": "play", "scenario": scenario, **more}
        transcript, head = self._ask(request, inputs, check.seconds)
        played = transcript or Transcript(
            _outcome(head, self._box),
            head["seconds"],
            head["values"],
            _error(head),
            plain_text(str(head.get("name", "")), 100),
            _tried(head),
        )
        return played, head

    def renew(self) -> None:
        """End the process, so that what it remembers is gone; the next scenario is played in a new one."""
        self._end()

    def _start(self) -> Transcript | None:
        """Start a clean process and load the submission; a Transcript if that fails by the student's code."""
        room = self._room = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            lock = self._box.room(room, "worker", self._read)
        except OSError as error:
            raise HarnessError(f"The student process cannot be started: {error}.") from error
        for way in self._ways:
            trouble = self._begin(way, room, lock)
            if trouble is None:
                break
        else:
            raise HarnessError(trouble)
        load = {"do": "load", "program": self._program.as_message(), "allow": self._allow}
        transcript, head = self._ask(load, {}, LOAD_SECONDS)
        if transcript:
            return dataclasses.replace(transcript, name="loading")
        self.problems = [item for item in head.get("problems", []) if isinstance(item, dict)]
        names = head.get("stand_ins")
        self.stand_ins = [plain_text(str(name), 100) for name in names[:20]] if isinstance(names, list) else []
        return None

    def _begin(self, way: Way, room: Path, lock: dict[str, Any] | None) -> str | None:
        """Start a process and have it prepare and lock itself: the words of what kept it from answering.

        All this is before any student code: trouble is our own. One that answers and is not locked is a HarnessError.
        """
        try:
            process = self._process = way(self._box, room, self._read)
        except (OSError, HarnessError) as error:
            return f"The student process cannot be started: {error}"
        texts = [str(cell["text"]) for cells in self._program.units.values() for cell in cells]
        request = {
            "do": "hello",
            "stand_ins": stand_ins.offered(self._program.wanted, texts),
            "settle": process.settle,
            "lock": lock,
            "compat": self._program.is_converted,
            "random": self._draw or any("random" in text for text in texts),
        }
        seconds = START_SECONDS if way is processes.start else FORK_SECONDS
        try:
            transcript, head = self._ask(request, {}, seconds)
        except HarnessError as error:  # its parent is gone
            return str(error)
        if transcript:
            return f"The student process did not start{last_words(process.log)}."
        try:
            if "trouble" in head:
                raise HarnessError(f"The student process could not be locked: {head['trouble']}.")
            self._box.note(head["probes"])
        except HarnessError:
            self._end()
            raise
        process.answered()
        return None

    def _ask(self, request: dict[str, Any], inputs: Inputs, seconds: float) -> tuple[Transcript | None, dict[str, Any]]:
        """One request, one reply: the reply's head with its values and time, or a Transcript of the failure."""
        assert self._process is not None, "no process to ask"
        if self._exchange is None:
            self._exchange = _Exchange(self._process)
        begin = time.perf_counter()
        self._exchange.asked.put((request, inputs))
        answer = self._wait(self._exchange.answers, begin + seconds)
        if answer is None:
            return self._failed("timed_out", begin), {}
        if isinstance(answer, frames.ProtocolError):
            return self._failed("violated", begin, {"message": str(answer)}), {}
        if isinstance(answer, (EOFError, OSError)):
            return self._failed(*_end_of(self._exit_code(), begin)), {}
        if isinstance(answer, Exception):
            raise HarnessError(f"The request could not be exchanged: {answer!r}.") from answer
        if _has_more(self._process):
            return self._failed("violated", begin, {"message": "It sent more than one reply."}), {}
        return None, answer | {"seconds": time.perf_counter() - begin}

    def _wait(
        self, answers: queue.SimpleQueue[dict[str, Any] | Exception], deadline: float
    ) -> dict[str, Any] | Exception | None:
        """The answer, None if there is none in time; a folder over its quota is a broken rule too."""
        while (left := deadline - time.perf_counter()) > 0:
            answer = None
            with contextlib.suppress(queue.Empty):
                answer = answers.get(timeout=min(left, LOOK_SECONDS))
            excess = QUOTA.excess(self._room)
            if excess:
                return frames.ProtocolError(f"It left {excess} in its folder.")
            if answer is not None:
                return answer
        return None

    def _exit_code(self) -> int | None:
        assert self._process is not None, "no process to ask"
        try:
            return self._process.exit_code()
        except HarnessError:
            self._end()
            raise

    def _failed(self, outcome: str, begin: float, error: dict[str, Any] | None = None) -> Transcript:
        self._end()
        if self._box.closed:
            raise Interrupted("Grading was stopped.")
        return Transcript(outcome, time.perf_counter() - begin, error=error or {})

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        exchange, self._exchange = self._exchange, None
        process.kill()
        if exchange:
            exchange.asked.put(None)
            exchange.join(timeout=1)
        if not (exchange and exchange.is_alive()):  # else some escaped process holds the pipe: leave it
            for stream in (process.requests, process.replies):
                with contextlib.suppress(OSError):
                    stream.close()


class _Exchange(threading.Thread):
    """Speaks with one process, so that nothing that happens to its pipes can make the grader wait longer."""

    def __init__(self, process: Running) -> None:
        super().__init__(daemon=True)
        self.asked: queue.SimpleQueue[tuple[dict[str, Any], Inputs] | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[dict[str, Any] | Exception] = queue.SimpleQueue()
        self._process = process
        self.start()

    def run(self) -> None:
        """Write each request and read its reply, until there is None."""
        while (asked := self.asked.get()) is not None:
            try:
                self.answers.put(self._ask(*asked))
            except Exception as error:
                self.answers.put(error)

    def _ask(self, request: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
        nonce = int.from_bytes(os.urandom(8), "big") >> 1
        frames.write(self._process.requests, nonce, request, inputs, room=frames.MAX_DATA)
        answered, head, values = frames.read(self._process.replies, max_json=frames.MAX_REPLY_JSON)
        if answered != nonce:
            raise frames.ProtocolError("The reply does not belong to the request.")
        return head | {"values": values}


def _has_more(process: Running) -> bool:
    """Whether there are bytes after the one reply."""
    if os.name != "posix":
        return False  # pipes cannot be looked into there
    poll = select.poll()  # unlike select(), it takes any number of a descriptor
    poll.register(process.replies, select.POLLIN)
    return bool(poll.poll(0)) and bool(process.replies.read(1))


def _outcome(head: dict[str, Any], box: sandbox.Box) -> str:
    outcome = head.get("outcome")
    if outcome == "raised" and box.level != "process" and _error(head).get("denied"):
        return "violated"
    return outcome if outcome in ("returned", "raised", "missing", "unwritten") else "violated"


def _counts(value: object) -> dict[str, int]:
    items = value.items() if isinstance(value, dict) else ()
    return {plain_text(str(name), 100): count for name, count in items if type(count) is int}


def _tried(head: dict[str, Any]) -> tuple[str, ...]:
    tried = head.get("tried")
    return tuple(plain_text(str(item), 200) for item in tried[:5]) if isinstance(tried, list) else ()


def _error(head: dict[str, Any]) -> dict[str, Any]:
    """What the reply says of an exception: plain words and numbers, as they are kept until the submission is graded."""
    error = head.get("error")
    items = error.items() if isinstance(error, dict) else ()
    kinds = (str, int, NoneType)
    plain = {name: value for name, value in items if name in ERROR_FIELDS and isinstance(value, kinds)}
    return {name: value[:ERROR_LENGTH] if isinstance(value, str) else value for name, value in plain.items()}


def _end_of(code: int | None, begin: float) -> tuple[str, float, dict[str, Any]]:
    """A process that ended while a check ran: the outcome, since when, and why."""
    if code is not None and -code == getattr(signal, "SIGSYS", None):
        message = "The code made a system call that the sandbox forbids, and was ended."
        return "violated", begin, {"message": message}
    return "died", begin, {"message": _death(code)}


def _death(code: int | None) -> str:
    if code is None:
        return "The process closed its channel to the grader while the check ran."
    how = f"was ended by signal {-code}" if code < 0 else f"ended itself with exit code {code}"
    return f"The process {how} while the check ran."
