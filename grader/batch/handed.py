"""Whose an entry of a class is, as the store keeps it."""

from __future__ import annotations

from grader.intake.layouts import Entry
from grader.store.records import Handed


def everyone(entry: Entry) -> tuple[Handed, ...]:
    """The person of an entry with the attempt that it holds, then the others of their group."""
    attempt = None if entry.is_missing else entry.attempt
    by_roster = entry.on_roster is True
    return tuple(Handed(person, attempt, entry.attempts, by_roster) for person in (entry.person, *entry.members))
