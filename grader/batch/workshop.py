"""Where a class's submissions are graded, several side by side: each worker has a judge, a process of its own.

Where no processes can be forked and locked (no Linux), workers are threads that judge themselves.
"""

from __future__ import annotations

import contextlib
import functools
import os
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar

from grader.batch.work import Answer, Order, Terms, answered, in_it, lacking, likeness, may_have_starved, without_grade
from grader.course.reference import warm_up
from grader.data_set import DataSet
from grader.errors import GraderError, Interrupted, Refused, Starved
from grader.intake.layouts import Entry
from grader.intake.snapshot import copied, private_folder
from grader.judges.desk import Desk as JudgesDesk
from grader.judges.desk import shared_server
from grader.limits import GRADER_SIZE
from grader.machine.gives import jobs as allowed_jobs
from grader.machine.shortage import Shortage, even_alone
from grader.machine.system import FORKS
from grader.machine.users import denied_below
from grader.oracle import Oracle
from grader.oracle.data_set import with_data
from grader.oracle.live import LiveOracle
from grader.sandbox import Box
from grader.words import readable
from grader.worker.processes import BoxHost

SWITCH = "GRADER_JUDGES"  # the environment variable that, set to 0, has the class's own process judge
Made = TypeVar("Made")


class Desk(Protocol):
    """Where submissions are handed in for judging, one at a time, by the terms of a class."""

    def grade(
        self, student: str, shown: str, path: Path, known: str, *, follow: bool, notes: tuple[str, ...] = ()
    ) -> Answer:
        """Grade a submission; ``known`` is the key of the result that there is. Refused, or HarnessError."""

    def recognise(self, student: str, shown: str, path: Path, *, follow: bool) -> str:
        """The assignment that it looks most like; empty if that cannot be told."""

    def close(self) -> None:
        """End what it has started."""


class Worker:
    """Grades one submission at a time; whatever happens comes back as an Answer, or is Starved.

    What is Starved is to be graded ``again`` with nothing beside it: that says what had run out.
    """

    def __init__(self, host: BoxHost, open_desk: Callable[[Terms], Desk]) -> None:
        self._host, self._open_desk = host, open_desk
        self._desk: Desk | None = None
        self._terms: Terms | None = None
        self.again = ""

    def grade(self, entry: Entry, terms: Terms, known: str) -> Answer:
        """Grade a submission; Interrupted if the box is closed."""
        shortage = Shortage()
        answer = self._graded(entry, replace(terms, again=self.again), known)
        if answer.refused:
            shown = readable(str(entry.shown or entry.path))
            why = denied_below(entry.path, shown)  # whose it is, and which option helps
            if why:
                return without_grade(entry.student, shown, why, terms, self._host.level, refused=True)
        cause = "" if self.again or answer.known else shortage.cause() or lacking(answer)
        if cause and may_have_starved(answer):
            raise Starved(f"While it was graded, {cause}")
        return answer

    def _graded(self, entry: Entry, terms: Terms, known: str) -> Answer:
        shown = readable(str(entry.shown or entry.path))
        try:
            return self._at(terms).grade(entry.student, shown, entry.path, known, follow=entry.named, notes=entry.notes)
        except Interrupted:
            raise
        except Refused as error:
            reason = in_it(str(error), shown)
            return without_grade(entry.student, shown, reason, terms, self._host.level, refused=True)
        except Starved as error:
            if not self.again:
                raise
            return without_grade(entry.student, shown, even_alone(error, terms.size), terms, self._host.level)
        except (GraderError, OSError) as error:
            self.close()
            self._desk = None  # another one finds another parent of judges, should that have gone
            return without_grade(entry.student, shown, str(error), terms, self._host.level)
        except Exception as error:  # no thread to be had, perhaps: it costs one row
            reason = f"The grader itself failed: {type(error).__name__}: {error}."
            return without_grade(entry.student, shown, reason, terms, self._host.level)

    def recognise(self, entry: Entry, terms: Terms) -> str:
        """The assignment that it looks most like; empty if that cannot be told. Interrupted if the box is closed."""
        try:
            shown = readable(str(entry.shown or entry.path))
            return self._at(terms).recognise(entry.student, shown, entry.path, follow=entry.named)
        except Interrupted:
            raise
        except Starved:
            if not self.again:
                raise
            return ""
        except (GraderError, OSError):  # it is told when it is graded
            return ""

    def close(self) -> None:
        """End what it has started; it starts anew what it is asked for."""
        if self._desk:
            self._desk.close()

    def _at(self, terms: Terms) -> Desk:
        """The desk for these terms: with other terms another."""
        if self._desk is None or self._terms != terms:
            self.close()
            self._desk, self._terms = self._open_desk(terms), terms
        return self._desk


class Workshop:
    """Workers, as many as jobs, at an isolation level."""

    def __init__(self, workers: Sequence[Worker], level: str, tell: Callable[[str], object]) -> None:
        self.level = level
        self._workers, self._tell = workers, tell
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in workers:
            self._free.put(worker)

    def each(self, entries: Sequence[Entry], make: Callable[[Worker, Entry], Made]) -> Iterator[tuple[Entry, Made]]:
        """What a worker makes of each entry, as it comes; nothing of those that were interrupted.

        What memory or processes ran out for comes last, one by one.
        """
        starved: list[tuple[Entry, str]] = []

        def made(entry: Entry) -> Made:
            worker = self._free.get()
            try:
                return make(worker, entry)
            finally:
                self._free.put(worker)

        with ThreadPoolExecutor(len(self._workers)) as pool:
            futures = {pool.submit(made, entry): entry for entry in entries}
            try:
                for future in as_completed(futures):
                    entry = futures.pop(future)  # with its pages
                    try:
                        found = future.result()
                    except Interrupted:
                        continue
                    except Starved as error:
                        starved.append((entry, error.cause))
                        continue
                    yield entry, found
            finally:
                for future in futures:
                    future.cancel()
        for entry, cause in starved:
            with contextlib.suppress(Interrupted):
                yield entry, self._alone(entry, cause, make)

    def _alone(self, entry: Entry, cause: str, make: Callable[[Worker, Entry], Made]) -> Made:
        """What a worker makes of an entry when nothing else is there that takes memory or processes."""
        for worker in self._workers:
            worker.close()
        self._tell(f"{entry.student}: {cause}; it is graded again, with nothing beside it.")
        worker = self._workers[0]
        worker.again = cause
        try:
            return make(worker, entry)
        finally:
            worker.again = ""


@contextlib.contextmanager
def open_workshop(box: Box, jobs: int, data: DataSet | None, tell: Callable[[str], object]) -> Iterator[Workshop]:
    """Workers for a class; ``tell`` hears of what takes long. Refused if this machine has no reference."""
    host = BoxHost(box)
    with contextlib.ExitStack() as stack:
        open_desk: Callable[[Terms], Desk]
        if can_employ():
            folder, read = (str(data.folder), data.places) if data else (None, ())
            shared_server(folder, tell)
            open_desk = lambda terms: JudgesDesk(shared_server(folder, tell), host, terms, read)  # noqa: E731
        else:
            warm_up(tell)
            oracle = functools.cache(lambda seed: with_data(LiveOracle(seed), data))
            open_desk = lambda terms: _OwnDesk(host, terms, oracle(terms.seed))  # noqa: E731
        workers = [Worker(host, open_desk) for _ in range(jobs)]
        for worker in workers:
            stack.callback(worker.close)
        yield Workshop(workers, box.level, tell)


def affordable_jobs(asked: int | None, size: int, tell: Callable[[str], object]) -> int:
    """How many submissions that take so many bytes processors and memory allow at a time; it is told if it is memory.

    ``asked`` is how many were wanted; None: as many as there are processors.
    """
    allowance = allowed_jobs(asked, size, GRADER_SIZE)
    if allowance.why:
        tell(allowance.why)
    return allowance.many


def can_employ() -> bool:
    """Whether judges can be processes here."""
    return FORKS and os.environ.get(SWITCH) != "0"


class _OwnDesk:
    """Judges in the thread that hands in."""

    def __init__(self, host: BoxHost, terms: Terms, oracle: Oracle) -> None:
        self._host, self._terms, self._oracle = host, terms, oracle

    def grade(
        self, student: str, shown: str, path: Path, known: str, *, follow: bool, notes: tuple[str, ...] = ()
    ) -> Answer:
        with private_folder() as folder:
            copy = copied(path, folder, Path(shown), follow=follow, data=self._terms.notebook is not None)
            return answered(Order(student, shown, copy, known, notes), self._terms, self._oracle, self._host)

    def recognise(self, student: str, shown: str, path: Path, *, follow: bool) -> str:
        with private_folder() as folder:
            return likeness(Order(student, shown, copied(path, folder, Path(shown), follow=follow)))

    def close(self) -> None:
        pass
