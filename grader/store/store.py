"""The store: people, their attempts and results, and every change of what counts for them, saved as it happens."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.gradebook import Row
from grader.model import Result
from grader.store import ledger, persons, reasons
from grader.store.records import GRADING, POLICY, Handed, Run, Saved, now
from grader.store.rows import NoPolicy, Policy, candidates, is_damaged, read, row_of
from grader.store.schema import connect, connect_to_read

FIRST = "graded for the first time"


class Store:
    """One open database. Use it from one thread; who writes holds the folder's lock (``lock.writing``).

    ``policy`` decides what counts. Methods raise sqlite3.Error where the file cannot be read or written.
    """

    def __init__(self, path: Path, *, writable: bool = True, policy: Policy | None = None) -> None:
        self.path = path
        self.policy = policy or NoPolicy()
        self.run = 0  # what is saved belongs to it
        self.db = connect(path) if writable else connect_to_read(path)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is done in the block, or nothing of it."""
        self.db.execute("begin immediate")
        try:
            yield self.db
        except BaseException:
            if self.db.in_transaction:  # a full disk has ended it already
                self.db.execute("rollback")
            raise
        self.db.execute("commit")

    @property
    def seed(self) -> int | None:
        """The class's seed: that of the last run that had one."""
        row = self.db.execute("select seed from runs where seed is not null order by id desc limit 1").fetchone()
        return row[0] if row else None

    def begin(self, run: Run) -> int:
        """Begin a run; what is saved from now on is its. Returns its number, from 1."""
        texts = (json.dumps(one, ensure_ascii=True) for one in (run.versions, run.terms, run.given))
        (self.run,) = self.db.execute(
            "insert into runs (began, command, seed, versions, terms, given) values (?, ?, ?, ?, ?, ?) returning id",
            (now(), run.command, run.seed, *texts),
        ).fetchone()
        return self.run

    def end(self, outcome: str, counts: tuple[int, int, int] = (0, 0, 0)) -> None:
        """The run is done or stopped; the counts are of graded, kept and not graded submissions."""
        self.db.execute(
            "update runs set ended = ?, outcome = ?, graded = ?, kept = ?, not_graded = ? where id = ?",
            (now(), outcome, *counts, self.run),
        )

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        names = "command, seed, versions, terms, given, id, began, ended, outcome, graded, kept, not_graded"
        rows = self.db.execute(f"select {names} from runs order by id").fetchall()
        return [Run(*(*row[:2], *map(json.loads, row[2:5]), *row[5:9]), counts=row[9:]) for row in rows]  # type: ignore[misc]

    @property
    def terms(self) -> Mapping[str, Any]:
        """What the last run that knew an assignment graded by; empty before there is one."""
        query = "select terms from runs where json_extract(terms, '$.assignment') is not null order by id desc limit 1"
        row = self.db.execute(query).fetchone()
        return json.loads(row[0]) if row else {}

    def people(self) -> list[str]:
        """The keys of those who have a result."""
        return [key for (key,) in self.db.execute("select distinct person from results order by person")]

    def keys(self) -> dict[tuple[str, str], str]:
        """What each result is made of, by person and attempt."""
        return {row[:2]: row[2] for row in self.db.execute("select person, attempt, key from results")}

    def load(self, person: str, attempt: str = "") -> Saved | None:
        """What is saved for an attempt; None if nothing is, or if it is damaged and to be made anew."""
        query = "select key, result from results where person = ? and attempt = ?"
        row = self.db.execute(query, (person, attempt)).fetchone()
        result = read(row[1], person) if row else None
        return Saved(row[0], result) if result and not is_damaged(result) else None

    def meet(self, handed: Handed) -> None:
        """Keep who someone is and which attempts are known, where the result stays."""
        with self.transaction():
            if moved := persons.keep(self.db, handed):
                ledger.note_identity(self.db, self.run, handed.person.key, moved)

    def has_handed_in(self, person: str) -> bool:
        """Whether there is a result of something that a person handed in."""
        query = "select 1 from results join attempts on id = attempt and attempts.person = results.person "
        return self.db.execute(f"{query} where results.person = ?", (person,)).fetchone() is not None

    def save(self, handed: Handed, result: Result, key: str, text: str, *, what: str = GRADING, why: str = "") -> Row:
        """Save a result, whose JSON text is given, over an older one of the same attempt; the person's row by now.

        A change of the mark is kept with its reason: ``why``, else what the results are made of by their keys.
        """
        with self.transaction():
            return self.put(handed, result, key, text, what=what, why=why)

    def put(self, handed: Handed, result: Result, key: str, text: str, *, what: str, why: str = "") -> Row:
        """As ``save`` does, within a transaction that is there."""
        person = handed.person.key
        moved = persons.keep(self.db, handed)
        query = "select key, raw from results where person = ? and attempt = ?"
        before = self.db.execute(query, (person, handed.id)).fetchone()
        others = self.has_handed_in(person)
        if handed.attempt:  # then it is no longer so that there is nothing
            self.db.execute(
                "delete from results where person = ? and attempt = '' and attempt <> ? "
                "and not exists (select 1 from attempts where attempts.person = results.person and id = '')",
                (person, handed.id),
            )
        self.db.execute(
            "insert or replace into results values (?, ?, ?, ?, ?, ?, ?, ?)",
            (person, handed.id, key, text, result.score, result.max_score, now(), self.run or None),
        )
        if moved:
            ledger.note_identity(self.db, self.run, person, moved)
        row = row_of(self.db, self.policy, person, {handed.id: result})
        ledger.note(self.db, self.run, row, what, why or _reason(before, result, key, others=others))
        return row

    def row(self, person: str) -> Row | None:
        """A person's row; None if nothing is known of them."""
        found = candidates(self.db, person).get(person)
        return self.policy.counted(found) if found else None

    def rows(self) -> list[Row]:
        """Everyone's row with what people set by hand and without the policy, in the order of keys."""
        return gradebook_rows(self, NoPolicy())

    def apply_policy(self, *, again: bool = False) -> list[str]:
        """If the policy is another one, keep its text and what it changes; the keys of those whose marks moved.

        ``again`` also looks at what the same policy changes by now.
        """
        is_another = self.policy.text != ledger.policy_text(self.db)
        if not (is_another or again):
            return []
        with self.transaction():
            if is_another:
                ledger.add_policy(self.db, self.policy.text)
            moved = []
            for row in gradebook_rows(self, self.policy):
                said = [one.sentence for one in row.mark.adjustments if one.code != "override"]
                if ledger.note(self.db, self.run, row, POLICY, " ".join(said) or "the policy takes nothing off"):
                    moved.append(row.person.key)
        return moved

    def changes(self) -> dict[str, float]:
        """How what counts changed since the run before, of those with a mark both times."""
        return ledger.since_last_run(self.db)


def gradebook_rows(store: Store, policy: Policy) -> list[Row]:
    """Everyone's row as a policy counts, in the order of keys: what grades.csv, the class's page and exports show."""
    return [policy.counted(rows) for rows in candidates(store.db).values()]


def _reason(before: tuple[str, float | None] | None, result: Result, key: str, *, others: bool) -> str:
    """Why the mark may be another one: ``before`` is the key and the score of the attempt's result until now."""
    if before is None:
        said = "another attempt was handed in" if others else FIRST
    elif before[1] is None:
        said = "it could not be graded before"
    else:
        said = reasons.why(before[0], key) if key else ""
    lost = f"not graded: {result.reason or 'no reason was recorded'}" if result.score is None else ""
    return "; ".join(filter(None, (said, lost)))
