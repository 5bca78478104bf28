"""What is only ever added to: changes of what counts, what people set by hand, and the policies there were."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import NamedTuple

from grader.gradebook import Row
from grader.store.records import Change, Override, now, ourselves


class Standing(NamedTuple):
    """What counts for a person, and the raw score under it."""

    raw: float | None
    score: float | None
    max_score: float | None


def note(db: sqlite3.Connection, run: int, row: Row, what: str, why: str) -> bool:
    """Keep that what counts for a person has changed, for a reason; nothing is kept, and False returned, if not."""
    is_new = Standing(row.mark.raw, row.mark.score, row.mark.max_score)
    was = standing(db, row.person.key)
    if was == is_new:
        return False
    attempt = row.attempt.id if row.attempt else ""
    _add(db, run, row.person.key, attempt, row.result.assignment or "", what, was, is_new, why)
    return True


def note_same(db: sqlite3.Connection, run: int, person: str, what: str, why: str) -> None:
    """Keep that something happened that leaves the mark as it is: who a person is, or where the result came from."""
    query = "select attempt, assignment from changes where person = ? order by id desc limit 1"
    attempt, assignment = db.execute(query, (person,)).fetchone() or ("", "")
    same = standing(db, person)
    _add(db, run, person, attempt, assignment, what, same, same or Standing(None, None, None), why)


def _add(
    db: sqlite3.Connection,
    run: int,
    person: str,
    attempt: str,
    assignment: str,
    what: str,
    was: Standing | None,
    is_new: Standing,
    why: str,
) -> None:
    _, old, old_max = was or Standing(None, None, None)
    values = (now(), run or None, person, attempt, assignment, what, is_new.raw, old, old_max, *is_new[1:])
    db.execute(
        "insert into changes (at, run, person, attempt, assignment, what, raw, old, old_max, new, new_max, why, by) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, why, ourselves()),
    )


def standing(db: sqlite3.Connection, person: str) -> Standing | None:
    """What counts for a person, as it was kept last; None if nothing is known of them."""
    query = "select raw, new, new_max from changes where person = ? order by id desc limit 1"
    row = db.execute(query, (person,)).fetchone()
    return Standing(*row) if row else None


def changes(db: sqlite3.Connection, person: str | None = None) -> list[Change]:
    """All changes, or those of one person, oldest first."""
    names = "id, at, run, person, attempt, assignment, what, raw, old, old_max, new, new_max, why, by"
    where, values = ("", ()) if person is None else ("where person = ?", (person,))
    return [Change(*row) for row in db.execute(f"select {names} from changes {where} order by id", values)]


def since_last_run(db: sqlite3.Connection) -> dict[str, float]:
    """How what counts changed in the last run, and in those before it that were stopped, by person.

    Of those who were graded in it and have a mark now and had one before.
    """
    (last,) = db.execute("select coalesce(max(id), 0) from runs").fetchone()
    query = "select coalesce(max(id), 0) from runs where outcome = 'done' and id < ?"
    (before,) = db.execute(query, (last,)).fetchone()
    found = {}
    graded = {person for (person,) in db.execute("select person from results where run > ?", (before,))}
    first: dict[str, float | None] = {}
    query = "select person, old, new from changes where id > (select coalesce(max(id), 0) from changes where run <= ?)"
    for person, old, new in db.execute(f"{query} order by id", (before,)):
        first.setdefault(person, old)
        found[person] = new
    for person in graded - found.keys():
        was = standing(db, person)
        first[person] = found[person] = was.score if was else None
    return {
        person: round(score - old, 2)
        for person, score in sorted(found.items())
        if score is not None and (old := first[person]) is not None
    }


def add_override(db: sqlite3.Connection, person: str, attempt: str, place: str, points: float | None, why: str) -> None:
    """Keep the points that are set by hand, for a check ("part/check") or the whole (""); None withdraws them."""
    db.execute(
        "insert into overrides (at, person, attempt, place, points, why, by) values (?, ?, ?, ?, ?, ?, ?)",
        (now(), person, attempt, place, points, why, ourselves()),
    )


def all_overrides(db: sqlite3.Connection, person: str | None = None) -> list[Override]:
    """All that was set by hand, also what was withdrawn or set anew since, oldest first."""
    where, values = ("", ()) if person is None else ("where person = ?", (person,))
    query = f"select person, attempt, place, points, why, by, at from overrides {where} order by id"
    return [Override(*row) for row in db.execute(query, values)]


def overrides(db: sqlite3.Connection, person: str | None = None) -> dict[str, dict[str, dict[str, Override]]]:
    """What counts of what was set by hand, by person, attempt and place."""
    found = defaultdict[str, dict[str, dict[str, Override]]](dict)
    for one in all_overrides(db, person):
        places = found[one.person].setdefault(one.attempt, {})
        places.pop(one.place, None)
        if one.points is not None:
            places[one.place] = one
    return found


def policy_text(db: sqlite3.Connection) -> str:
    """The policy that was applied last, "" if none was."""
    row = db.execute("select text from policy order by id desc limit 1").fetchone()
    return row[0] if row else ""


def add_policy(db: sqlite3.Connection, text: str) -> None:
    """Keep the policy that is applied from now on."""
    db.execute("insert into policy (at, text, by) values (?, ?, ?)", (now(), text, ourselves()))
