"""What a class is graded by: what users say, and what its store holds already. It has one seed and one assignment."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.batch.handed import everyone
from grader.batch.work import Terms
from grader.batch.workshop import Workshop, open_workshop
from grader.data_set import DataSet
from grader.errors import Refused
from grader.intake.layouts import Entry
from grader.limits import SEARCHED, NotebookLimits
from grader.machine.users import reason
from grader.sandbox import Box
from grader.store.rows import Policy
from grader.store.store import Store
from grader.words import listing

# Where a class is graded: a box, how many at a time, the data set, and who hears of what takes long.
Opener = Callable[[Box, int, DataSet | None, Callable[[str], object]], AbstractContextManager[Workshop]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a class is graded with; ``assignment`` None recognises it.

    ``seed`` None is the class's own, drawn in secret for the first run; ``fresh`` begins with another one for the whole
    class. ``resume`` keeps the results of what has not changed. ``seconds`` is what the student processes of one
    submission may take in all, ``search`` how many variants of its functions are tried for what no mistake explains;
    ``tell`` hears of what takes long. ``command`` holds the command line's words without paths, ``given`` the paths and
    how they are read, both for who looks later.
    """

    out: Path
    assignment: str | None = None
    seed: int | None = None
    jobs: int = 1
    only: tuple[str, ...] = ()
    resume: bool = False
    fresh: bool = False
    notebook: NotebookLimits | None = field(default_factory=NotebookLimits)
    time_factor: float = 1.0
    data: DataSet | None = None
    compat: bool = False
    seconds: float = 600.0
    search: int = SEARCHED
    tell: Callable[[str], object] = lambda sentence: None
    command: str = "grade"
    given: Mapping[str, Any] = field(default_factory=dict)
    policy: Policy | None = None
    open_workshop: Opener = open_workshop

    @property
    def size(self) -> int:
        """The bytes of memory that one submission and its judge may take."""
        return Terms(0, notebook=self.notebook, data=str(self.data.folder) if self.data else None).size


def terms_of(store: Store, entries: Sequence[Entry], settings: Settings) -> Terms:
    """What these entries are graded by: the class's seed and assignment, unless a fresh run begins with others.

    Refused where that would give one class two of either.
    """
    terms = Terms(
        seed=0,
        assignment=settings.assignment,
        only=settings.only,
        notebook=settings.notebook,
        time_factor=settings.time_factor,
        compat=settings.compat,
        data=str(settings.data.folder) if settings.data else None,
        seconds=settings.seconds,
        search=settings.search,
    )
    seed, before = store.seed, store.terms
    if settings.fresh:
        _refuse_partial(store, entries, settings.out)
    if settings.fresh or seed is None:
        return replace(terms, seed=secrets.randbits(32) if settings.seed is None else settings.seed)
    if settings.seed not in (None, seed):
        raise Refused(
            f"The class in {settings.out} is graded with the seed {seed}, and --seed says {settings.seed}; leave "
            "--seed out, or begin anew for the whole class with --fresh."
        )
    if settings.assignment:
        refuse_another(settings.assignment, before.get("assignment"), settings.out)
    elif before.get("assignment"):
        alone = before.get("alone", False) and len(entries) == 1
        terms = replace(terms, assignment=before["assignment"], recognised=before["recognised"], alone=alone)
    return replace(terms, seed=seed)


def _refuse_partial(store: Store, entries: Sequence[Entry], out: Path) -> None:
    """A class has one seed: a fresh run is of all who have a result."""
    given = {one.person.key for entry in entries for one in everyone(entry)}
    others = [person for person in store.people() if person not in given and store.has_handed_in(person)]
    if others:
        raise Refused(
            f"--fresh begins a new seed for the whole class, and {out} also holds results of {listing(others, 5)}; "
            "give all of them, leave --fresh out, or choose another --out."
        )


def refuse_another(assignment: str | None, known: str | None, out: Path) -> None:
    """One folder holds the marks of one assignment."""
    if assignment and known and assignment != known:
        raise Refused(
            f"{out} holds marks of {known}, and this is {assignment}; choose another --out for it, or replace "
            "the marks of the whole class with --fresh."
        )


def writable(out: Path) -> None:
    """Make a folder of reports. Refused if it is none, or cannot be written."""
    if not out.name and not out.is_absolute():
        raise Refused("The output folder is the current one; name another with --out, it is filled with reports.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise Refused(f"The output folder {out} cannot be written ({reason(error, out)}); or choose another.") from None
