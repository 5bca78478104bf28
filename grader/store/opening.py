"""The store of a folder of reports, to write or to read; every trouble with it is a sentence."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.errors import HarnessError, Refused
from grader.store.lock import writing
from grader.store.rows import Policy
from grader.store.store import Store

NAME = "grades.db"


@contextlib.contextmanager
def store_to_write(
    out: Path, command: str, tell: Callable[[str], object], policy: Policy | None = None, *, new: bool = False
) -> Iterator[Store]:
    """The store of a folder, which nobody else writes into meanwhile; ``tell`` hears of a run that was killed.

    ``new`` makes one if there is none. Refused if another process writes, or if it is no store; HarnessError if it
    cannot be written.
    """
    path = out / NAME
    if not new and not path.is_file():
        raise _missing(path)
    with (
        _in_words(path, "written"),
        writing(out, command, tell),
        contextlib.closing(Store(path, policy=policy)) as store,
    ):
        yield store


@contextlib.contextmanager
def store_to_read(out: Path, policy: Policy | None = None) -> Iterator[Store]:
    """The store of a folder, also while another process writes. Refused if there is none, or if it is no store."""
    path = out / NAME
    if not path.is_file():
        raise _missing(path)
    with _in_words(path, "read"), contextlib.closing(Store(path, writable=False, policy=policy)) as store:
        yield store


def _missing(path: Path) -> Refused:
    return Refused(f"{path.parent} holds no {path.name}; name a folder that `grader grade` has written.")


@contextlib.contextmanager
def _in_words(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        again = "; mend that, then --resume" if done == "written" else ""
        raise HarnessError(f"{path} cannot be {done} ({error}){again}.") from None
    except sqlite3.DatabaseError as error:
        raise Refused(f"{path} is no database of this grader ({error}); move it away.") from None
    except OSError as error:
        why = error.strerror or error
        again = "; mend that and go on with --resume" if done == "written" else ""
        raise HarnessError(f"{path.parent} cannot be {done} ({why}){again}.") from None
