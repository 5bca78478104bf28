"""Shards or sections in one store: everyone's results with their history, or a refusal that names who is in two."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from grader.errors import Refused
from grader.store import ledger, persons
from grader.store.records import MERGE, Handed, shown
from grader.store.store import Store
from grader.words import listing


def check(stores: Sequence[tuple[Path, Store]]) -> None:
    """Refused unless the stores are of one class: with one seed, assignment and policy, and nobody in two alike."""
    seeds = {folder: store.seed for folder, store in stores if store.seed is not None}
    if len(set(seeds.values())) > 1:
        said = listing([f"{folder} has {seed}" for folder, seed in seeds.items()])
        raise Refused(f"They were graded with different seeds ({said}); grade all with one --seed, then merge.")
    slugs = {folder: store.terms.get("assignment") for folder, store in stores}
    if len(set(filter(None, slugs.values()))) > 1:
        said = listing([f"{folder} of {slug}" for folder, slug in slugs.items() if slug])
        raise Refused(f"They hold marks of different assignments ({said}); merge those of one.")
    policies = {folder: text for folder, store in stores if (text := ledger.policy_text(store.db))}
    if len(set(policies.values())) > 1:
        raise Refused(f"{listing([str(folder) for folder in policies])} have different policies; apply one to all.")
    for folder, store in stores:
        for person in store.people():
            if Path(person).name != person or person.startswith("."):
                raise Refused(f"{folder} has the key {person!r}, which cannot be the name of a folder of reports.")
    _refuse_doubles(stores)


def _refuse_doubles(stores: Sequence[tuple[Path, Store]]) -> None:
    seen: dict[str, tuple[Path, Store]] = {}
    doubles = []
    for folder, store in stores:
        for person in store.people():
            if not store.has_handed_in(person):
                continue
            if person in seen and _results(store, person) != _results(seen[person][1], person):
                marks = [(place, ledger.standing(one.db, person)) for place, one in (seen[person], (folder, store))]
                said = ", ".join(f"{place} {shown(*mark[1:]) if mark else 'no mark'}" for place, mark in marks)
                doubles.append(f"{person} ({said})")
            seen.setdefault(person, (folder, store))
    if doubles:
        raise Refused(
            f"In two of them, with different results: {listing(doubles, 6)}; grade them once, or leave out the folder "
            "that does not count."
        )


def _results(store: Store, person: str) -> list[tuple[object, ...]]:
    """What a person has, so that it can be compared: what it is made of, and its marks."""
    query = "select attempt, key, raw, max from results where person = ? order by attempt"
    return [*store.db.execute(query, (person,)).fetchall(), (ledger.standing(store.db, person),)]


def merge(target: Store, others: Sequence[tuple[Path, Store]]) -> dict[str, Path]:
    """Take over the results of stores that ``check`` lets through, with runs, changes and overrides.

    Who was taken over, with the folder that they come from; who was there already is not.
    """
    taken: dict[str, Path] = {}
    run = target.run
    with target.transaction():
        for folder, store in others:
            runs = _take_runs(target.db, store.db)
            for person in store.people():
                if _is_better(store, target, person):
                    _take(target, store, person, runs)
                    taken[person] = folder
        if not ledger.policy_text(target.db):
            for text in filter(None, (ledger.policy_text(store.db) for _, store in others[:1])):
                ledger.add_policy(target.db, text)
        for person, folder in taken.items():
            _note(target, run, person, folder)
    return taken


def _is_better(store: Store, target: Store, person: str) -> bool:
    """Whether what a store holds of somebody is more than what there is: anything, or what was handed in."""
    if target.db.execute("select 1 from results where person = ?", (person,)).fetchone() is None:
        return True
    return store.has_handed_in(person) and not target.has_handed_in(person)


def _take_runs(target: sqlite3.Connection, source: sqlite3.Connection) -> dict[int | None, int | None]:
    """Copy a store's runs; their new numbers by the old ones."""
    names = "began, ended, outcome, command, seed, versions, terms, given, graded, kept, not_graded"
    numbers: dict[int | None, int | None] = {None: None}
    for old, *fields in source.execute(f"select id, {names} from runs order by id"):
        places = ", ".join("?" * len(fields))
        query = f"insert into runs ({names}) values ({places}) returning id"
        (numbers[old],) = target.execute(query, fields).fetchone()
    return numbers


def _take(target: Store, source: Store, person: str, runs: dict[int | None, int | None]) -> None:
    """Copy all that a store holds of a person over what little there is."""
    target.db.execute("delete from results where person = ?", (person,))
    who = persons.people(source.db, person)[person]
    attempts = persons.attempts(source.db, person).get(person, ())
    persons.keep(target.db, Handed(who, None, attempts))
    for table, names, numbered in (
        ("results", "person, attempt, key, result, raw, max, saved, run, source", 2),
        ("changes", "at, person, attempt, assignment, what, raw, old, old_max, new, new_max, why, by, run", 1),
        ("overrides", "at, person, attempt, place, points, why, by", 0),
    ):
        order = "saved" if table == "results" else "id"
        query = f"select {names} from {table} where person = ? order by {order}"
        for fields in source.db.execute(query, (person,)):
            kept = fields[: len(fields) - numbered]
            mapped = [runs.get(number) for number in fields[len(fields) - numbered :]]
            places = ", ".join("?" * len(fields))
            target.db.execute(f"insert into {table} ({names}) values ({places})", (*kept, *mapped))


def _note(target: Store, run: int, person: str, folder: Path) -> None:
    """A line of the history that says where somebody comes from."""
    row = target.row(person)
    assert row is not None
    if not ledger.note(target.db, run, row, MERGE, f"taken over from {folder.name}"):
        ledger.note_same(target.db, run, person, MERGE, f"taken over from {folder.name}")
