"""Grade a class: several submissions side by side, each result saved and written as soon as it is there."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from grader import __version__
from grader.assignments import find_assignment, recognise, select
from grader.batch.store import Saved, Store
from grader.errors import Interrupted, Refused
from grader.exporters import csv, html
from grader.grading import NotebookLimits, grade_submission, not_graded
from grader.intake.layouts import Entry
from grader.intake.reading import read_submission
from grader.model import Result
from grader.oracle import Oracle
from grader.oracle.live import LiveOracle
from grader.sandbox import Box
from grader.submission import Submission
from grader.words import plain_text


@dataclass(frozen=True, slots=True)
class Settings:
    """What a class is graded with; ``seed`` None draws a secret one, ``assignment`` None recognises it."""

    out: Path
    assignment: str | None = None
    seed: int | None = None
    jobs: int = 1
    only: tuple[str, ...] = ()
    resume: bool = False
    notebook: NotebookLimits | None = field(default_factory=NotebookLimits)


@dataclass(slots=True)
class Outcome:
    """The results of a class in order, which inputs were refused, and whether it was stopped before its end."""

    seed: int
    results: list[Result] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Graded:
    """One student's result; ``refused`` if the input could not be taken, ``known`` if it was there from before."""

    result: Result
    key: str
    refused: bool = False
    known: bool = False


def grade_class(entries: Sequence[Entry], settings: Settings, box: Box, on_result: Callable[[Result], None]) -> Outcome:
    """Grade every entry; on KeyboardInterrupt what was graded is kept and the rest is left out.

    Raises Refused for an output folder that cannot be written, and for unknown assignments and parts.
    """
    _prepare(settings)
    store = _open_store(settings.out)
    try:
        seed = settings.seed if settings.seed is not None else (store.seed if settings.resume else None)
        outcome = Outcome(secrets.randbits(32) if seed is None else seed)
        oracle = LiveOracle(outcome.seed)
        store.begin(outcome.seed, fresh=not settings.resume)
        found = {}
        for graded in _grade_all(entries, settings, oracle, box, store, outcome):
            found[graded.result.student] = graded.result
            if graded.refused:
                outcome.refused.append(graded.result.student)
            if not graded.known:
                store.save(graded.result, graded.key)
                write_report(graded.result, settings.out)
            on_result(graded.result)
        outcome.results = [found[entry.student] for entry in entries if entry.student in found]
        write_class(outcome.results, settings.out, store.changes())
    finally:
        store.close()
    return outcome


def _grade_all(
    entries: Sequence[Entry], settings: Settings, oracle: Oracle, box: Box, store: Store, outcome: Outcome
) -> Iterable[Graded]:
    """Yield results as they come; Ctrl-C kills what runs, and what was yielded stays."""
    pool = ThreadPoolExecutor(settings.jobs)
    futures: list[Future[Graded]] = []
    try:
        for entry in entries:
            futures.append(pool.submit(_grade_entry, entry, settings, oracle, box, store.load(entry.student)))
        for future in as_completed(futures):
            yield future.result()
    except (KeyboardInterrupt, Interrupted):
        outcome.interrupted = True
    finally:
        if not all(future.done() for future in futures):
            box.close()
        pool.shutdown(cancel_futures=True)


def _grade_entry(entry: Entry, settings: Settings, oracle: Oracle, box: Box, old: Saved | None) -> Graded:
    slug = settings.assignment
    try:
        submission = read_submission(entry.path, entry.student)
        key = _key(submission, settings, oracle, box)
        if old and old.key == key:
            return Graded(Result.from_dict(old.fields), key, known=True)
        assignment = find_assignment(slug) if slug else recognise(submission)
        checks = select(assignment, list(settings.only))
        result = grade_submission(submission, assignment, checks, oracle, box, notebook=settings.notebook)
        return Graded(result, key)
    except Refused as error:
        return Graded(not_graded(entry.student, str(entry.path), plain_text(str(error)), slug, box.level), "", True)


def _key(submission: Submission, settings: Settings, oracle: Oracle, box: Box) -> str:
    """What a result depends on besides the code of the grader's checks, which its version stands for."""
    parts = [submission.sha256, settings.assignment, oracle.seed, settings.only, box.level, settings.notebook]
    return "|".join(map(str, [__version__, *parts]))


def _prepare(settings: Settings) -> None:
    """Refuse before anything is graded what would fail for every submission."""
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


def _open_store(out: Path) -> Store:
    try:
        return Store(out / "grades.db")
    except sqlite3.Error as error:
        raise Refused(f"{out / 'grades.db'} is no database of this grader ({error}); move it away.") from None


def write_report(result: Result, out: Path) -> None:
    """Write DIR/<student>/report.html and result.json."""
    folder = out / result.student
    folder.mkdir(exist_ok=True)
    (folder / "result.json").write_text(result.to_json() + "\n", "utf-8")
    (folder / "report.html").write_text(html.report(result, index_href="../index.html"), "utf-8")


def write_class(results: Sequence[Result], out: Path, changes: dict[str, float]) -> None:
    """Write DIR/grades.csv and DIR/index.html."""
    slugs = dict.fromkeys(result.assignment for result in results if result.assignment)
    title = " and ".join(find_assignment(slug).title for slug in slugs) or "Grades"
    (out / "grades.csv").write_text(csv.grades(results), "utf-8")
    (out / "index.html").write_text(html.index(results, changes=changes, title=title), "utf-8")
