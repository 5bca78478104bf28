"""Who there is, and which times they handed in."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import astuple, fields

from grader.people import Attempt, Person
from grader.store.records import Handed

NAMES = [one.name for one in fields(Person)]


def keep(db: sqlite3.Connection, handed: Handed) -> str:
    """Keep who someone is and their attempts: a roster corrects what is known, names of files only fill what is empty.

    Returns what is another than before, in words, "" if nothing is.
    """
    person, attempts = handed.person, {one.id: one for one in handed.attempts}
    if handed.attempt:
        attempts.setdefault(handed.attempt.id, handed.attempt)
    known = db.execute("select * from people where key = ?", (person.key,)).fetchone()
    pairs = zip(astuple(person), known or astuple(person), strict=True)
    now = tuple((new or was) if handed.by_roster else (was or new) for new, was in pairs)
    if now != known:
        db.execute(f"insert or replace into people values ({_places(now)})", now)
    for one in attempts.values():
        late = None if one.late is None else int(one.late)
        row = (person.key, one.id, one.number, one.submitted_at, late, json.dumps(one.files))
        db.execute(f"insert or replace into attempts values ({_places(row)})", row)
    moved = zip(NAMES, known or (), now, strict=False)
    return "; ".join(f"{name} was {was!r} and is {new!r}" for name, was, new in moved if was and was != new)


def people(db: sqlite3.Connection, key: str | None = None) -> dict[str, Person]:
    """Everyone, or one person, by key."""
    where, values = _of("key", key)
    return {row[0]: Person(*row) for row in db.execute(f"select * from people{where}", values)}


def attempts(db: sqlite3.Connection, key: str | None = None) -> dict[str, tuple[Attempt, ...]]:
    """The attempts of everyone, or of one person, by key, oldest first."""
    where, values = _of("person", key)
    found = defaultdict[str, list[Attempt]](list)
    for person, id, number, submitted_at, late, files in db.execute(
        f"select * from attempts{where} order by number, id", values
    ):
        known = None if late is None else bool(late)
        found[person].append(Attempt(id, number, submitted_at, known, tuple(json.loads(files))))
    return {person: tuple(all_of) for person, all_of in found.items()}


def _of(column: str, key: str | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if key is None else (f" where {column} = ?", (key,))


def _places(row: tuple[object, ...]) -> str:
    return ", ".join("?" * len(row))
