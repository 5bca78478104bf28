"""``grades.db``: the results of a class in SQLite, saved one by one as they come in."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.model import Result

SCHEMA = """
create table if not exists results (
    student  text primary key,
    key      text not null,     -- what the result depends on; the same key need not be graded again
    result   text,              -- the Result as JSON; null while it is being graded anew
    score    real,              -- null: not graded
    previous real               -- the score of the run before
);
create table if not exists run (seed integer not null);
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved result's JSON object, and the key of what it depends on."""

    key: str
    fields: dict[str, Any]


class Store:
    """One open database; a context manager. Use it from one thread."""

    def __init__(self, path: Path) -> None:
        # It holds the hidden seed, from the beginning of a run on: a run that was killed is gone on with.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        with contextlib.suppress(PermissionError):  # an older one that is another user's
            path.chmod(0o600)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @property
    def seed(self) -> int | None:
        """The seed of the last run, which a resumed run goes on with."""
        row = self._db.execute("select seed from run").fetchone()
        return row[0] if row else None

    def begin(self, seed: int, *, fresh: bool) -> None:
        """Begin a run; a fresh one keeps the old scores as the previous ones, and forgets the rest."""
        self._db.execute("begin")
        self._db.execute("delete from run")
        self._db.execute("insert into run values (?)", (seed,))
        if fresh:
            self._db.execute("update results set previous = score, result = null, key = '', score = null")
        self._db.execute("commit")

    def save(self, result: Result, key: str, text: str) -> None:
        """Save a result, whose JSON text is given, over an older one of the same student."""
        self._db.execute(
            "insert into results (student, key, result, score) values (?, ?, ?, ?) "
            "on conflict (student) do update set key = excluded.key, result = excluded.result, score = excluded.score",
            (result.student, key, text, result.score),
        )

    def load(self, student: str) -> Saved | None:
        """What is saved for a student; None if nothing is, or if the result is to be made anew."""
        row = self._db.execute("select key, result from results where student = ?", (student,)).fetchone()
        with contextlib.suppress(ValueError):  # a damaged row is made anew
            return Saved(row[0], json.loads(row[1])) if row and row[1] else None
        return None

    def changes(self) -> dict[str, float]:
        """How each score changed since the run before, where both were graded."""
        query = "select student, score - previous from results where score is not null and previous is not null"
        return dict(self._db.execute(query).fetchall())
