"""Grade a class: several submissions side by side, each result saved and written as soon as it is there."""

from __future__ import annotations

import contextlib
import json
import secrets
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.batch.store import Store
from grader.batch.work import Answer, Terms, without_grade
from grader.batch.workshop import Worker, Workshop, open_workshop
from grader.course.assignments import all_assignments, find_assignment, select
from grader.data_set import DataSet
from grader.errors import HarnessError, Refused
from grader.exporters import csv, html
from grader.intake.layouts import Entry
from grader.limits import NotebookLimits
from grader.model import Result, Status
from grader.sandbox import Box


@dataclass(frozen=True, slots=True)
class Settings:
    """What a class is graded with; ``seed`` None draws a secret one, ``assignment`` None recognises it.

    ``seconds`` is what the student processes of one submission may take in all; ``tell`` hears of what takes long.
    """

    out: Path
    assignment: str | None = None
    seed: int | None = None
    jobs: int = 1
    only: tuple[str, ...] = ()
    resume: bool = False
    notebook: NotebookLimits | None = field(default_factory=NotebookLimits)
    time_factor: float = 1.0
    data: DataSet | None = None
    compat: bool = False
    seconds: float = 600.0
    tell: Callable[[str], object] = lambda sentence: None


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
    """One student's result, and what is kept of it."""

    result: Result
    answer: Answer


def grade_class(
    entries: Sequence[Entry],
    settings: Settings,
    box: Box,
    on_result: Callable[[Graded], object],
    on_start: Callable[[str], object] = lambda student: None,
) -> Outcome:
    """Grade every entry; on Ctrl-C what was graded is kept and the rest is left out.

    ``on_start`` is called with each student's name, by several threads; ``on_result`` once what was graded is written.

    Raises Refused for an output folder that cannot be written, and for unknown assignments and parts;
    HarnessError if writing fails later on.
    """
    _prepare(settings)
    try:
        with contextlib.closing(Store(settings.out / "grades.db")) as store, _stopped_by_signals(box):
            return _grade_into(store, entries, settings, box, on_result, on_start)
    except sqlite3.OperationalError as error:
        raise HarnessError(
            f"{settings.out / 'grades.db'} cannot be written ({error}); mend that, then --resume."
        ) from None
    except sqlite3.DatabaseError as error:
        raise Refused(f"{settings.out / 'grades.db'} is no database of this grader ({error}); move it away.") from None
    except OSError as error:
        why = error.strerror or error
        raise HarnessError(f"{settings.out} cannot be written ({why}); mend that and go on with --resume.") from None


def _grade_into(
    store: Store,
    entries: Sequence[Entry],
    settings: Settings,
    box: Box,
    on_result: Callable[[Graded], object],
    on_start: Callable[[str], object],
) -> Outcome:
    seed = settings.seed if settings.seed is not None else (store.seed if settings.resume else None)
    outcome = Outcome(secrets.randbits(32) if seed is None else seed)
    data = str(settings.data.folder) if settings.data else None
    terms = Terms(
        seed=outcome.seed,
        assignment=settings.assignment,
        only=settings.only,
        notebook=settings.notebook,
        time_factor=settings.time_factor,
        compat=settings.compat,
        data=data,
        seconds=settings.seconds,
    )
    store.begin(outcome.seed, fresh=not settings.resume)
    found: dict[str, Result] = {}
    table = csv.Table()
    with contextlib.ExitStack() as stack:
        workshop = stack.enter_context(open_workshop(box, settings.jobs, settings.data, settings.tell))
        if not settings.assignment:
            terms = replace(terms, assignment=class_assignment(entries, workshop, terms), recognised=True)
        for graded in _grade_all(entries, workshop, terms, store, on_start):
            found[graded.result.student] = graded.result
            if not graded.answer.known:
                # What the grader itself failed at is graded again by --resume.
                key = "" if _is_troubled(graded.result) else graded.answer.key
                store.save(graded.result, key, graded.answer.text)
                write_report(graded.result, graded.answer.text, graded.answer.page, settings.out)
                _replace(settings.out / "grades.csv", table.text(_in_order(entries, found)))
            if graded.answer.refused:
                outcome.refused.append(graded.result.student)
            outcome.failed |= graded.answer.failed
            on_result(graded)
    outcome.interrupted = box.closed
    outcome.results = _in_order(entries, found)
    write_class(outcome.results, settings.out, store.changes())
    return outcome


def _in_order(entries: Sequence[Entry], found: Mapping[str, Result]) -> list[Result]:
    return [found[entry.student] for entry in entries if entry.student in found]


def class_assignment(entries: Sequence[Entry], workshop: Workshop, terms: Terms) -> str | None:
    """The assignment that most of a class look like, the first of several; None if nobody looks like any.

    A class has one: who hands in another one, an easier one perhaps, is not graded by that.
    """
    looks: Counter[str] = Counter()
    for _, likeness in workshop.each(entries, lambda worker, entry: worker.recognise(entry, terms)):
        looks.update([likeness] if likeness else [])
    order = [slug for slug in all_assignments() if slug in looks]
    return max(order, key=lambda slug: looks[slug], default=None)


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
    entries: Sequence[Entry], workshop: Workshop, terms: Terms, store: Store, on_start: Callable[[str], object]
) -> Iterator[Graded]:
    """Yield results as they come, until the box is closed."""
    saved = {entry.student: store.load(entry.student) for entry in entries}

    def grade(worker: Worker, entry: Entry) -> Graded:
        on_start(entry.student)
        old = saved[entry.student]
        answer = worker.grade(entry, terms, old.key if old else "")
        if answer.known and old:
            return Graded(Result.from_dict(old.fields), answer)
        try:
            return Graded(_read(answer.text, entry), answer)
        except Exception as error:  # what judges has read student text, and is not believed in everything
            reason = f"The grader itself failed: its answer cannot be read ({type(error).__name__}: {error})."
            answer = without_grade(entry.student, str(entry.shown or entry.path), reason, terms, workshop.level)
            return Graded(_read(answer.text, entry), answer)

    for _, graded in workshop.each(entries, grade):
        yield graded


def _read(text: str, entry: Entry) -> Result:
    fields = json.loads(text)
    json.dumps(fields, ensure_ascii=False).encode()
    result = Result.from_dict(fields)
    if result.student != entry.student:  # it names the folder of the report
        raise ValueError("it is about someone else")
    if result.assignment is not None:
        find_assignment(result.assignment)
    for written in (csv.grades([result]), html.index([result], title="")):  # as those of the class will be
        written.encode()
    return result


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


def write_report(result: Result, text: str, page: str, out: Path) -> None:
    """Write DIR/<student>/report.html, and the result's JSON text as result.json."""
    folder = out / result.student
    folder.mkdir(exist_ok=True)
    _replace(folder / "result.json", text + "\n")
    _replace(folder / "report.html", page)


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
