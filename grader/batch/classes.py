"""Grade a class: several submissions side by side, each result saved and written as soon as it is there."""

from __future__ import annotations

import contextlib
import secrets
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader import __version__
from grader.assignments import Assignment, all_assignments, find_assignment, recognise, select
from grader.batch.store import Saved, Store
from grader.cifar10 import Cifar10
from grader.errors import HarnessError, Interrupted, Refused
from grader.exporters import csv, html
from grader.grading import NotebookLimits, grade_submission, not_graded
from grader.intake.layouts import Entry
from grader.intake.reading import open_submission
from grader.model import Note, Result, Status
from grader.oracle import Oracle
from grader.oracle.data_set import with_data
from grader.oracle.live import LiveOracle
from grader.sandbox import Box
from grader.submission import Submission
from grader.words import plain_text


@dataclass(frozen=True, slots=True)
class Settings:
    """What a class is graded with; ``seed`` None draws a secret one, ``assignment`` None recognises it.

    ``recognised`` says that the assignment is the one that most of the class were recognised by.
    """

    out: Path
    assignment: str | None = None
    seed: int | None = None
    jobs: int = 1
    only: tuple[str, ...] = ()
    resume: bool = False
    notebook: NotebookLimits | None = field(default_factory=NotebookLimits)
    time_factor: float = 1.0
    data: Cifar10 | None = None
    compat: bool = False
    recognised: bool = False


@dataclass(slots=True)
class Outcome:
    """The results of a class in order, which inputs were refused, whether we failed at one, or were stopped."""

    seed: int
    results: list[Result] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failed: bool = False
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Graded:
    """One student's result; ``refused`` if the input could not be taken, ``known`` if it was there from before."""

    result: Result
    key: str
    refused: bool = False
    failed: bool = False
    known: bool = False


def grade_class(entries: Sequence[Entry], settings: Settings, box: Box, on_result: Callable[[Result], None]) -> Outcome:
    """Grade every entry; on Ctrl-C what was graded is kept and the rest is left out.

    Raises Refused for an output folder that cannot be written, and for unknown assignments and parts;
    HarnessError if writing fails later on.
    """
    _prepare(settings)
    if not settings.assignment:
        settings = replace(settings, assignment=class_assignment(entries), recognised=True)
    try:
        with contextlib.closing(Store(settings.out / "grades.db")) as store, _stopped_by_signals(box):
            return _grade_into(store, entries, settings, box, on_result)
    except sqlite3.OperationalError as error:
        raise HarnessError(
            f"{settings.out / 'grades.db'} cannot be written ({error}); mend that, then --resume."
        ) from None
    except sqlite3.DatabaseError as error:
        raise Refused(f"{settings.out / 'grades.db'} is no database of this grader ({error}); move it away.") from None
    except OSError as error:
        why = error.strerror or error
        raise HarnessError(f"{settings.out} cannot be written ({why}); mend that and go on with --resume.") from None


def class_assignment(entries: Sequence[Entry]) -> str | None:
    """The assignment that most of a class look like, the first of several; None if nobody looks like any.

    A class has one: who hands in another one, an easier one perhaps, is not graded by that.
    """
    looks: Counter[str] = Counter()
    for entry in entries:
        # What cannot be read or recognised is told when it is graded.
        with contextlib.suppress(Exception), open_submission(entry.path, entry.student, entry.shown) as submission:
            looks[recognise(submission).slug] += 1
    order = [slug for slug in all_assignments() if slug in looks]
    return max(order, key=lambda slug: looks[slug], default=None)


def _note_on_likeness(submission: Submission, assignment: Assignment) -> list[Note]:
    """That a submission looks like another assignment than that of its class."""
    with contextlib.suppress(Refused):
        other = recognise(submission)
        if other.slug != assignment.slug:
            said = f"This looks like {other.slug} ({other.title}); it was graded as {assignment.slug}, as the class is."
            return [Note("another-assignment", said)]
    return []


def _grade_into(
    store: Store, entries: Sequence[Entry], settings: Settings, box: Box, on_result: Callable[[Result], None]
) -> Outcome:
    seed = settings.seed if settings.seed is not None else (store.seed if settings.resume else None)
    outcome = Outcome(secrets.randbits(32) if seed is None else seed)
    oracle = with_data(LiveOracle(outcome.seed), settings.data)
    store.begin(outcome.seed, fresh=not settings.resume)
    found = {}
    for graded in _grade_all(entries, settings, oracle, box, store):
        if not graded.known:
            # What the grader itself failed at is graded again by --resume.
            text = graded.result.to_json()
            store.save(graded.result, "" if _is_troubled(graded.result) else graded.key, text)
            write_report(graded.result, text, settings.out)
        found[graded.result.student] = graded.result
        if graded.refused:
            outcome.refused.append(graded.result.student)
        outcome.failed |= graded.failed
        on_result(graded.result)
    outcome.interrupted = box.closed
    outcome.results = [found[entry.student] for entry in entries if entry.student in found]
    write_class(outcome.results, settings.out, store.changes())
    return outcome


def _is_troubled(result: Result) -> bool:
    trouble = result.notebook is not None and result.notebook.trouble is not None
    return trouble or any(check.status is Status.GRADER_ERROR for check in result.checks)


@contextlib.contextmanager
def _stopped_by_signals(box: Box) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) close the box, so that grading ends in order; a second one is Python's own.

    An exception instead could strike while a result is being saved.
    """

    def stop(number: int, frame: object) -> None:
        signal.signal(number, signal.default_int_handler)
        box.close()

    names = ("SIGINT", "SIGTERM", "SIGHUP")  # the last where there are terminals to hang up
    stopping = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = [signal.signal(number, stop) for number in stopping]
    try:
        yield
    finally:
        for number, handler in zip(stopping, before, strict=True):
            signal.signal(number, handler)


def _grade_all(
    entries: Sequence[Entry], settings: Settings, oracle: Oracle, box: Box, store: Store
) -> Iterator[Graded]:
    """Yield results as they come, until the box is closed."""
    with ThreadPoolExecutor(settings.jobs) as pool:
        futures = [
            pool.submit(_grade_entry, entry, settings, oracle, box, store.load(entry.student)) for entry in entries
        ]
        try:
            for future in as_completed(futures):
                with contextlib.suppress(Interrupted):
                    yield future.result()
        finally:
            for future in futures:
                future.cancel()


def _grade_entry(entry: Entry, settings: Settings, oracle: Oracle, box: Box, old: Saved | None) -> Graded:
    slug = settings.assignment
    shown = str(entry.shown or entry.path)
    try:
        with open_submission(entry.path, entry.student, entry.shown) as submission:
            key = _key(submission, settings, oracle, box)
            if old and old.key == key:
                return Graded(Result.from_dict(old.fields), key, known=True)
            assignment = find_assignment(slug) if slug else recognise(submission)
            checks = select(assignment, list(settings.only))
            result = grade_submission(
                submission,
                assignment,
                checks,
                oracle,
                box,
                notebook=settings.notebook,
                time_factor=settings.time_factor,
                compat=settings.compat,
            )
            if settings.recognised:
                result = replace(result, notes=(*_note_on_likeness(submission, assignment), *result.notes))
            return Graded(result, key)
    except Refused as error:
        return Graded(not_graded(entry.student, shown, plain_text(str(error)), slug, box.level), "", True)
    except Interrupted:
        raise
    except Exception as error:  # a bug of ours costs one row, and no mark
        reason = plain_text(f"The grader itself failed: {type(error).__name__}: {error}")
        return Graded(not_graded(entry.student, shown, reason, slug, box.level), "", failed=True)


def _key(submission: Submission, settings: Settings, oracle: Oracle, box: Box) -> str:
    """What a result depends on besides the code of the grader's checks, which its version stands for."""
    parts = (submission.sha256, settings.assignment, oracle.seed, settings.only, box.level)
    limits = (settings.notebook, settings.time_factor, settings.data.digest if settings.data else "", settings.compat)
    return "|".join(map(str, (__version__, *parts, *limits)))


def _prepare(settings: Settings) -> None:
    """Refuse before anything is graded what would fail for every submission."""
    if not settings.out.name and not settings.out.is_absolute():
        raise Refused("The output folder is the current one; name another with --out, it is filled with reports.")
    if settings.assignment:
        select(find_assignment(settings.assignment), list(settings.only))
    try:
        settings.out.mkdir(parents=True, exist_ok=True)
        probe = settings.out / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"The output folder {settings.out} cannot be written ({error.strerror or error}); choose another."
        ) from None


def write_report(result: Result, text: str, out: Path) -> None:
    """Write DIR/<student>/report.html, and the result's JSON text as result.json."""
    folder = out / result.student
    folder.mkdir(exist_ok=True)
    _replace(folder / "result.json", text + "\n")
    _replace(folder / "report.html", html.report(result, index_href="../index.html"))


def write_class(results: Sequence[Result], out: Path, changes: dict[str, float]) -> None:
    """Write DIR/grades.csv and DIR/index.html."""
    slugs = dict.fromkeys(result.assignment for result in results if result.assignment)
    title = " and ".join(find_assignment(slug).title for slug in slugs) or "Grades"
    _replace(out / "grades.csv", csv.grades(results))
    _replace(out / "index.html", html.index(results, changes=changes, title=title))


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, "utf-8")
    draft.replace(path)
