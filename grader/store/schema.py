"""The tables of ``grades.db``, and how a store of an older version becomes one of this.

``PRAGMA user_version`` is the version of the store; 0 is also that of the stores of before there were versions.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
from pathlib import Path

from grader.errors import Refused

VERSION = 1
LEAST_SQLITE = (3, 37)  # has STRICT tables
APPLICATION = 0x67726164  # "grad": what kind of SQLite file this is

TABLES = (
    """create table runs (
        id         integer primary key,
        began      text not null,             -- times are ISO 8601 with their offset
        ended      text,                      -- null while it runs, and if it was killed
        outcome    text not null default '',  -- done or stopped, once it has ended
        command    text not null,             -- the words of the command line without its paths
        seed       integer,                   -- null where nothing was graded by it
        versions   text not null,             -- JSON
        terms      text not null,             -- JSON: what is graded by, so that it can be graded again alike
        given      text not null,             -- JSON: the paths that were given, and how they were read
        graded     integer not null default 0,
        kept       integer not null default 0,
        not_graded integer not null default 0
    ) strict""",
    """create table people (
        key     text primary key,
        name    text not null,
        login   text not null,
        email   text not null,
        section text not null,
        "group" text not null,
        lms_id  text not null,
        sis_id  text not null
    ) strict""",
    """create table attempts (
        person       text not null,
        id           text not null,
        number       integer not null,
        submitted_at text not null,
        late         integer,                 -- null if nobody says
        files        text not null,           -- JSON
        primary key (person, id)
    ) strict""",
    """create table results (
        person  text not null,
        attempt text not null,                -- "" where attempts are not told apart, or nothing was handed in
        key     text not null,                -- JSON: what the result is made of; "" if it is to be made anew
        raw     real,                         -- the score that grading gave; null: not graded, which is not 0
        max     real,
        saved   text not null,
        run     integer,                      -- that made it
        source  integer,                      -- the run whose paths it was read from, and whose terms it was made by
        result  text not null,                -- the Result as JSON; last, as it is long
        primary key (person, attempt)
    ) strict""",
    # What a regrade has made and not yet written: there to be shown first, also after it was stopped.
    """create table pending (
        person  text not null,
        attempt text not null,
        key     text not null,
        result  text not null,
        primary key (person, attempt)
    ) strict""",
    """create table changes (
        id         integer primary key,
        at         text not null,
        run        integer,
        person     text not null,
        attempt    text not null,
        assignment text not null,
        what       text not null check (what in ('grading', 'regrade', 'policy', 'override', 'merge', 'identity')),
        raw        real,                      -- what grading gave
        old        real,                      -- what counted before, and counts from now on; null: no mark
        old_max    real,
        new        real,
        new_max    real,
        why        text not null,
        by         text not null
    ) strict""",
    "create index changes_of_person on changes (person, id)",
    """create table overrides (
        id     integer primary key,
        at     text not null,
        person text not null,
        attempt text not null,
        place  text not null,                 -- part/check, or "" for the whole
        points real,                          -- null withdraws the one before
        why    text not null,
        by     text not null
    ) strict""",
    """create table policy (
        id   integer primary key,
        at   text not null,
        text text not null,
        by   text not null
    ) strict""",
)
ONLY_ADDED = ("changes", "overrides", "policy")


def _guards(table: str) -> list[str]:
    """Triggers by which rows can be added only; the last is for "insert or replace", which tells no other trigger."""
    said = f"raise(abort, 'rows of {table} are only ever added')"
    return [
        f"create trigger {table}_no_update before update on {table} begin select {said}; end",
        f"create trigger {table}_no_delete before delete on {table} begin select {said}; end",
        f"create trigger {table}_no_replace before insert on {table} "
        f"when exists (select 1 from {table} where id = new.id) begin select {said}; end",
    ]


def connect(path: Path) -> sqlite3.Connection:
    """Open a database for writing, made if it is not there; an older one is brought up to date, its copy kept.

    It holds the hidden seed: it is for its owner alone from the beginning, and SQLite gives the files beside it the
    same mode. Refused if a newer version wrote it; sqlite3.Error if it is none, or cannot be written.
    """
    _refuse_old_sqlite()
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with contextlib.suppress(PermissionError):  # an older one that is another user's
        path.chmod(0o600)
    db = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        if _version(db, path) < VERSION and _tables(db):
            _keep_copy(db, path)
        db.execute("pragma journal_mode = wal")  # readers do not wait for the writer, nor it for them
        _migrate(db, path)
    except BaseException:
        db.close()
        raise
    return db


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a database to read only, also where nothing can be written; one of an older version as a copy in memory.

    Refused if there is none, or if a newer version wrote it.
    """
    _refuse_old_sqlite()
    if not path.is_file():
        raise Refused(f"{path.parent} holds no {path.name}; name a folder that `grader grade` has written.")
    db = _opened_to_read(path)
    try:
        if _version(db, path) == VERSION:
            return db
        copy = sqlite3.connect(":memory:", isolation_level=None)
        db.backup(copy)
        _migrate(copy, path)
    except BaseException:
        db.close()
        raise
    db.close()
    return copy


def _opened_to_read(path: Path) -> sqlite3.Connection:
    address = path.absolute().as_uri()
    db = sqlite3.connect(f"{address}?mode=ro", uri=True, isolation_level=None, timeout=30)
    try:
        db.execute("select count(*) from sqlite_master").fetchone()
    except sqlite3.OperationalError:
        # WAL wants to write beside it; where nobody can, nobody changes it either.
        db.close()
        if os.access(path.parent, os.W_OK) or path.with_name(f"{path.name}-wal").exists():
            raise
        db = sqlite3.connect(f"{address}?mode=ro&immutable=1", uri=True, isolation_level=None)
    return db


def _refuse_old_sqlite() -> None:
    if sqlite3.sqlite_version_info < LEAST_SQLITE:
        least = ".".join(map(str, LEAST_SQLITE))
        raise Refused(f"This Python has SQLite {sqlite3.sqlite_version}; results are kept with {least} or newer.")


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The store's version; Refused if it is newer than ours, DatabaseError if it is something else."""
    (version,) = db.execute("pragma user_version").fetchone()
    if version == 0 and (tables := _tables(db)) and not tables >= {"results", "run"}:
        raise sqlite3.DatabaseError("it has tables of something else")
    if version > VERSION:
        raise Refused(
            f"{path} was written by a newer grader (store version {version}, this one knows {VERSION}); update the "
            "grader, or choose another folder."
        )
    return int(version)


def _tables(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}


def _keep_copy(db: sqlite3.Connection, path: Path) -> None:
    """A copy of an older store beside it, grades.db.v0, whole before anything is changed."""
    (version,) = db.execute("pragma user_version").fetchone()
    names = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    for name in names:
        copy = path.with_name(f"{path.name}.v{version}{name}")
        with contextlib.suppress(FileExistsError):
            os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            break
    try:
        with contextlib.closing(sqlite3.connect(copy)) as target:
            db.backup(target)  # with what a run that was killed left in a journal
    except BaseException:
        copy.unlink()
        raise


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    """Bring a store up to date, wholly or not at all."""
    if _version(db, path) == VERSION:
        return
    db.execute("begin immediate")
    try:
        for step in STEPS[_version(db, path) :]:
            step(db)
        db.execute(f"pragma user_version = {VERSION}")
        db.execute("commit")
    except BaseException:
        if db.in_transaction:
            db.execute("rollback")
        raise


def _first(db: sqlite3.Connection) -> None:
    """From nothing, or from a store of before there were versions, to version 1."""
    old = _tables(db)
    if old:
        db.execute("alter table results rename to old_results")
    for statement in TABLES:
        db.execute(statement)
    for table in ONLY_ADDED:
        for statement in _guards(table):
            db.execute(statement)
    db.execute(f"pragma application_id = {APPLICATION}")
    if old:
        _take_over(db)


def _take_over(db: sqlite3.Connection) -> None:
    """The results, scores and seed of a store of before there were versions; old keys match nothing."""
    db.execute(
        "insert into runs (began, ended, outcome, command, seed, versions, terms, given) "
        "select datetime('now') || '+00:00', datetime('now') || '+00:00', 'done', 'grade', seed, '{}', '{}', '{}' "
        "from run limit 1"
    )
    db.execute("insert into people select student, '', '', '', '', '', '', '' from old_results")
    db.execute("insert into attempts select student, '', 1, '', null, '[]' from old_results where result is not null")
    db.execute(
        "insert into results (person, attempt, key, raw, max, saved, run, source, result) "
        "select student, '', '', score, "
        "case when json_valid(result) then json_extract(result, '$.max_score') end, "
        "datetime('now') || '+00:00', (select max(id) from runs), null, result "
        "from old_results where result is not null"
    )
    db.execute(
        "insert into changes (at, run, person, attempt, assignment, what, raw, old, old_max, new, new_max, why, by) "
        "select datetime('now') || '+00:00', (select max(id) from runs), student, '', "
        "coalesce(case when json_valid(result) then json_extract(result, '$.assignment') end, ''), 'grading', score, "
        "previous, null, score, case when json_valid(result) then json_extract(result, '$.max_score') end, "
        "case when result is null then 'it was being graded anew when it was taken over from an earlier version' "
        "else 'taken over from the store of an earlier version' end, 'grader' from old_results"
    )
    db.execute("drop table old_results")
    db.execute("drop table run")


STEPS = (_first,)  # the one at i leads from version i to the next
