"""Grade a class: several submissions side by side, each result saved and written as soon as it is there."""

from __future__ import annotations

import contextlib
import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from grader.batch.handed import handed
from grader.batch.reports import Gradebook, page_of, says_more, write_report
from grader.batch.settings import Settings, refuse_another, terms_of
from grader.batch.work import Answer, Terms, without_grade
from grader.batch.workshop import Worker, Workshop, open_workshop
from grader.course.assignments import all_assignments, find_assignment, select
from grader.errors import Refused
from grader.exporters import csv, html
from grader.gradebook import Row
from grader.grading import versions
from grader.intake.layouts import Entry
from grader.model import Result, Status
from grader.sandbox import Box
from grader.store.opening import store_to_write
from grader.store.records import Handed, Run, Saved
from grader.store.rows import is_damaged, shown
from grader.store.store import Store


@dataclass(slots=True)
class Outcome:
    """The results of a class in order, which inputs were refused, whether we failed at one, or were stopped.

    ``rows`` are everyone's that the folder knows, also of earlier runs.
    """

    seed: int
    results: list[Result] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failed: bool = False
    interrupted: bool = False
    rows: list[Row] = field(default_factory=list)


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
    opened = store_to_write(settings.out, settings.command, settings.tell, settings.policy, new=True)
    with opened as store, _stopped_by_signals(box):
        return _grade_into(store, entries, settings, box, on_result, on_start)


def _grade_into(
    store: Store,
    entries: Sequence[Entry],
    settings: Settings,
    box: Box,
    on_result: Callable[[Graded], object],
    on_start: Callable[[str], object],
) -> Outcome:
    terms = terms_of(store, entries, settings)
    outcome = Outcome(terms.seed)
    whose = {entry.student: handed(entry) for entry in entries}
    counts = Counter[str]()
    with open_workshop(box, settings.jobs, settings.data, settings.tell) as workshop:
        if not terms.assignment:
            terms = replace(terms, assignment=class_assignment(entries, workshop, terms), recognised=True)
        elif not settings.assignment and len(entries) > 1:
            refuse_another(class_assignment(entries, workshop, terms), terms.assignment, settings.out)
        kept = {**asdict(terms), "isolation": box.level}
        store.begin(Run(settings.command, terms.seed, versions(public=False), kept, settings.given))
        store.apply_policy()
        book = Gradebook(store, settings.out)
        saved = _saved(store, book, whose) if settings.resume else {}
        for graded in _grade_all(entries, workshop, terms, saved, on_start):
            student, answer = graded.result.student, graded.answer
            if answer.known:
                store.meet(whose[student])
            else:
                # What the grader itself failed at is graded again by --resume.
                key = "" if _is_troubled(graded.result) else answer.key
                row = store.save(whose[student], graded.result, key, answer.text)
                book.put(row)
                page = page_of(row) if says_more(row) else answer.page
                write_report(student, answer.text, page, settings.out)
                book.write_table()
            if answer.refused:
                outcome.refused.append(student)
            outcome.failed |= answer.failed
            counts["kept" if answer.known else graded.result.status] += 1
            outcome.results.append(shown(book.rows[student]))
            on_result(graded)
    outcome.interrupted = box.closed
    store.end("stopped" if box.closed else "done", (counts["graded"], counts["kept"], counts["not_graded"]))
    order = {entry.student: number for number, entry in enumerate(entries)}
    outcome.results.sort(key=lambda result: order[result.student])
    outcome.rows = book.ordered
    book.write(store.changes())
    return outcome


def _saved(store: Store, book: Gradebook, whose: Mapping[str, Handed]) -> dict[str, Saved]:
    """What is saved for those who are graded, by student, and need not be made anew if it would have the same key."""
    keys = store.keys()
    found: dict[str, Saved | None] = {}
    for student, one in whose.items():
        row = book.rows.get(student)
        if row and row.attempt == one.attempt and not is_damaged(row.result):
            found[student] = Saved(keys[student, one.id], row.result)
        else:
            found[student] = store.load(student, one.id)
    return {student: saved for student, saved in found.items() if saved}


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
    entries: Sequence[Entry],
    workshop: Workshop,
    terms: Terms,
    saved: Mapping[str, Saved],
    on_start: Callable[[str], object],
) -> Iterator[Graded]:
    """Yield results as they come, until the box is closed; ``saved`` may be kept where nothing changed, by student."""

    def grade(worker: Worker, entry: Entry) -> Graded:
        on_start(entry.student)
        old = saved.get(entry.student)
        answer = worker.grade(entry, terms, old.key if old else "")
        if answer.known and old:
            return Graded(old.result, answer)
        try:
            return Graded(read_answer(answer.text, entry.student), answer)
        except Exception as error:  # what judges has read student text, and is not believed in everything
            reason = f"The grader itself failed: its answer cannot be read ({type(error).__name__}: {error})."
            answer = without_grade(entry.student, str(entry.shown or entry.path), reason, terms, workshop.level)
            return Graded(read_answer(answer.text, entry.student), answer)

    for _, graded in workshop.each(entries, grade):
        yield graded


def read_answer(text: str, student: str) -> Result:
    """The result in a judge's answer; an exception if it is none that can be kept and shown as this student's."""
    fields = json.loads(text)
    json.dumps(fields, ensure_ascii=False).encode()
    result = Result.from_dict(fields)
    if result.student != student:  # it names the folder of the report
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
