"""Results of a class's entries, made side by side: what runs of `grade` and of `regrade` have in common."""

from __future__ import annotations

import contextlib
import json
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.batch.handed import everyone
from grader.batch.work import Answer, Terms, rendered, without_grade
from grader.batch.workshop import Worker, Workshop
from grader.course.assignments import all_assignments, find_assignment
from grader.exporters import csv, html
from grader.intake.layouts import Entry
from grader.machine.system import stopping
from grader.model import Result, Status
from grader.sandbox import Box
from grader.store.records import Handed
from grader.words import readable

LEAST, MOST = 0.01, 1e6  # of the points of a whole submission, and of any number that the files of a class show


@dataclass(frozen=True, slots=True)
class Finished:
    """One student's result, what is kept of it, and whose it is: theirs, and that of the others of their group."""

    result: Result
    answer: Answer
    whose: tuple[Handed, ...]

    @property
    def key(self) -> str:
        """What it is made of; "" if it is to be made anew, as where the grader itself failed."""
        return "" if _is_troubled(self.result) else self.answer.key

    def of(self, one: Handed) -> tuple[Result, str, str]:
        """The result, its JSON text and its page for one of them."""
        if one.person.key == self.result.student and not self.answer.known:
            return self.result, self.answer.text, self.answer.page
        own = replace(self.result, student=one.person.key)
        return own, *rendered(own)


@dataclass(frozen=True, slots=True)
class Known:
    """Results that need not be made anew if they would have the same key: ``keys``, and how to read one.

    Both by person and attempt; ``read`` is called by the thread that goes through what comes.
    """

    keys: Mapping[tuple[str, str], str]
    read: Callable[[tuple[str, str]], Result]


def class_assignment(entries: Sequence[Entry], workshop: Workshop, terms: Terms) -> str | None:
    """The assignment that most of a class look like, the first of several; None if nobody looks like any.

    A class has one: who hands in another one, an easier one perhaps, is not graded by that.
    """
    looks: Counter[str] = Counter()
    there = [entry for entry in entries if not entry.reason]
    for _, likeness in workshop.each(there, lambda worker, entry: worker.recognise(entry, terms)):
        looks.update([likeness] if likeness else [])
        if 2 * looks[likeness] > len(there):  # whatever the others look like
            break
    order = [slug for slug in all_assignments() if slug in looks]
    return max(order, key=lambda slug: looks[slug], default=None)


def grade_all(
    entries: Sequence[Entry],
    workshop: Workshop,
    terms: Terms,
    known: Known,
    on_start: Callable[[str], object],
) -> Iterator[Finished]:
    """Yield results as they come, until the box is closed."""

    def grade(worker: Worker, entry: Entry) -> Finished | Answer:
        on_start(entry.student)
        whose = everyone(entry)
        if entry.reason:
            return _without_files(entry, whose, terms, workshop.level)
        answer = worker.grade(entry, terms, known.keys.get((entry.student, whose[0].id), ""))
        if answer.known:
            return answer
        try:
            return Finished(read_answer(answer.text, entry.student), answer, whose)
        except Exception as error:  # what judges has read student text, and is not believed in everything
            reason = f"The grader itself failed: its answer cannot be read ({type(error).__name__}: {error})."
            answer = without_grade(entry.student, str(entry.shown or entry.path), reason, terms, workshop.level)
            return Finished(read_answer(answer.text, entry.student), answer, whose)

    for entry, graded in workshop.each(entries, grade):
        if isinstance(graded, Finished):
            yield graded
        else:
            whose = everyone(entry)
            yield Finished(known.read((entry.student, whose[0].id)), graded, whose)


def _without_files(entry: Entry, whose: tuple[Handed, ...], terms: Terms, level: str) -> Finished:
    """What is kept of who handed in nothing, which is nobody's fault, or nothing that can be read."""
    shown = "" if entry.is_missing else readable(str(entry.shown or entry.path))
    answer = without_grade(entry.student, shown, entry.reason, terms, level, refused=True)
    return Finished(read_answer(answer.text, entry.student), replace(answer, refused=not entry.is_missing), whose)


def read_answer(text: str, student: str) -> Result:
    """The result in a judge's answer; an exception if it is none that can be kept and shown as this student's."""
    fields = json.loads(text)
    if "\\u" in text:  # half a character, perhaps, which nothing can be written with
        json.dumps(fields, ensure_ascii=False).encode()
    result = Result.from_dict(fields)
    if result.student != student:  # it names the folder of the report
        raise ValueError("it is about someone else")
    if result.assignment is not None:
        find_assignment(result.assignment)
    if not _is_ordinary(result):
        for written in (csv.grades([result]), html.index([result], title="")):  # as those of the class will be
            written.encode()
    return result


def _is_ordinary(result: Result) -> bool:
    """Whether the table and the page of the class can surely show it: whatever its words are, its numbers are usual."""
    numbers = [
        result.score,
        result.max_score,
        *((run.cells, run.executed, run.seconds) if (run := result.notebook) else ()),
    ]
    for part in result.parts:
        numbers += [part.score, part.max_score]
        for check in part.checks:
            numbers += [check.points, check.max_points, check.seconds]
    usual = all(number is None or 0 <= number < MOST for number in numbers)
    return usual and (result.max_score is None or result.max_score > LEAST)


def _is_troubled(result: Result) -> bool:
    trouble = result.notebook is not None and result.notebook.trouble is not None
    return trouble or any(check.status is Status.GRADER_ERROR for check in result.checks)


@contextlib.contextmanager
def stopped_by_signals(box: Box) -> Iterator[None]:
    """Let the first Ctrl-C (or SIGTERM) close the box, so that grading ends in order; a second one is Python's own.

    An exception instead could strike while a result is being saved.
    """

    def stop(number: int, frame: object) -> None:
        signal.signal(number, signal.default_int_handler)
        box.close()

    numbers = stopping("SIGINT", "SIGTERM", "SIGHUP")
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
