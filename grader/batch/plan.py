"""What a run would do: who would be graded, as whom they were read, and who stays as they are. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from grader.batch.handed import everyone
from grader.batch.settings import Settings, terms_of
from grader.intake.layouts import Entry
from grader.store.opening import NAME, store_to_read
from grader.store.store import Store
from grader.words import inert, listing, readable


def planned(entries: Sequence[Entry], settings: Settings) -> list[str]:
    """The lines that say what a run would do. Refused for what the run itself would refuse."""
    if not (settings.out / NAME).exists():
        lines = [_line(entry, f"not graded: {entry.reason}" if entry.reason else "new") for entry in entries]
        return [*lines, f"{settings.out} holds no results yet."]
    with store_to_read(settings.out) as store:
        terms_of(store, entries, settings)
        given = {one.person.key for entry in entries for one in everyone(entry)}
        stay = [person for person in store.people() if person not in given]
        lines = [_line(entry, _what(entry, store, settings)) for entry in entries]
    if stay:
        lines.append(f"{listing([inert(person) for person in stay], 5)} in {settings.out} would stay as they are.")
    return lines


def _what(entry: Entry, store: Store, settings: Settings) -> str:
    if entry.reason:
        kept = entry.is_missing and store.has_handed_in(entry.student)
        return "stays as it is" if kept else f"not graded: {entry.reason}"
    saved = store.load(entry.student, everyone(entry)[0].id)
    if saved is None:
        return "another attempt" if store.has_handed_in(entry.student) else "new"
    if settings.resume and saved.key:
        return "graded again if anything has changed"
    return "graded again"


def _line(entry: Entry, what: str) -> str:
    whose, *others = everyone(entry)
    names = [whose.person.key, whose.person.name, f"attempt {whose.id}" if whose.id else ""]
    names += [f"with {listing([one.person.key for one in others])}"] if others else []
    place = readable(str(entry.shown or entry.path))
    return inert(f"{', '.join(filter(None, names))}: {what} ({place})").replace("\n", " ")
