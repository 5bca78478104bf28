"""Grade what a store holds once more, from where it was read: old and new marks are shown before any is written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.batch.handed import everyone
from grader.batch.reports import Gradebook
from grader.batch.results import Finished, Known, grade_all, stopped_by_signals
from grader.batch.work import Terms
from grader.batch.workshop import open_workshop
from grader.data_set import open_data_set
from grader.errors import Refused
from grader.grading import versions
from grader.intake.layouts import Entry, open_entries
from grader.model import Result
from grader.sandbox import Box
from grader.store import reasons
from grader.store.records import REGRADE, Handed, Run, Saved, shown
from grader.store.store import Store
from grader.words import listing

Place = tuple[str, str]  # a person's key and an attempt's id


@dataclass(frozen=True, slots=True)
class Source:
    """A run by which results were read and made: its terms, and what was given to it."""

    run: Run
    wanted: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Moved:
    """A result that was made again, and the one before."""

    handed: Handed
    before: Saved
    result: Result
    key: str
    text: str
    source: int

    @property
    def is_same(self) -> bool:
        """Whether the mark stays."""
        marks = [(one.status, one.score, one.max_score) for one in (self.before.result, self.result)]
        return marks[0] == marks[1]

    @property
    def line(self) -> str:
        """Who, what it was, what it is, and why."""
        old, new = (shown(one.score, one.max_score) for one in (self.before.result, self.result))
        said = reasons.why(self.before.key, self.key) if self.key else f"not graded: {self.result.reason}"
        return f"{self.handed.person.key}: {old} → {new} ({said})"


@dataclass(slots=True)
class Regraded:
    """What became of a regrade: how many were looked at, what was made again, and whether it was stopped."""

    looked_at: int = 0
    moved: list[Moved] = field(default_factory=list)
    failed: bool = False
    interrupted: bool = False


def sources(store: Store, out: Path) -> list[Source]:
    """The runs by which what is stored was read, each with whose it is. Refused if that is not known of somebody."""
    runs = {run.id: run for run in store.runs()}
    wanted: dict[int, set[Place]] = {}
    unknown = []
    query = (
        "select results.person, attempt, source from results join attempts "
        "on attempts.person = results.person and attempts.id = attempt order by results.person"
    )
    for person, attempt, source in store.db.execute(query):
        if source in runs and runs[source].given.get("paths"):
            wanted.setdefault(source, set()).add((person, attempt))
        else:
            unknown.append(person)
    if unknown:
        raise Refused(
            f"Where the work of {listing(unknown, 5)} in {out} was read from is not known, since an earlier version "
            f"graded it; grade it again with `grader grade PATH --out {out}`."
        )
    return [Source(runs[source], frozenset(places)) for source, places in sorted(wanted.items())]


def terms_then(source: Source) -> Terms:
    """What its results were graded by, but for the seed."""
    return Terms.from_dict({name: value for name, value in source.run.terms.items() if name != "isolation"})


@contextlib.contextmanager
def opened(found: Sequence[Source], out: Path) -> Iterator[list[tuple[Source, list[Entry]]]]:
    """What was handed in, read as it was then. Refused, naming what is gone, if it is not all there."""
    given = [path for one in found for path in (*one.run.given["paths"], one.run.given.get("roster")) if path]
    gone = [path for path in given if not os.path.exists(path)]
    if gone:
        raise Refused(f"Gone since it was graded: {listing(list(dict.fromkeys(gone)), 5)}; put it back, or grade anew.")
    with contextlib.ExitStack() as stack:
        read = []
        for one in found:
            ours: list[Entry] = []
            for attempts in ("latest", "all"):  # all only where an earlier one was graded
                wanted = one.wanted - _places(ours)
                if wanted:
                    entries = stack.enter_context(_entries(one.run.given, out, attempts))
                    ours += [entry for entry in entries if wanted & _places([entry])]
            gone += [person for person, _ in sorted(one.wanted - _places(ours))]
            read.append((one, ours))
        if gone:
            places = listing([path for one in found for path in one.run.given["paths"]], 3)
            raise Refused(f"What {listing(gone, 5)} handed in is no longer in {places}; put it back, or grade anew.")
        yield read


def _places(entries: Sequence[Entry]) -> set[Place]:
    return {(one.person.key, one.id) for entry in entries for one in everyone(entry)}


def _entries(given: Mapping[str, Any], out: Path, attempts: str) -> contextlib.AbstractContextManager[list[Entry]]:
    paths, roster = [Path(path) for path in given["paths"]], given.get("roster")
    return open_entries(paths, given.get("layout", "auto"), out, Path(roster) if roster else None, attempts)


def make_again(
    store: Store,
    read: Sequence[tuple[Source, list[Entry]]],
    box: Box,
    *,
    jobs: int,
    only_changed: bool,
    stage: bool,
    tell: Callable[[str], object],
    on_result: Callable[[Finished], object],
    on_start: Callable[[str], object],
) -> Regraded:
    """Grade again by the terms of then and the class's seed; ``only_changed`` leaves what would come out the same.

    No mark is written. ``stage`` keeps each result aside in the store, so that a regrade that was stopped goes on.
    """
    done = Regraded()
    staged = {(person, attempt): Saved(key, result) for person, attempt, key, result in store.pending()}
    for source, entries in read:
        data = open_data_set(Path(source.run.terms["data"]) if source.run.terms.get("data") else None)
        terms = replace(terms_then(source), seed=store.seed or 0)
        before = {(h.person.key, h.id): store.load(h.person.key, h.id) for e in entries for h in everyone(e)}
        saved = {place: one for place, one in before.items() if one and only_changed} | staged
        known = Known({place: one.key for place, one in saved.items()}, _reading(saved))
        with stopped_by_signals(box), open_workshop(box, jobs, data, tell) as workshop:
            for graded in grade_all(entries, workshop, terms, known, on_start):
                done.looked_at += 1
                done.failed |= graded.answer.failed
                own = graded.whose[0].person.key, graded.whose[0].id
                if not graded.answer.known or own in staged:
                    for one in graded.whose:
                        done.moved += _moved(graded, one, before, source.run.id)
                    if stage and not graded.answer.known:
                        store.stage(*own, graded.key, graded.answer.text)
                on_result(graded)
    done.interrupted = box.closed
    done.moved.sort(key=lambda one: one.handed.person.key)
    return done


def _reading(saved: Mapping[Place, Saved]) -> Callable[[Place], Result]:
    return lambda place: saved[place].result


def _moved(graded: Finished, one: Handed, before: Mapping[Place, Saved | None], source: int) -> list[Moved]:
    was = before.get((one.person.key, one.id))
    if was is None:
        return []
    if graded.answer.known:  # it was staged by a regrade that was stopped
        result = replace(graded.result, student=one.person.key)
        return [Moved(one, was, result, graded.answer.key, result.to_json(), source)]
    result, text, _ = graded.of(one)
    return [Moved(one, was, result, graded.key, text, source)]


def write_again(store: Store, moved: Sequence[Moved], command: str, out: Path) -> None:
    """Write what was made again: reports and marks, each person's wholly, then the files of the class."""
    store.begin(Run(command, store.seed, versions(public=False)))
    book = Gradebook(store, out)
    for one in moved:
        with store.transaction():
            row = store.put(one.handed, one.result, one.key, one.text, what=REGRADE, source=one.source)
            store.unstage(one.handed.person.key, one.handed.id)
            book.put(row)
            book.write_report(row, one.text)  # before the mark is kept: else a stop would leave an old report
    with store.transaction():
        store.db.execute("delete from pending")
    graded = sum(one.result.status == "graded" for one in moved)
    store.end("done", (graded, 0, len(moved) - graded))
    book.write(store.changes())
