"""In the grader: start the student process, ask it to play scenarios, keep the time.

A process that hangs, exits, crashes or breaks the protocol is replaced, so it costs only the check it was
playing. Whatever happens there comes back as a Transcript; HarnessError is for our own trouble only.
"""

from __future__ import annotations

import contextlib
import math
import queue
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from grader.course.parts import all_parts, load_part
from grader.course.stand_ins import offered
from grader.errors import HarnessError, Interrupted
from grader.expectations import Array, NotAnArray
from grader.limits import FORK_SECONDS, LOAD_SECONDS, START_SECONDS
from grader.machine.system import ended_by
from grader.model import locks
from grader.outcome import Outcome
from grader.program import Program
from grader.records import dataclass, field, replace
from grader.sandbox import Box
from grader.scenarios import text_of
from grader.spec import Check, Inputs
from grader.worker import frames
from grader.worker.exchange import TWICE, Exchange, flat, has_more, request_of, together
from grader.worker.packages import USUAL
from grader.worker.processes import Guest, Host, Look, host_of

LOOK_SECONDS = 0.1  # how often a busy process is looked at
QUICK_SECONDS = 0.02  # of who answers sooner only the room is looked at
IN_ALL, LOADING = "in all", "loading"  # names of what took too long, besides a case


@dataclass(frozen=True, slots=True)
class Transcript:
    """What came of playing one scenario in the student process.

    ``outcome`` is returned, raised, missing (no such name), unwritten (NotImplementedError), timed_out, died
    or violated. ``error`` is the student process's description of the exception, as plain data.
    """

    outcome: Outcome
    seconds: float
    values: Mapping[str, Array | NotAnArray] = field(default_factory=dict)
    error: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    tried: tuple[str, ...] = ()  # what the sandbox denied, as the student process saw it


class StudentProcess:
    """The student process of one submission; a context manager."""

    def __init__(
        self,
        box: Box | Host,
        program: Program,
        parts: Iterable[str] = (),
        *,
        read: Sequence[str] = (),
        allow: Sequence[str] = USUAL,
        seconds: float = math.inf,
    ) -> None:
        """Prepare a process for ``program``; ``parts`` are those whose checks will be played (none: all).

        ``read`` are further files and folders that it may read: a data set; ``allow`` the packages that its code may
        use besides NumPy; ``seconds`` what all of it may take.
        """
        self._host = host_of(box)
        self._program = program
        wanted = [load_part(name) for name in dict.fromkeys(parts)] or all_parts()
        self._draw = any("np.random" in text_of(check.scenario) for part in wanted for check in part.checks.values())
        self._read = tuple(read)
        self._allow = list(allow)
        self._left = seconds
        self._exchange: Exchange | None = None
        self._process: Guest | None = None
        self._owed = 0  # replies that will come
        self._seconds, self._since = 0.0, 0.0  # the limit of each, and since when the next is worked on
        self._failure: Transcript | None = None
        self._seen, self._looked = Look(), 0.0  # of the process that there is, and when it was looked at
        self._said = ""  # the last words of the one before
        self.problems: list[dict[str, Any]] = []  # statements that raised when the submission was loaded
        self.stand_ins: list[str] = []  # modules that were supplied then, as the submission lacks them

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end()

    def play(self, check: Check, inputs: Inputs, instead: Mapping[str, str] | None = None) -> Transcript:
        """Play a scenario in the student process, started or replaced if need be.

        With ``instead`` one function or method of the submission is another meanwhile (grader.worker.changed).
        """
        return self._play(check, inputs, {"instead": dict(instead)} if instead else {})[0]

    def play_all(self, check: Check, cases: Iterable[Inputs]) -> Iterator[Transcript]:
        """Play a scenario with one case's inputs after the other: the transcripts, as they come.

        Small inputs are sent together, and the process goes on while what came back is judged. The limits are those of
        each case. Who needs no more transcripts takes no more: what is still played then is not looked at.
        """
        for several in together(cases):
            while several:
                failure = self._ready()
                if failure is None:
                    self._send(request_of(check, len(several)), flat(several), check.seconds, len(several))
                    while self._owed:
                        yield self._heard_of()[0]
                        del several[0]
                else:
                    yield failure
                    del several[0]

    def play_finite(self, check: Check, inputs: Inputs) -> Transcript:
        """Play a scenario; where NumPy would go on with NaN or infinity it raises FloatingPointError."""
        return self._play(check, inputs, {"finite": True})[0]

    def count(self, check: Check, inputs: Inputs) -> tuple[dict[str, int], dict[str, int]]:
        """How often student code called functions of its own with an input that was moved a little, by the input.

        And how often those that the exercise asks for, but for backward passes, by their names.
        """
        _, head = self._play(check, inputs, {"count": True})
        return head.get("moved", {}), head.get("called", {})

    def _play(self, check: Check, inputs: Inputs, more: dict[str, Any]) -> tuple[Transcript, dict[str, Any]]:
        failure = self._ready()
        if failure:
            return failure, {}
        self._send(request_of(check, 1) | more, flat([inputs]), check.seconds, 1)
        return self._heard_of()

    def _ready(self) -> Transcript | None:
        """Have a process that can be asked; a Transcript if there is none to be had, for whatever is asked."""
        if self._failure:  # loading failed as it always will: every check would wait for the same end
            return self._failure
        while self._owed and self._left > 0:
            self._heard()  # nobody needs it
        if self._left <= 0:
            return Transcript(Outcome.TIMED_OUT, 0.0, name=IN_ALL)
        if self._process and has_more(self._process):  # sent by a thread of the student's since the last reply
            self._end()
        if self._process is None:
            self._failure = self._start()
        return self._failure

    def _heard_of(self) -> tuple[Transcript, dict[str, Any]]:
        """The Transcript of the next case, and its reply's head."""
        transcript, head = self._heard()
        played = transcript or Transcript(
            _outcome(head, self._host), head["seconds"], head["values"], head["error"], head["name"], head["tried"]
        )
        return played, head

    def renew(self) -> None:
        """End the process, so that what it remembers is gone; the next scenario is played in a new one."""
        self._end()

    def _start(self) -> Transcript | None:
        """Start a clean process and load the submission; a Transcript if that fails by the student's code."""
        trouble: str | None = None
        for way in self._host.ways():
            trouble = self._begin(way)
            if trouble is None:
                break
        else:
            raise HarnessError(trouble)
        load = {"do": "load", "program": self._program.as_message(), "allow": self._allow}
        transcript, head = self._ask(load, LOAD_SECONDS)
        if transcript:
            return replace(transcript, name=transcript.name or LOADING)
        self.problems, self.stand_ins = head["problems"], head["stand_ins"]
        return None

    def _begin(self, way: str) -> str | None:
        """Start a process and have it prepare and lock itself: the words of what kept it from answering.

        All this is before any student code: trouble is our own. One that answers and is not locked is a HarnessError.
        """
        try:
            process = self._process = self._host.guest(way, self._read)
        except (OSError, HarnessError) as error:
            return f"The student process cannot be started: {error}"
        texts = [str(cell["text"]) for cells in self._program.units.values() for cell in cells]
        request = {
            "do": "hello",
            "stand_ins": offered(self._program.wanted, texts),
            "compat": self._program.is_converted,
            "random": self._draw or any("random" in text for text in texts),
        }
        seconds = START_SECONDS if way == "start" else FORK_SECONDS
        try:
            transcript, head = self._ask(request, seconds)
        except HarnessError as error:  # its parent is gone
            return str(error)
        if transcript:
            return f"The student process did not start{self._said}."
        try:
            if "trouble" in head:
                raise HarnessError(f"The student process could not be locked: {head['trouble']}.")
            self._host.note(head["probes"])
        except HarnessError:
            self._end()
            raise
        process.answered(head["pid"])
        return None

    def _ask(self, request: dict[str, Any], seconds: float) -> tuple[Transcript | None, dict[str, Any]]:
        """One request, one reply."""
        self._send(request, {}, seconds, 1)
        return self._heard()

    def _send(self, request: dict[str, Any], inputs: Inputs, seconds: float, replies: int) -> None:
        """Have a request sent, to which so many replies come, each within ``seconds`` after the one before."""
        assert self._process is not None, "no process to ask"
        if self._exchange is None:
            self._exchange = Exchange(self._process)
        self._owed, self._seconds, self._since = replies, seconds, time.perf_counter()
        self._exchange.asked.put((request, inputs, replies))

    def _heard(self) -> tuple[Transcript | None, dict[str, Any]]:
        """The next reply: its head with its values and time, or a Transcript of the failure, which ends the process."""
        assert self._process is not None and self._exchange is not None, "no process that was asked"
        begin = self._since
        answer = self._wait(self._exchange.answers, min(self._seconds, self._left))
        if answer is None:
            over = IN_ALL if self._left <= 0 else ""
            return replace(self._failed(Outcome.TIMED_OUT, begin), name=over), {}
        if isinstance(answer, frames.ProtocolError):
            return self._failed(Outcome.VIOLATED, begin, {"message": str(answer)}), {}
        if isinstance(answer, (EOFError, OSError)):
            return self._failed(*_end_of(self._exit_code(), begin)), {}
        if isinstance(answer, Exception):
            self._end()
            raise HarnessError(f"The request could not be exchanged: {answer!r}.") from answer
        self._owed -= 1
        self._since = answer["at"]
        if answer["large"]:
            self._exchange.taken.put(None)
        if not self._owed and has_more(self._process):
            return self._failed(Outcome.VIOLATED, begin, {"message": TWICE}), {}
        return None, answer | {"seconds": max(answer["at"] - begin, 0.0)}

    def _wait(
        self, answers: queue.SimpleQueue[dict[str, Any] | Exception], seconds: float
    ) -> dict[str, Any] | Exception | None:
        """The answer, None if there is none in time; a room over its quota is a broken rule too.

        Time without a processor that it was ready to use does not count: its neighbours, or the grader, took that. If
        it was threads of its own, what these used counts. Answers that come at once cost nothing.
        """
        assert self._process is not None, "no process to wait for"
        begin, before = time.perf_counter(), self._seen
        used = 0.0
        answer = None
        while answer is None and used < seconds:
            with contextlib.suppress(queue.Empty):
                answer = answers.get(timeout=min(seconds - used, LOOK_SECONDS))
            ended = time.perf_counter()
            quick = type(answer) is dict and ended - begin < QUICK_SECONDS and ended - self._looked < LOOK_SECONDS
            now = self._process.look(room_only=quick)
            if now.excess:
                return frames.ProtocolError(f"It left {now.excess} in its folder.")
            if quick:
                break
            self._seen, self._looked = now, ended
            took = time.perf_counter() - begin
            used = max(took - max(now.waited - before.waited, 0.0), min(now.worked - before.worked, took))
        self._left -= used
        return answer

    def _exit_code(self) -> int | None:
        assert self._process is not None, "no process to ask"
        try:
            return self._process.exit_code()
        except HarnessError:
            self._end()
            raise

    def _failed(self, outcome: Outcome, begin: float, error: dict[str, Any] | None = None) -> Transcript:
        self._end()
        if self._host.closed:
            raise Interrupted("Grading was stopped.")
        return Transcript(outcome, time.perf_counter() - begin, error=error or {})

    def _end(self) -> None:
        self._owed = 0
        if self._process is None:
            return
        process, self._process = self._process, None
        self._said, self._seen, self._looked = process.last_words(), Look(), 0.0
        exchange, self._exchange = self._exchange, None
        process.kill()
        if exchange:
            exchange.asked.put(None)
            exchange.taken.put(None)
            exchange.join(timeout=1)
        if not (exchange and exchange.is_alive()):  # else some escaped process holds the pipe: leave it
            for stream in (process.requests, process.replies):
                with contextlib.suppress(OSError):
                    stream.close()


def _outcome(head: dict[str, Any], host: Host) -> Outcome:
    denied = head["outcome"] == Outcome.RAISED and locks(host.level) and head["error"].get("denied")
    return Outcome.VIOLATED if denied else Outcome(head["outcome"])


def _end_of(code: int | None, begin: float) -> tuple[Outcome, float, dict[str, Any]]:
    """A process that ended while a check ran: the outcome, since when, and why."""
    if ended_by(code, "SIGSYS"):
        message = "The code made a system call that the sandbox forbids, and was ended."
        return Outcome.VIOLATED, begin, {"message": message}
    return Outcome.DIED, begin, {"message": _death(code)}


def _death(code: int | None) -> str:
    if code is None:
        return "The process closed its channel to the grader while the check ran."
    how = f"was ended by signal {-code}" if code < 0 else f"ended itself with exit code {code}"
    return f"The process {how} while the check ran."
