"""Two stores, or two runs of one, person by person: what counted, what counts, and why."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.errors import Refused
from grader.store import ledger, persons, reasons
from grader.store.opening import NAME, store_to_read
from grader.store.records import shown
from grader.store.rows import in_order
from grader.store.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts for a person at a time; ``key`` is what the result is made of, as far as that is still known."""

    name: str
    raw: float | None
    score: float | None
    max_score: float | None
    key: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: everyone's standing, and in one store also what led from there to the end."""

    name: str
    store: Path
    seed: int | None
    last: int  # the last change that had happened
    people: dict[str, Standing] = field(default_factory=dict)
    whys: tuple[tuple[int, str, str], ...] = ()  # change, person, why


@dataclass(frozen=True, slots=True)
class Pair:
    """A person in both; scores are None where there is no mark, and ``only`` names the side if it is but one."""

    key: str
    name: str
    old: float | None
    old_max: float | None
    new: float | None
    new_max: float | None
    delta: float | None
    reason: str
    only: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether the same counts."""
        return not self.only and (self.old, self.old_max) == (self.new, self.new_max)

    @property
    def line(self) -> str:
        """The pair in a line."""
        who = f"{self.key} ({self.name})" if self.name else self.key
        if self.only:
            here, there = (self.old, self.old_max), (self.new, self.new_max)
            return f"{who}: only in {self.only}, {shown(*(here if any(one is not None for one in here) else there))}"
        delta = "" if self.delta is None else f", {self.delta:+g}"
        return f"{who}: {shown(self.old, self.old_max)} → {shown(self.new, self.new_max)}{delta} ({self.reason})"


def side(text: str) -> Side:
    """What ``DIR`` or ``DIR@RUN`` names. Refused if there is no such store or run."""
    folder, at, number = text.rpartition("@")
    if not at or not number.isdigit() or (Path(text) / NAME).exists():
        folder, number = text, ""
    with store_to_read(Path(folder)) as store:
        return _side(store, text, Path(folder), int(number) if number else None)


def _side(store: Store, name: str, folder: Path, run: int | None) -> Side:
    runs = {one.id: one for one in store.runs()}
    if run is not None and run not in runs:
        raise Refused(f"{folder} has no run {run}; it has {len(runs)}, which `grader history {folder}` lists.")
    before = "" if run is None else f"where run <= {int(run)}"
    (last,) = store.db.execute(f"select coalesce(max(id), 0) from changes {before}").fetchone()
    names = {key: person.name for key, person in persons.people(store.db).items()}
    keys = store.keys() if run is None else {}
    query = (
        "select person, attempt, raw, new, new_max from changes where id in "
        "(select max(id) from changes where id <= ? group by person)"
    )
    people = {
        person: Standing(names.get(person, ""), raw, score, top, keys.get((person, attempt), ""))
        for person, attempt, raw, score, top in store.db.execute(query, (last,))
    }
    seeds = [one.seed for one in runs.values() if one.seed is not None and (run is None or one.id <= run)]
    whys = tuple((change.id, change.person, change.why) for change in ledger.changes(store.db))
    return Side(name, folder.resolve(), seeds[-1] if seeds else None, last, people, whys)


def compared(first: Side, second: Side) -> list[Pair]:
    """Everyone who is in one of the two, in the order of keys."""
    everyone = sorted(first.people.keys() | second.people.keys(), key=in_order)
    return [_pair(key, first, second) for key in everyone]


def _pair(key: str, first: Side, second: Side) -> Pair:
    old, new = first.people.get(key), second.people.get(key)
    if old is None or new is None:
        there, only = (old, first.name) if old else (new, second.name)
        assert there is not None
        pair = Pair(key, there.name, there.score, there.max_score, None, None, None, "", only)
        return pair if old else replace(pair, old=None, old_max=None, new=there.score, new_max=there.max_score)
    delta = None if old.score is None or new.score is None else round(new.score - old.score, 2)
    is_same = (old.score, old.max_score) == (new.score, new.max_score)
    reason = "" if is_same else _reason(key, old, new, first, second)
    return Pair(key, new.name or old.name, old.score, old.max_score, new.score, new.max_score, delta, reason)


def _reason(key: str, old: Standing, new: Standing, first: Side, second: Side) -> str:
    if first.store == second.store:
        begin, end = sorted((first.last, second.last))
        return "; ".join(why for id, person, why in second.whys if person == key and begin < id <= end)
    if (old.raw, old.max_score) == (new.raw, new.max_score):
        return "grading gave the same; what was set by hand or the policy differs"
    return reasons.why(old.key, new.key)


def as_json(first: Side, second: Side, pairs: list[Pair]) -> str:
    """The comparison for programs."""
    fields: dict[str, Any] = {
        "schema": "grader/compare/v1",
        "first": first.name,
        "second": second.name,
        "same_seed": first.seed == second.seed,
        "equal": all(pair.is_equal for pair in pairs),
        "people": [asdict(pair) | {"equal": pair.is_equal} for pair in pairs],
    }
    return json.dumps(fields, indent=2, ensure_ascii=False)
