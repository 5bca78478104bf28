"""The student's own code beside a failed check, for staff."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """A function of the student's: its name, where it stands, and its lines as HTML."""

    name: str
    where: str
    html: str
