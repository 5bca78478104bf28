"""Grade a class: several submissions side by side, each result saved and written as soon as it is there."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace

from grader.batch.handed import everyone
from grader.batch.reports import Gradebook, says_more
from grader.batch.results import Finished, Known, class_assignment, grade_all, stopped_by_signals
from grader.batch.settings import Settings, refuse_another, terms_of, writable
from grader.course.assignments import find_assignment, select
from grader.gradebook import Row
from grader.grading import versions
from grader.intake.layouts import Entry
from grader.model import Result
from grader.sandbox import Box
from grader.store.opening import store_to_write
from grader.store.records import Handed, Run
from grader.store.rows import is_damaged, shown
from grader.store.store import Store


@dataclass(slots=True)
class Outcome:
    """The results of a class in order, which inputs were refused, whether we failed at one, or were stopped.

    ``rows`` are everyone's that the folder knows, also of earlier runs. Both are brief, but for the result of a single
    submission.
    """

    seed: int
    results: list[Result] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failed: bool = False
    interrupted: bool = False
    rows: list[Row] = field(default_factory=list)


def grade_class(
    entries: Sequence[Entry],
    settings: Settings,
    box: Box,
    on_result: Callable[[Finished], object],
    on_start: Callable[[str], object] = lambda student: None,
) -> Outcome:
    """Grade every entry; on Ctrl-C what was graded is kept and the rest is left out.

    ``on_start`` is called with each student's name, by several threads; ``on_result`` once what was graded is written.

    Raises Refused for an output folder that cannot be written, and for unknown assignments and parts;
    HarnessError if writing fails later on.
    """
    _prepare(settings)
    opened = store_to_write(settings.out, settings.command, settings.tell, settings.policy, new=True)
    with opened as store, stopped_by_signals(box):
        return _grade_into(store, entries, settings, box, on_result, on_start)


def _grade_into(
    store: Store,
    entries: Sequence[Entry],
    settings: Settings,
    box: Box,
    on_result: Callable[[Finished], object],
    on_start: Callable[[str], object],
) -> Outcome:
    terms = terms_of(store, entries, settings)
    outcome = Outcome(terms.seed)
    counts = Counter[str]()
    with settings.open_workshop(box, settings.jobs, settings.data, settings.tell) as workshop:
        if not terms.assignment:
            alone = len(entries) == 1 and not terms.only and not store.people()
            found = class_assignment(entries, workshop, terms)
            terms = replace(terms, assignment=found, recognised=True, alone=alone)
        elif not settings.assignment and len(entries) > 1:
            refuse_another(class_assignment(entries, workshop, terms), terms.assignment, settings.out)
        kept = {**asdict(terms), "isolation": box.level}
        store.begin(Run(settings.command, terms.seed, versions(public=False), kept, settings.given))
        book = Gradebook(store, settings.out)
        for row in filter(None, map(store.row, store.settle(book.rows.values()))):
            book.write_report(row, row.result.to_json())
        keys = _keys(store, book, entries) if settings.resume else {}
        there = [entry for entry in entries if not _stays(entry, store)]
        for entry in entries:
            if _stays(entry, store):
                _meet(everyone(entry)[0], None, store, book)
                outcome.results.append(_outcome_of(entry.student, entries, store, book))
        gc.freeze()  # what is imported stays: looking through it for garbage took a twentieth of this process's time
        for graded in grade_all(there, workshop, terms, Known(keys, store.result), on_start):
            _keep(graded, store, book)
            if graded.answer.refused:
                outcome.refused.append(graded.result.student)
            outcome.failed |= graded.answer.failed
            counts["kept" if graded.answer.known else graded.result.status] += 1
            outcome.results.append(_outcome_of(graded.result.student, entries, store, book))
            on_result(graded)
    outcome.interrupted = box.closed
    store.end("stopped" if box.closed else "done", (counts["graded"], counts["kept"], counts["not_graded"]))
    order = {entry.student: number for number, entry in enumerate(entries)}
    outcome.results.sort(key=lambda result: order[result.student])
    outcome.rows = book.ordered
    book.write(store.changes())
    return outcome


def _stays(entry: Entry, store: Store) -> bool:
    """Whether nothing was handed in by somebody who had: as where a section is graded with the roster of all."""
    return entry.is_missing and store.has_handed_in(entry.student)


def _keep(graded: Finished, store: Store, book: Gradebook) -> None:
    """Save a result, for each member of a group, and show it."""
    for one in graded.whose:
        if graded.answer.known and one.person.key in book.rows:
            own = one.person.key == graded.result.student
            _meet(one, graded.result if own else None, store, book)
            continue
        result, text, page = graded.of(one)
        row = store.save(one, result, graded.key, text)
        book.put(row)
        if row.attempt == one.attempt:
            book.write_report(row, text, "" if says_more(row) else page)
        else:  # another attempt counts
            book.write_report(row, row.result.to_json())
        book.row_is_new()


def _meet(one: Handed, result: Result | None, store: Store, book: Gradebook) -> None:
    """Keep what is known of somebody whose result stays, and show it if it is more than before."""
    row = store.meet(one, result)
    if book.put(row):
        book.write_report(row, row.result.to_json())


def _outcome_of(student: str, entries: Sequence[Entry], store: Store, book: Gradebook) -> Result:
    """What the terminal shows of somebody: of a single submission all that there is."""
    row = store.row(student) if len(entries) == 1 else None
    return shown(row or book.rows[student])


def _keys(store: Store, book: Gradebook, entries: Sequence[Entry]) -> dict[tuple[str, str], str]:
    """What the results are made of that need not be made anew if they would be made of the same."""
    found = {}
    keys = store.keys()
    for one in (everyone(entry)[0] for entry in entries):
        row, place = book.rows.get(one.person.key), (one.person.key, one.id)
        counts = row is not None and row.attempt == one.attempt
        if place in keys and not is_damaged(row.result if row and counts else store.result(place)):
            found[place] = keys[place]
    return found


def _prepare(settings: Settings) -> None:
    """Refuse before anything is graded what would fail for every submission."""
    if settings.assignment:
        select(find_assignment(settings.assignment), list(settings.only))
    writable(settings.out)
