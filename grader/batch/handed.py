"""Whose an entry of a class is, as the store keeps it."""

from __future__ import annotations

import hashlib

from grader.intake.layouts import Entry
from grader.store.records import Handed


def everyone(entry: Entry) -> tuple[Handed, ...]:
    """The person of an entry with the attempt that it holds, then the others of their group."""
    attempt = None if entry.is_missing else entry.attempt
    by_roster = entry.on_roster is True
    return tuple(Handed(person, attempt, entry.attempts, by_roster) for person in (entry.person, *entry.members))


def shard_of(entry: Entry, many: int) -> int:
    """Which of so many shards, from 1, somebody is in: by their key alone, whoever else is in the class."""
    digest = hashlib.sha256(entry.student.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % many + 1
