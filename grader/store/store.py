"""The store: people, their attempts and results, and every change of what counts for them, saved as it happens."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from grader.gradebook import Row
from grader.model import Result
from grader.policy import parse_policy
from grader.store import ledger, persons, reasons
from grader.store.records import GRADING, IDENTITY, OVERRIDE, POLICY, Handed, Run, Saved, now
from grader.store.rows import NoPolicy, Policy, everyone_known, is_damaged, read, usual_maximum
from grader.store.schema import connect, connect_to_read
from grader.words import number

FIRST = "graded for the first time"


class Store:
    """One open database. Use it from one thread; who writes holds the folder's lock (``lock.writing``).

    ``policy`` decides what counts; None is the one that was applied last. Methods raise sqlite3.Error where the file
    cannot be read or written.
    """

    def __init__(self, path: Path, *, writable: bool = True, policy: Policy | None = None) -> None:
        self.path = path
        self.run = 0  # what is saved belongs to it
        self.db = connect(path) if writable else connect_to_read(path)
        self.policy = self._kept_policy() if policy is None else policy

    def _kept_policy(self) -> Policy:
        text = ledger.policy_text(self.db)
        return parse_policy(text, f"the policy that {self.path} keeps") if text else NoPolicy()

    def close(self) -> None:
        """Close the database: one file again, to be copied, or read where nothing can be written."""
        with contextlib.suppress(sqlite3.Error):  # somebody else reads, or ours is for reading
            self.db.execute("pragma busy_timeout = 0")
            self.db.execute("pragma journal_mode = delete")
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

    def result(self, place: tuple[str, str]) -> Result:
        """The result of a person's attempt, of which there is one; one that is damaged says so."""
        query = "select result from results where person = ? and attempt = ?"
        return read(self.db.execute(query, place).fetchone()[0], place[0])

    def meet(self, handed: Handed, result: Result | None = None) -> Row:
        """Keep who someone is and which attempts are known, where the result stays; the person's row by now.

        ``result`` is that of the attempt, if it has been read.
        """
        person = handed.person.key
        with self.transaction():
            if moved := persons.keep(self.db, handed):
                ledger.note_same(self.db, self.run, person, IDENTITY, moved)
            row = self.row(person, {handed.id: result} if result else None)
            assert row is not None, "who is met has a result"
            ledger.note(self.db, self.run, row, POLICY, "more is known of who this is, and the policy tells it apart")
        return row

    def pending(self) -> list[tuple[str, str, str, Result]]:
        """What a regrade that was stopped has made: person, attempt, key and result."""
        query = "select person, attempt, key, result from pending"
        return [(person, attempt, key, read(text, person)) for person, attempt, key, text in self.db.execute(query)]

    def stage(self, person: str, attempt: str, key: str, text: str) -> None:
        """Keep a result aside, which changes no mark."""
        self.db.execute("insert or replace into pending values (?, ?, ?, ?)", (person, attempt, key, text))

    def unstage(self, person: str, attempt: str) -> None:
        """It is kept no longer: now it counts."""
        self.db.execute("delete from pending where person = ? and attempt = ?", (person, attempt))

    def has_handed_in(self, person: str) -> bool:
        """Whether there is a result of something that a person handed in."""
        query = "select 1 from results join attempts on id = attempt and attempts.person = results.person "
        return self.db.execute(f"{query} where results.person = ?", (person,)).fetchone() is not None

    def save(self, handed: Handed, result: Result, key: str, text: str) -> Row:
        """Save a result, whose JSON text is given, over an older one of the same attempt; the person's row by now.

        A change of the mark is kept with its reason: what the results are made of, by their keys.
        """
        with self.transaction():
            return self.put(handed, result, key, text, what=GRADING)

    def put(self, handed: Handed, result: Result, key: str, text: str, *, what: str, source: int | None = None) -> Row:
        """As ``save`` does, within a transaction that is there; ``source`` is another run that it was read by."""
        person = handed.person.key
        moved = persons.keep(self.db, handed)
        query = "select key, raw from results where person = ? and attempt = ?"
        before = self.db.execute(query, (person, handed.id)).fetchone()
        others = self.has_handed_in(person)
        if handed.id:  # then it is no longer so that there is nothing, or that attempts are not told apart
            query = "delete from results where person = ? and attempt = '' returning key, raw"
            unnamed = self.db.execute(query, (person,)).fetchone()
            self.db.execute("delete from attempts where person = ? and id = ''", (person,))
            before, others = before or (unnamed if others else None), others and not unnamed
        run = self.run or None
        self.db.execute(
            "insert or replace into results (person, attempt, key, raw, max, saved, run, source, result) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (person, handed.id, key, result.score, result.max_score, now(), run, source or run, text),
        )
        if moved:
            ledger.note_same(self.db, self.run, person, IDENTITY, moved)
        row = self.row(person, {handed.id: result})
        assert row is not None
        ledger.note(self.db, self.run, row, what, _reason(before, result, key, others=others))
        return row

    def row(self, person: str, read_already: Mapping[str, Result] | None = None) -> Row | None:
        """A person's row; None if nothing is known of them."""
        known = next(everyone_known(self.db, [person], read_already), None)
        if known is None:
            return None
        without = any(result.max_score is None for _, result in known.graded)
        return known.row(self.policy, usual_maximum(self.db) if without else None)

    def rows(self) -> list[Row]:
        """Everyone's row with what people set by hand and without the policy, in the order of keys."""
        return list(gradebook_rows(self, NoPolicy()))

    def settle(self, rows: Iterable[Row]) -> list[str]:
        """Keep the policy if it is another one, and what it changes of rows; the keys of those whose marks moved."""
        moved = []
        with self.transaction():
            if self.policy.text != ledger.policy_text(self.db):
                ledger.add_policy(self.db, self.policy.text)
            for row in rows:
                said = [one.sentence for one in row.mark.adjustments if one.code != OVERRIDE]
                if ledger.note(self.db, self.run, row, POLICY, " ".join(said) or "the policy changes nothing of it"):
                    moved.append(row.person.key)
        return moved

    def override(self, person: str, place: str, points: float | None, why: str) -> Row:
        """Keep points that a person sets by hand, for a check ("part/check") or the whole (""); None withdraws them.

        They are those of the attempt that counts now. The row as it is then.
        """
        with self.transaction():
            row = self.row(person)
            assert row is not None, "who is overridden has a result"
            ledger.add_override(self.db, person, row.attempt.id if row.attempt else "", place, points, why)
            row = self.row(person)
            assert row is not None
            of = place or "the whole"
            said = f"{of} as graded again: {why}" if points is None else f"{of} set to {number(points)}: {why}"
            ledger.note(self.db, self.run, row, OVERRIDE, said)
        return row

    def changes(self) -> dict[str, float]:
        """How what counts changed since the run before, of those with a mark both times."""
        return ledger.since_last_run(self.db)


def gradebook_rows(store: Store, policy: Policy) -> Iterator[Row]:
    """Everyone's row as a policy counts, in the order of keys: what grades.csv, the class's page and exports show.

    Each is read when it is asked for: of a class of thousands not all need be there at a time.
    """
    most = usual_maximum(store.db)
    for known in everyone_known(store.db):
        yield known.row(policy, most)


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
