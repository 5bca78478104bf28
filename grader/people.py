"""Who handed something in, and which time: the records that intake, the store, the policy and exports share.

This module imports nothing else of the project: everything may import it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of a class, known by ``key``: the id that the learning platform has for them, else their folder's name.

    The key never changes with the order of what is read, and names the folder of their reports. ``lms_id`` is the
    platform's number (Canvas user id, Moodle participant id), ``sis_id`` that of the registrar.
    """

    key: str
    name: str = ""
    login: str = ""
    email: str = ""
    section: str = ""
    group: str = ""
    lms_id: str = ""
    sis_id: str = ""

    @property
    def called(self) -> str:
        """The key, and the name where it is another: what a line about them begins with."""
        return self.key if self.name in ("", self.key) else f"{self.key} ({self.name})"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of the times that someone handed in.

    ``id`` tells it from their others and stays the same when the class is read again (the platform's file id or time
    stamp). ``number`` counts from 1, oldest first, among those that are known. ``submitted_at`` is ISO 8601 with its
    offset, "" if unknown; ``late`` is what the platform says, None if it says nothing. ``files`` are the names as they
    were uploaded.
    """

    id: str = ""
    number: int = 1
    submitted_at: str = ""
    late: bool | None = None
    files: tuple[str, ...] = ()
