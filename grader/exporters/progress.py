"""A long run shows itself: a bar with what is graded now at a terminal, a line a submission elsewhere."""

from __future__ import annotations

import contextlib
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from grader.exporters.github import one_line
from grader.model import CheckResult, Result, Status
from grader.words import listing, number

if TYPE_CHECKING:
    from grader.batch.results import Finished
    from grader.exporters.journal import Journal

QUIET, USUAL, VERBOSE = -1, 0, 1
OFTEN = 30.0  # seconds between two estimates in lines


class Pace:
    """How long a run has taken and still takes; results that were kept cost nothing, and say nothing of the others."""

    def __init__(
        self,
        total: int,
        jobs: int,
        clock: Callable[[], float] = time.monotonic,
        called: Mapping[str, str] | None = None,
    ) -> None:
        self.total, self.done = total, 0
        self._called = called or {}  # by key
        self._clock, self._begun = clock, clock()
        self._needed = min(jobs, total)  # so many end at about the time of one
        self._graded = 0
        self._first: float | None = None  # before it, this machine was made ready
        self._ends: float | None = None
        self._started: dict[str, float] = {}

    def start(self, student: str) -> None:
        """A submission is begun."""
        now = self._clock()
        self._first = now if self._first is None else self._first
        self._started[student] = now

    def finish(self, student: str, *, kept: bool) -> float:
        """A submission is done; the seconds that it took."""
        now = self._clock()
        self.done += 1
        self._graded += not kept
        if self._graded >= self._needed and self._first is not None:
            self._ends = now + (now - self._first) / self._graded * (self.total - self.done)
        return now - self._started.pop(student, now)

    def called(self, student: str) -> str:
        """What people call who has a key."""
        return self._called.get(student, student)

    @property
    def now(self) -> list[str]:
        """Who is being graded, the longest first."""
        return [self.called(student) for student in self._started]

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._begun

    @property
    def left(self) -> float | None:
        """About how many seconds it still takes; None where that cannot be told: too early, or later than thought."""
        left = 0.0 if self._ends is None else self._ends - self._clock()
        return left if left > 0 else None


class Display(Protocol):
    """What is seen of a run."""

    def started(self) -> None:
        """Another submission is being graded."""

    def graded(self, result: Result, seconds: float | None) -> None:
        """A submission is done, in so many seconds; None if it has not changed, and its result is kept."""


class Watch:
    """Hears of a run from threads side by side, and passes it on one by one: to the log, and to the display."""

    def __init__(self, pace: Pace, display: Display, journal: Journal | None) -> None:
        self._pace, self._display, self._journal = pace, display, journal
        self._lock = threading.Lock()

    def started(self, student: str) -> None:
        """A submission is being graded."""
        with self._lock:
            self._pace.start(student)
            if self._journal:
                self._journal.started(student)
            self._display.started()

    def graded(self, graded: Finished) -> None:
        """A submission is done, with a grade or without."""
        result, kept = graded.result, graded.answer.known
        with self._lock:
            seconds = self._pace.finish(result.student, kept=kept)
            seconds = graded.answer.seconds or seconds
            if self._journal:
                self._journal.graded(result, seconds, kept=kept)
            self._display.graded(result, None if kept else seconds)


@contextlib.contextmanager
def watched(console: Console, pace: Pace, verbosity: int, journal: Journal | None) -> Iterator[Watch]:
    """Show a run inside the block, as suits what the output goes to."""
    if verbosity == QUIET:
        yield Watch(pace, Nothing(), journal)
    elif sys.stdout.isatty() and console.is_interactive:
        with Bar(console, pace, verbose=verbosity == VERBOSE) as bar:
            yield Watch(pace, bar, journal)
    elif pace.total == 1:  # its whole result comes next
        yield Watch(pace, Nothing(), journal)
    else:
        yield Watch(pace, Lines(pace, verbose=verbosity == VERBOSE), journal)


class Nothing:
    """Shows nothing."""

    def started(self) -> None:
        """Another submission is being graded."""

    def graded(self, result: Result, seconds: float | None) -> None:
        """A submission is done."""


class Lines:
    """A line a submission, each written at once; now and then with the time so far and an estimate."""

    def __init__(self, pace: Pace, *, verbose: bool = False) -> None:
        self._pace, self._verbose = pace, verbose
        self._told, self._heard = 0.0, True

    def started(self) -> None:
        """Another submission is being graded."""

    def graded(self, result: Result, seconds: float | None) -> None:
        """A submission is done."""
        first, *more = rows(result, self._pace, seconds, verbose=self._verbose)
        if self._pace.elapsed - self._told >= OFTEN:
            self._told = self._pace.elapsed
            first += f"   ({', '.join(_times(self._pace))})"
        if self._heard:
            try:
                print(first, *more, sep="\n", flush=True)
            except BrokenPipeError:  # whoever read has gone; that is no reason to grade no more
                self._heard = False


class Bar:
    """A bar with the count, the time, an estimate and the names of what is graded now; a context manager."""

    def __init__(self, console: Console, pace: Pace, *, verbose: bool = False) -> None:
        self._pace, self._verbose = pace, verbose
        # The names take what room is left.
        now = TextColumn("{task.fields[now]}", markup=False, table_column=Column(ratio=1, no_wrap=True))
        columns = (BarColumn(20), MofNCompleteColumn(), TimeElapsedColumn(), _Left(pace), now)
        self._progress = Progress(*columns, console=console, transient=True, expand=True)
        self._task = self._progress.add_task("", total=pace.total, now="")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def started(self) -> None:
        """Another submission is being graded."""
        self._update()

    def graded(self, result: Result, seconds: float | None) -> None:
        """A submission is done."""
        if self._verbose:
            self._progress.console.print(Text("\n".join(rows(result, self._pace, seconds, verbose=True))))
        self._update()

    def _update(self) -> None:
        names = [one_line(name) for name in self._pace.now]
        now = listing(names, most=3) if names else ""
        self._progress.update(self._task, completed=self._pace.done, now=now, refresh=True)


class _Left(ProgressColumn):
    """About how long it still takes."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def render(self, task: Task) -> Text:
        left = self._pace.left
        return Text("" if left is None else f"about {duration(left)} left", style="progress.remaining", no_wrap=True)


def rows(result: Result, pace: Pace, seconds: float | None, *, verbose: bool) -> list[str]:
    """A submission in a line, "12/60  ada  18 of 18"; with its seconds and, below, what is wrong if ``verbose``."""
    if result.score is None or result.max_score is None:
        came = f"not graded: {one_line(result.reason or '')}"
    else:
        came = f"{number(result.score)} of {number(result.max_score)}"
    count = f"{pace.done:>{len(str(pace.total))}}/{pace.total}"
    took = "unchanged  " if seconds is None else f"{seconds:.1f} s  " if verbose else ""
    line = f"{count}  {one_line(pace.called(result.student))}  {took}{came}"
    if not verbose:
        return [line]
    causes = [_cause(check) for check in result.checks if check.status not in (Status.PASSED, Status.SKIPPED)]
    looks = [f"please look: {flag}" for flag in result.flags]
    return [line, *(f"{' ' * (len(count) + 2)}{one_line(text)}" for text in causes + looks)]


def _cause(check: CheckResult) -> str:
    """What is wrong with a check, in the sentence that says most."""
    said = [diagnosis.sentence for diagnosis in check.diagnosis]
    said += [check.error.message] if check.error else []
    said += [finding.message for finding in check.findings if not finding.ok]
    status = check.status.replace("_", " ")
    return f"{check.slug} {status}: {said[0]}" if said else f"{check.slug} {status}"


def _times(pace: Pace) -> Sequence[str]:
    left = [] if pace.left is None else [f"about {duration(pace.left)} left"]
    return [f"{duration(pace.elapsed)} so far", *left]


def duration(seconds: float) -> str:
    """A time as people say it: 45 s, 4 min, 1 h 20 min."""
    if seconds < 60:
        return f"{math.ceil(seconds)} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
