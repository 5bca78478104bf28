"""The history of a store as lines: runs, and changes of marks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from grader.store import ledger, persons
from grader.store.records import Change, Run, shown
from grader.store.store import Store


def lines(store: Store, person: str | None = None) -> Iterator[str]:
    """Every run and change, oldest first; of one person the changes only."""
    called = {key: one.called for key, one in persons.people(store.db, person).items()}
    runs = {} if person is not None else {run.id: run for run in store.runs()}
    for change in ledger.changes(store.db, person):
        for id in [id for id in runs if change.run is not None and id <= change.run]:
            yield _run(runs.pop(id))
        yield _change(change, called.get(change.person, change.person))
    for run in runs.values():
        yield _run(run)


def _run(run: Run) -> str:
    graded, kept, not_graded = run.counts
    counts = {"graded": graded, "kept": kept, "not graded": not_graded}
    said = ", ".join(f"{many} {what}" for what, many in counts.items() if many)
    outcome = run.outcome or "ended without finishing, or still runs"
    return f"{_time(run.began)}, run {run.id}: grader {run.command} ({', '.join(filter(None, (outcome, said)))})"


def _change(change: Change, who: str) -> str:
    mark = shown(change.new, change.new_max)
    old = shown(change.old, change.old_max)
    moved = mark if (change.old, change.old_max) == (change.new, change.new_max) else f"{old} → {mark}"
    run = "" if change.run is None else f", run {change.run}"
    return f"{_time(change.at)}, {who}: {moved} ({change.what}: {change.why}; by {change.by}{run})"


def _time(text: str) -> str:
    """As the clock here shows it."""
    try:
        return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text
