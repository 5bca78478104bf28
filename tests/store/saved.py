"""A store with ready-made results, for what is done with stores."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from grader.people import Attempt, Person
from grader.store.records import Handed, Run
from grader.store.store import Store
from tests.results import result

MADE_OF = {"submission": "a", "checks": "c", "seed": 5, "numpy": "2.0"}


def key(**changes: object) -> str:
    """What a result is made of."""
    return json.dumps({**MADE_OF, **changes})


def person(key: str, /, attempt: str = "", number: int = 1, submitted_at: str = "", **fields: str) -> Handed:
    """Who handed in, and which attempt."""
    return Handed(Person(key, **fields), Attempt(attempt, number, submitted_at))


def put(store: Store, student: str, score: float | None = 1.5, made_of: str | None = None, **fields):
    """Save a result of a person, by key."""
    one = result(student, score)
    return store.save(person(student, **fields), one, key() if made_of is None else made_of, one.to_json())


@contextlib.contextmanager
def store_in(out: Path, seed: int | None = 5, **scores: float | None) -> Iterator[Store]:
    """The store of a folder, in a run with these scores; the run is done when the block ends."""
    out.mkdir(exist_ok=True)
    with contextlib.closing(Store(out / "grades.db")) as store:
        if seed is not None:
            store.begin(Run("grade", seed, {}, {"assignment": "layers", "recognised": True}, {}))
        for name, score in scores.items():
            put(store, name, score)
        yield store
        if seed is not None:
            store.end("done")
