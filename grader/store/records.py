"""What the store keeps, as frozen records."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from grader.model import Result
from grader.people import Attempt, Person
from grader.words import number

GRADING, REGRADE, POLICY, OVERRIDE = "grading", "regrade", "policy", "override"
MERGE, IDENTITY = "merge", "identity"


@dataclass(frozen=True, slots=True)
class Handed:
    """Whose result it is: a person, the attempt that was graded, None if nothing was handed in, and all attempts.

    ``by_roster``: a roster says who it is, and not what was handed in alone.
    """

    person: Person
    attempt: Attempt | None = field(default_factory=Attempt)
    attempts: tuple[Attempt, ...] = ()
    by_roster: bool = False

    @property
    def id(self) -> str:
        """The attempt's, "" without one."""
        return self.attempt.id if self.attempt else ""


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved result, and the key of what it is made of."""

    key: str
    result: Result


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command that grades, or that takes results from elsewhere.

    ``command`` holds the words of the command line without paths, ``terms`` what is graded by, and ``given`` the paths
    and how they were read: both so that it can be graded again. ``outcome`` is done, stopped, or "" while it runs or if
    it was killed.
    """

    command: str
    seed: int | None = None
    versions: Mapping[str, str | None] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0
    began: str = ""
    ended: str | None = None
    outcome: str = ""
    counts: tuple[int, int, int] = (0, 0, 0)  # graded, kept, not graded


@dataclass(frozen=True, slots=True)
class Override:
    """What a person set by hand: the points of a check ("part/check"), or of the whole (""); None withdraws them.

    It is of one attempt: another one is another matter.
    """

    person: str
    attempt: str
    place: str
    points: float | None
    why: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what counts for a person. ``raw`` is what grading gave; scores are None where there is no mark."""

    id: int
    at: str
    run: int | None
    person: str
    attempt: str
    assignment: str
    what: str
    raw: float | None
    old: float | None
    old_max: float | None
    new: float | None
    new_max: float | None
    why: str
    by: str


def shown(score: float | None, most: float | None) -> str:
    """A score as people read it: "12 of 18"; "no mark", which is not 0."""
    if score is None:
        return "no mark"
    return number(score) if most is None else f"{number(score)} of {number(most)}"


def now() -> str:
    """The time, in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def ourselves() -> str:
    """The name of who runs this."""
    with contextlib.suppress(KeyError, OSError, ImportError):  # a user without a name, as in containers
        return getpass.getuser()
    return "unknown"
