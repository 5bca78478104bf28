"""``--log``: what happens in a run, one JSON object a line, for programs that follow it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import GraderError, Refused
from grader.model import Result
from grader.words import inert


class Journal:
    """A log to which lines are added, each there for others at once. It holds no seed."""

    def __init__(self, file: io.RawIOBase, name: Path, total: int, tell: Callable[[str], object]) -> None:
        self._file, self._name, self._total, self._tell = file, name, total, tell
        self._graded = self._others = 0
        self._lost = False
        self._write("started", {"submissions": total})

    def started(self, student: str) -> None:
        """A submission is being graded."""
        self._add("started", {"student": inert(student)})

    def graded(self, result: Result, seconds: float, *, kept: bool) -> None:
        """A submission is done, with a grade or without; or it has not changed, and its result is kept."""
        graded = result.status == "graded"
        self._graded += graded
        self._others += not graded
        fields = {
            "student": inert(result.student),
            "score": result.score,
            "max_score": result.max_score,
            "status": result.status,
            "reason": None if result.reason is None else inert(result.reason),
            "seconds": round(seconds, 3),
            "kept": kept,
        }
        self._add("graded" if graded else "not_graded", fields)

    def ended(self, *, stopped: bool, reason: str | None = None) -> None:
        """The run is over, or was stopped before everything was graded, for a reason or by hand."""
        counts = {"submissions": self._total, "graded": self._graded, "not_graded": self._others}
        self._add("stopped" if stopped else "ended", {**counts, "reason": reason})

    def _add(self, event: str, fields: Mapping[str, object]) -> None:
        if self._lost:
            return
        try:
            self._write(event, fields)
        except OSError as error:  # a disk that is full, say; grading goes on
            self._lost = True
            self._tell(f"The log {self._name} cannot be written any more ({error.strerror or error}).")

    def _write(self, event: str, fields: Mapping[str, object]) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": time, "event": event, **fields}, ensure_ascii=False)
        self._file.write(f"{line}\n".encode())


@contextlib.contextmanager
def open_journal(path: Path | None, total: int, tell: Callable[[str], object]) -> Iterator[Journal | None]:
    """The log at a path, if there is one, to be added to; Refused if it cannot be written."""
    if path is None:
        yield None
        return
    with contextlib.ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Without a buffer, each line is written at once and whole.
            journal = Journal(stack.enter_context(path.open("ab", buffering=0)), path, total, tell)
        except OSError as error:
            raise Refused(f"The log {path} cannot be written ({error.strerror or error}); name another.") from None
        try:
            yield journal
        except BaseException as error:
            journal.ended(stopped=True, reason=str(error) if isinstance(error, GraderError) else type(error).__name__)
            raise
