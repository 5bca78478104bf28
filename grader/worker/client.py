"""In the grader: start the student process, ask it to play scenarios, keep the time.

A process that hangs, exits, crashes or breaks the protocol is replaced, so it costs only the check it was
playing. Whatever happens there comes back as a Transcript; HarnessError is for our own trouble only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import queue
import secrets
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from grader import sandbox
from grader.errors import HarnessError, Interrupted
from grader.expectations import Array, Odd
from grader.extract import Program
from grader.sandbox.process import clean_environment
from grader.spec import Check, Inputs
from grader.words import plain_text
from grader.worker import frames

START_SECONDS = 60.0
LOAD_SECONDS = 20.0


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


class StudentProcess:
    """The student process of one submission; a context manager."""

    def __init__(self, box: sandbox.Box, program: Program) -> None:
        self._box = box
        self._program = program
        self._folder = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
        self._exchange: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: Transcript | None = None
        self.problems: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._end()
        self._folder.cleanup()

    def play(self, check: Check, inputs: Inputs) -> Transcript:
        """Play a scenario in the student process, started or replaced if need be."""
        if self._failure:  # loading failed as it always will: every check would wait for the same end
            return self._failure
        if self._process is None:
            self._failure = self._start()
            if self._failure:
                return self._failure
        request = {"do": "play", "part": check.part, "check": check.slug}
        transcript, head = self._ask(request, inputs, check.seconds)
        return transcript or Transcript(
            _outcome(head),
            head["seconds"],
            head["values"],
            _error(head),
            plain_text(str(head.get("name", "")), 100),
        )

    def _start(self) -> Transcript | None:
        """Start a clean process and load the submission; a Transcript if that fails by the student's code."""
        home = Path(tempfile.mkdtemp(dir=self._folder.name))
        # -I -S: no environment variables, no user site, no .pth file, so nothing adds the checkout to the path.
        student = Path(__file__).with_name("student.py")
        argv = [
            sys.executable,
            "-I",
            "-S",
            "-B",
            "-X",
            "utf8",
            str(student),
            str(student.parents[1]),
            *_packages(),
        ]
        try:
            self._process = self._box.start(argv, cwd=home, env=clean_environment(home) | {"MPLBACKEND": "Agg"})
        except OSError as error:
            raise HarnessError(f"The student process cannot be started: {error}.") from error
        self._hello(home)
        transcript, head = self._ask({"do": "load", "program": self._program.as_message()}, {}, LOAD_SECONDS)
        if transcript:
            return dataclasses.replace(transcript, name="loading")
        self.problems = [item for item in head.get("problems", []) if isinstance(item, dict)]
        return None

    def _hello(self, home: Path) -> None:
        """Wait until the process answers, before any student code: failing here is our own trouble."""
        transcript, _ = self._ask({"do": "hello"}, {}, START_SECONDS)
        if transcript:
            log = (home / "stderr.txt").read_text("utf-8", "replace").strip().splitlines()
            self._end()
            raise HarnessError(
                f"The student process did not start: {plain_text(log[-1]) if log else 'it said nothing'}."
            )

    def _ask(self, request: dict[str, Any], inputs: Inputs, seconds: float) -> tuple[Transcript | None, dict[str, Any]]:
        """One request, one reply: the reply's head with its values and time, or a Transcript of the failure."""
        assert self._process is not None, "no process to ask"
        begin = time.perf_counter()
        answers: queue.SimpleQueue[dict[str, Any] | Exception] = queue.SimpleQueue()
        # In a daemon thread, so that nothing that happens to the pipes can make the grader wait longer.
        arguments = (self._process, request, inputs, answers)
        self._exchange = threading.Thread(target=_exchange, args=arguments, daemon=True)
        self._exchange.start()
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            return self._failed("timed_out", begin), {}
        if isinstance(answer, frames.ProtocolError):
            return self._failed("violated", begin, {"message": str(answer)}), {}
        if isinstance(answer, (EOFError, OSError)):
            return self._failed("died", begin, {"message": _death(self._exit_code())}), {}
        if isinstance(answer, Exception):
            raise HarnessError(f"The request could not be exchanged: {answer!r}.") from answer
        return None, answer | {"seconds": time.perf_counter() - begin}

    def _exit_code(self) -> int | None:
        """How the process ended; None if it closed its channel but lives on."""
        assert self._process is not None, "no process"
        try:
            return self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return None

    def _failed(self, outcome: str, begin: float, error: dict[str, Any] | None = None) -> Transcript:
        self._end()
        if self._box.closed:
            raise Interrupted("Grading was stopped.")
        return Transcript(outcome, time.perf_counter() - begin, error=error or {})

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        self._box.kill(process)
        if self._exchange:
            self._exchange.join(timeout=1)
        if not (self._exchange and self._exchange.is_alive()):  # else some escaped process holds the pipe: leave it
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]  # the box starts processes with pipes


def _exchange(
    process: subprocess.Popen[bytes],
    request: dict[str, Any],
    inputs: Inputs,
    answers: queue.SimpleQueue[dict[str, Any] | Exception],
) -> None:
    """Write a request, read its reply, and put that or the exception into the queue."""
    assert process.stdin and process.stdout, "the box starts processes with pipes"
    nonce = secrets.randbits(63)
    try:
        frames.write(process.stdin, nonce, request, inputs)
        answered, head, values = frames.read(process.stdout, max_json=frames.MAX_REPLY_JSON)
        if answered != nonce:
            raise frames.ProtocolError("The reply does not belong to the request.")
        answers.put(head | {"values": values})
    except Exception as error:
        answers.put(error)


def _outcome(head: dict[str, Any]) -> str:
    outcome = head.get("outcome")
    return outcome if outcome in ("returned", "raised", "missing", "unwritten") else "violated"


def _error(head: dict[str, Any]) -> dict[str, Any]:
    error = head.get("error")
    return error if isinstance(error, dict) else {}


def _death(code: int | None) -> str:
    if code is None:
        return "The process closed its channel to the grader while the check ran."
    how = f"was ended by signal {-code}" if code < 0 else f"ended itself with exit code {code}"
    return f"The process {how} while the check ran."


def _packages() -> list[str]:
    """The folders of installed packages, which student code may import from."""
    paths = sysconfig.get_paths()
    return list(dict.fromkeys([paths["purelib"], paths["platlib"], str(Path(np.__file__).parents[1])]))
