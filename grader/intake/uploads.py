"""What a reader makes of a folder: uploads, each with whose it is; and the little that several readers need."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from grader.intake.trees import Node
from grader.people import Person

STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.\d+)? ?(.*)")
OFFSET = re.compile(r"[+-]\d\d:?\d\d")


@dataclass(frozen=True, slots=True)
class Piece:
    """A file or folder that was uploaded, and the name that it had then."""

    node: Node
    name: str


@dataclass(frozen=True, slots=True)
class Upload:
    """What one person handed in at one time.

    ``attempt`` tells it from their others ("" where a platform keeps one), and ``order`` sorts those: the newest is
    the last. ``members`` are the others of the group who handed in with them. ``reason`` says why nothing of it can
    be read. ``plain_name`` is the whole name that the key was made of, where that is
    but what somebody called a folder or file.
    """

    person: Person
    pieces: tuple[Piece, ...]
    attempt: str = ""
    order: tuple[str | int, ...] = ()
    submitted_at: str = ""
    late: bool | None = None
    members: tuple[Person, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    plain_name: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the key is but a name that somebody gave a folder or file."""
        return bool(self.plain_name)


def iso(stamp: str) -> str:
    """A time stamp with its zone as ISO 8601 with the offset; empty without a zone that is known."""
    found = STAMP.fullmatch(stamp.strip())
    if not found:
        return ""
    *numbers, zone = found.groups()
    try:
        if zone in ("Z", "UTC", "GMT"):
            zone = "+00:00"
        time = "{}-{}-{}T{}:{}:{}".format(*numbers)
        if OFFSET.fullmatch(zone):
            return datetime.fromisoformat(time + zone).isoformat()
        return datetime.fromisoformat(time).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, LookupError, OSError):
        return ""


def mostly(matched: Iterable[object], of: int) -> bool:
    """Whether something holds of more than two thirds, and of anything at all."""
    count = sum(map(bool, matched))
    return count > 0 and 3 * count > 2 * of
